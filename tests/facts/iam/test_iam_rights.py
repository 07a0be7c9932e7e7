"""`iam.escalation_any`: ways to whoever may do more, where nobody administers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from iam_documents import ACCOUNT, HIDDEN
from test_iam_escalation import ADMINS, CHIEF, NAMES, ROOT, TAKES, allow, arn, made, person, view, worlds
from test_iam_escalation import escalates as to_an_administrator

from auditor.facts.attach import ScopeView
from auditor.facts.iam.escalation import ESCALATION_ANY
from auditor.facts.iam.granted import GROUP, ROLE, USER
from auditor.facts.iam.logic import F, T, U
from auditor.facts.iam.paths import ways
from auditor.facts.iam.rights import Higher
from auditor.model import Resource


def found(scope: ScopeView, name: str) -> Any:
    one = next(r for type in (USER, ROLE, GROUP) for r in scope.related(type) if r.id == name)
    return ESCALATION_ANY.compute(one, scope)


def escalates(scope: ScopeView, name: str) -> bool | None:
    """None: not known."""
    derived = found(scope, name)
    paths = derived.value["account"].get("paths")
    assert (paths is None) is bool(derived.unknown)
    return None if paths is None else bool(paths)


BUILDS = allow(["iam:PassRole", "lambda:CreateFunction"])
APP = person("app", BUILDS, trust=ROOT)
TO_APP = allow("sts:AssumeRole", arn("app"))
TO_JOB = allow("sts:AssumeRole", arn("job"))
BOUND = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([person("alice", TO_APP), APP], True),
        ([person("alice", TO_APP), person("app", trust=ROOT)], False),
        ([person("alice", TO_APP, BUILDS), APP], False),  # it may do as much itself
        ([person("alice", TO_APP, allow("iam:CreateUser")), APP], False),  # neither holds all of the other
        ([person("alice"), APP], False),
        ([person("alice", TAKES), CHIEF], True),
        ([person("alice", TO_JOB), person("job", TO_APP, trust=ROOT), APP], True),  # by two steps
        ([person("alice", TO_APP), person("app", HIDDEN, trust=ROOT)], None),
        ([person("alice", HIDDEN), APP], None),
        ([person("alice", TO_APP), person("app", allow("*", Effect="Deny"), trust=ROOT)], False),
        # what it gives itself within its boundary is more than it had
        ([person("alice", allow("iam:PutUserPolicy"), PermissionsBoundary=HIDDEN)], None),
        ([person("alice", allow(["iam:*", "sts:*"])), APP], False),  # an administrator already
    ],
)
def test_whether_alice_can_become_somebody_who_may_do_more(resources: list[Resource], expected: bool | None) -> None:
    assert escalates(view(*resources), "alice") is expected


def test_the_way_ends_at_the_first_who_may_do_more() -> None:
    scope = view(person("alice", TO_JOB), person("job", TO_APP, trust=ROOT), APP, CHIEF)
    (path,) = found(scope, "alice").value["account"]["paths"]
    assert [step["to"] for step in path["steps"]] == ["job", "app"]
    assert (path["reaches"], path["length"]) == ("principal", 2)


def test_what_hinges_on_what_the_other_may_do_says_so() -> None:
    scope = view(person("alice", TO_APP), person("app", HIDDEN, trust=ROOT))
    (unknown,) = found(scope, "alice").unknown
    assert "app" in unknown.detail


@settings(max_examples=80, deadline=None)
@given(worlds)
def test_it_finds_all_that_leads_to_administration_and_what_the_closure_of_the_graph_finds(world: Any) -> None:
    scope = made(world)
    graph = ways(scope)
    judge = Higher(graph)
    for name in NAMES:
        answer, index = escalates(scope, name), graph.account.number[name]
        if name in ADMINS:
            assert answer is False
            continue
        assert not to_an_administrator(scope, name) or answer is True
        reached = {index}
        while True:
            more = {
                to for node in reached for to in range(graph.goal + 1) if graph.edges.get(node, (0, 0))[0] >> to & 1
            }
            if more <= reached:
                break
            reached |= more
        above = [T if node == graph.goal else judge.more(node, index) for node in reached if node != index]
        assert (answer is True) is (T in above), (name, world)


def test_more_is_all_of_it_and_something_else() -> None:
    graph = ways(view(person("alice", BUILDS), person("bob", BUILDS, allow("iam:CreateUser")), person("boss", HIDDEN)))
    judge, number = Higher(graph), graph.account.number
    more = lambda one, other: judge.more(number[one], number[other])  # noqa: E731
    assert (more("bob", "alice"), more("alice", "bob"), more("alice", "alice")) == (T, F, F)
    assert (more("boss", "alice"), more("alice", "boss")) == (U, U)
    assert ACCOUNT in str(graph.account.targets.arns[0])
