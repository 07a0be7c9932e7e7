"""The explanation of a verdict agrees with the verdict, for a case of each status of every policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.catalogue import parameters, plan
from auditor.cli.session import load_pack, opa_binary
from auditor.config import Config
from auditor.engine.opa import ManagedOpa
from auditor.engine.tools import OpaTools
from auditor.facts.table import FACTS
from auditor.model import Pack, Policy, Status
from auditor.sources.template.nodes import Settings
from auditor.sources.template.source import TemplateSource
from auditor.workbench.case_scope import template_text
from auditor.workbench.cases import SUBJECT, Case, forms, load_cases
from auditor.workbench.explain.explain import Setup, explain
from auditor.workbench.explain.rules import Rule

POLICIES = sorted(
    file.stem for file in Path(__file__).parents[2].glob("policies/aws/*/*/*.rego") if "_test" not in file.stem
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Config(), opa_binary())


@pytest.fixture(scope="module")
def engine(pack: Pack) -> Iterator[ManagedOpa]:
    with ManagedOpa(opa_binary(), pack.modules) as started:
        started.wait()
        yield started


def chosen(policy: Policy) -> list[Case]:
    """The first case of each status that a template can say, of the policy's own parameters."""
    found: dict[Status, Case] = {}
    for case in load_cases(policy):
        if case.expect is not None and "template" in forms(case, policy):
            found.setdefault(case.expect, case)
    return list(found.values())


def first_failures(rule: Rule) -> Iterator[str]:
    for way in rule.ways:
        assert way.held == all(line.held for line in way.lines)
        assert all(line.held for line in way.lines[:-1])
        if not way.held:
            yield way.lines[-1].text


@pytest.mark.parametrize("key", POLICIES)
def test_it_agrees_with_the_verdict(key: str, pack: Pack, engine: ManagedOpa, tmp_path: Path) -> None:
    policy = next(row for row in pack.policies if row.key == key)
    others = {row.file for row in pack.policies if row.key != key}
    modules = tuple(file for file in pack.modules if file not in others)
    planned = plan.plan([policy], FACTS)
    facts = tuple(FACTS[name] for name in planned.facts)
    for case in chosen(policy):
        values = parameters.resolve([policy], {policy.id: dict(case.parameters)}, {})
        (tmp_path / "case.json").write_text(template_text(case, policy))
        source = TemplateSource([str(tmp_path / "case.json")], Settings(), lambda: b"", taken_at=case.taken_at)
        setup = Setup(policy, planned, facts, modules, values)
        found = explain(source, setup, SUBJECT, engine, OpaTools(opa_binary()))
        assert found.status is case.expect, f"{case.file}:{case.line}"
        assert found.rules, f"{case.file}:{case.line}: no way through any rule"
        assert any(rule.held for rule in found.rules) == bool(found.denials), f"{case.file}:{case.line}"
        if found.status is Status.PASS:
            assert any(text for rule in found.rules for text in first_failures(rule))
        if found.status is Status.FAIL:
            assert all(denial.word in ("found", "absent", "missing") for denial in found.denials)
        if found.status is Status.UNKNOWN:
            assert any(gap.decides for gap in found.not_seen)
