"""What an editor and the stock tools need beside a pack: a schema, a sample input, what policies import, settings.

The settings are those of the Open Policy Agent extension (https://github.com/open-policy-agent/vscode-opa), which
takes `input.json` at the root of the workspace as the input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from auditor import projection
from auditor.catalogue import parameters, plan
from auditor.facts.table import FACTS
from auditor.model import Json, Pack, Policy, Status
from auditor.scope_audit import ScopeAudit
from auditor.workbench.case_scope import live_scope
from auditor.workbench.cases import TAKEN_AT, Case, forms, load_cases
from auditor.workbench.schemas import input_schema, mentioned

OWN = ".auditor"  # everything in it is made anew each time
INPUT = "input.json"
SETTINGS = ".vscode/settings.json"

_ALL = 1_000_000

# conftest (https://www.conftest.dev) asks package main for deny, and wants a msg of each. It knows no gaps: what is
# not in the input is not there to it. So an input that says nothing is denied, too.
ADAPTER = """\
# the report as conftest asks for it
package main

deny contains {"msg": message, "policy": id, "resource": denial.id, "path": denial.path} if {
	some key, denials in report
	some denial in denials
	id := replace(key, "_", "-")
	path := concat("/", [sprintf("%v", [step]) | some step in denial.path])
	message := sprintf("%s: %s: %s (/%s)", [id, denial.id, denial.message, path])
}

deny contains {"msg": message, "policy": id} if {
	some key in input.policies
	not report[key]
	id := replace(key, "_", "-")
	message := sprintf("%s: is not loaded, so nothing is known of it", [id])
}

deny contains {"msg": "the input names no policies, so nothing was asked"} if not has_policies

deny contains {"msg": "the input has no resources"} if not has_resources

has_policies if count(input.policies) > 0

has_resources if is_object(input.resources)
"""


def files(pack: Pack, policy: Policy, roots: Sequence[str]) -> dict[str, str]:
    """File name in the workspace to text. `roots`: the author's packs, from the workspace's folder.

    The input is the first case of the policy that fails; where it has none, a case that passes or is unknown, and
    without cases an account in which there is nothing.
    """
    policies = {row.file for row in pack.policies}
    libraries = [Path(file) for file in pack.modules if file not in policies]
    types = mentioned(Path(file).read_text(encoding="utf-8") for file in pack.modules)
    made = {f"{OWN}/schema.json": _json(input_schema(types)), INPUT: _json(sample(policy))}
    for file in libraries:
        made[f"{OWN}/rego/{file.parent.name}/{file.name}"] = file.read_text(encoding="utf-8")
    made[f"{OWN}/rego/main/adapter.rego"] = ADAPTER
    made[SETTINGS] = _json(settings(roots))
    return made


def settings(roots: Sequence[str]) -> dict[str, Json]:
    """Bundle mode is off: two packs share the package tree, which as bundles they could not."""
    return {
        "opa.roots": [f"${{workspaceFolder}}/{root}" for root in (*roots, f"{OWN}/rego")],
        "opa.bundleMode": False,
        "opa.schema": f"${{workspaceFolder}}/{OWN}/schema.json",
        "opa.strictMode": True,
        "opa.checkOnSave": True,
    }


def sample(policy: Policy) -> dict[str, Json]:
    """The input as OPA is given it: what the policy reads, facts included."""
    case = _case(policy)
    values = parameters.resolve([policy], {policy.id: dict(case.parameters)} if case else {}, {})
    return {
        "policies": [policy.key],
        "parameters": values,
        "taken_at": case.taken_at if case else TAKEN_AT,
        "resources": _resources(policy, case) if case else {type: [] for type in sorted(policy.types)},
    }


def _resources(policy: Policy, case: Case) -> Mapping[str, Json]:
    planned = plan.plan([policy], FACTS)
    facts = [FACTS[name] for name in planned.facts]
    scope: Any = live_scope(case, policy)
    audit = ScopeAudit(scope, planned, facts, projection.compiled(planned), _ALL)
    shown: Mapping[str, Json] = msgspec.json.decode(next(iter(audit.shards())).body or b"{}")
    return shown


def _case(policy: Policy) -> Case | None:
    if not (Path(policy.file).parent / "cases.yaml").is_file():
        return None
    cases = [case for case in load_cases(policy) if "live" in forms(case, policy)]
    failing = [case for case in cases if case.expect is Status.FAIL]
    return next(iter([*failing, *cases]), None)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
