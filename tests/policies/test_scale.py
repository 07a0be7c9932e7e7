"""No policy is quadratic: twice the subjects, about twice the expressions that OPA evaluates.

OPA's own profile is counted, not timed. 80 and 160 subjects show what 2,000 would: a loop in a loop has a ratio of
four, and the look-ups that judgement wants stay near two.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from test_policy_cases import FOLDERS, policy_in

from auditor.catalogue import parameters, plan
from auditor.facts.attach import ScopeView, attach
from auditor.facts.table import FACTS
from auditor.model import Json, Pack, Policy, Resource
from auditor.projection import compile_reads, show
from auditor.workbench.case_scope import live_scope
from auditor.workbench.cases import Case, forms, load_cases

SMALL, LARGE = 80, 160
MOST = 2.6

# An account has one of the one and some thirty of the other: what joins them need not be a look-up.
FEW = {"Auditor::Account::Account", "Auditor::Account::Region"}


def copied(resource: Resource, names: frozenset[str], number: int) -> Resource:
    """A resource with its own identities, also where its properties name one of them."""

    def renamed(value: Json) -> Json:
        if isinstance(value, str):
            return f"{value}-{number}" if value in names else value
        if isinstance(value, Mapping):
            return {key: renamed(below) for key, below in value.items()}
        return [renamed(below) for below in value] if isinstance(value, list) else value

    identities = {field: f"{getattr(resource, field)}-{number}" for field in ("id", "name", "arn")}
    return Resource(
        **{
            **{field: getattr(resource, field) for field in resource.__struct_fields__},
            **identities,
            "properties": renamed(resource.properties),
        }
    )


def evaluated(policy: Policy, case: Case, count: int, opa: str, pack: Pack, folder: Path) -> int:
    """How many expressions OPA evaluates over that many copies of a case."""
    values = parameters.resolve([policy], {policy.id: dict(case.parameters)}, {})
    made = plan.plan([parameters.as_set(policy, values[policy.key])], FACTS)
    facts = [FACTS[name] for name in made.facts]
    held = live_scope(case, policy).held
    names = frozenset(name for resource in held for name in (resource.name, resource.arn, resource.id))
    shown: dict[str, list[object]] = {}
    for number in range(count):
        copies = [copied(resource, names, number) for resource in held]
        by_type: dict[str, list[Resource]] = {}
        for resource in copies:
            by_type.setdefault(resource.type, []).append(resource)
        for resource in copies:
            full, _ = attach(resource, facts, ScopeView(by_type, {}))
            if resource.type in made.reads:
                shown.setdefault(resource.type, []).append(show(full, compile_reads(made.reads[resource.type])))
    question = {"policies": [policy.key], "resources": shown, "parameters": values, "taken_at": case.taken_at}
    file = folder / f"{policy.key}-{count}.json"
    file.write_text(json.dumps(question))
    data = [part for module in pack.modules for part in ("-d", module)]
    command = [opa, "eval", *data, "-i", str(file), "--profile", "--profile-limit", "100000", "-f", "json"]
    done = subprocess.run([*command, "data.main.report"], capture_output=True, check=True, timeout=60)
    return sum(row["num_eval"] for row in json.loads(done.stdout)["profile"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_twice_the_subjects_are_twice_the_work(folder: Path, opa: str, pack: Pack, tmp_path: Path) -> None:
    policy = policy_in(pack, folder)
    if set(policy.subjects) <= FEW or policy.applies == "template":
        return  # a template has at most 500 resources
    cases = [case for case in load_cases(policy) if "live" in forms(case, policy) and not case.hide]
    case = max(cases, key=lambda case: (len(case.neighbours), case.expect == "PASS"))
    small = evaluated(policy, case, SMALL, opa, pack, tmp_path)
    large = evaluated(policy, case, LARGE, opa, pack, tmp_path)
    assert large <= MOST * small, f"{SMALL} subjects: {small} expressions, {LARGE}: {large}"
