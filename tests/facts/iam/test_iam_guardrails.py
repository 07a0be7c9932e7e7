"""Service control policies over `iam.escalation`: level by level, against the attacker who tries everything."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import ACCOUNT, HIDDEN, document, resource
from test_iam_escalation import (
    ACTIONS,
    ADMIN,
    ADMINS,
    CHIEF,
    NAMES,
    PLACES,
    ROOT,
    TAKES,
    Attacker,
    allow,
    arn,
    made,
    person,
    view,
    worlds,
)

from auditor.data.iam_admin import ADMIN_KIT
from auditor.facts.attach import ScopeView
from auditor.facts.iam.escalation import ESCALATION_SCP
from auditor.facts.iam.granted import GROUP, ROLE, USER
from auditor.facts.iam.guardrails import MEMBERSHIP, PATH, POLICY
from auditor.facts.iam.logic import F, T
from auditor.facts.iam.paths import ways
from auditor.model import Gap, Reason, Resource

MANAGEMENT, UNIT, TOP = "999988887777", "ou-ab12-cdefgh34", "r-ab12"
FULL = allow("*")


def scp(name: str, targets: Any, *statements: Any, **more: Any) -> Resource:
    properties = {"Type": "SERVICE_CONTROL_POLICY", "TargetIds": targets, "Content": document(*statements)} | more
    return resource(
        POLICY, properties, id=name, name=name, arn=f"arn:aws:organizations::aws:policy/{name}", region=None
    )


def member(**more: Any) -> Resource:
    properties = {"AccountId": ACCOUNT, "InOrganization": True, "ManagementAccountId": MANAGEMENT} | more
    return resource(MEMBERSHIP, properties, id="membership", name="membership", arn="membership", region=None)


def path(**more: Any) -> Resource:
    properties = {"AccountId": ACCOUNT, "Targets": [ACCOUNT, UNIT, TOP], "ServiceControlPolicies": True} | more
    return resource(PATH, properties, id="path", name="path", arn="path", region=None)


def escalates(scope: ScopeView, name: str) -> bool | None:
    """None: not known."""
    one = next(r for type in (USER, ROLE, GROUP) for r in scope.related(type) if r.id == name)
    derived = ESCALATION_SCP.compute(one, scope)
    paths = derived.value["organization"].get("paths") if derived.value else None
    assert (paths is None) is bool(derived.unknown)
    return None if paths is None else bool(paths)


def under(scope: ScopeView, *above: Resource, gaps: tuple[Gap, ...] = ()) -> ScopeView:
    return view(*(one for type in (USER, ROLE, GROUP) for one in scope.related(type)), *above, gaps=gaps)


rules = st.lists(
    st.tuples(st.sampled_from(("Allow", "Deny")), st.sampled_from(ACTIONS), st.sampled_from(PLACES)), max_size=2
)
chains = st.fixed_dictionaries(
    {target: st.tuples(st.sampled_from((True, True, True, False)), rules) for target in (ACCOUNT, UNIT, TOP)}
)


def attached(chain: Any) -> list[Resource]:
    """Two policies a target, of which one may allow everything."""
    found = [member(), path()]
    for target, (is_open, listed) in chain.items():
        statements = [{"Effect": e, "Action": a, "Resource": r} for e, a, r in listed]
        found.append(scp(f"own-{target}", [target], *statements))
        if is_open:
            found.append(scp(f"full-{target}", [target], FULL))
    return found


class Guarded(Attacker):
    """An attacker below the levels of a chain; who administers is asked anew."""

    def __init__(self, world: Any, chain: Any) -> None:
        super().__init__(world)
        self.chain = chain
        self.is_kit_whole = all(
            self.passes(call.action, f"arn:aws:iam::{ACCOUNT}:{call.on}/fresh") for call in ADMIN_KIT
        )

    def passes(self, action: str, target: str) -> bool:
        for is_open, listed in self.chain.values():
            hit = [effect for effect, a, r in listed if a == action and fnmatch.fnmatchcase(target, r)]
            if "Deny" in hit or not (is_open or "Allow" in hit):
                return False
        return True

    def can(self, who: str, rewritten: bool, action: str, target: str) -> bool:
        held = super().can(who, rewritten, action, target) or (who in ADMINS and not rewritten)
        return held and self.passes(action, target)

    def assumes(self, who: str, rewritten: bool, role: str) -> bool:
        return super().assumes(who, rewritten, role) and self.passes("sts:AssumeRole", arn(role))

    def is_free(self, who: str) -> bool:
        return super().is_free(who) and self.is_kit_whole

    def escalates(self, start: str) -> bool:
        return self.is_kit_whole and start not in ADMINS and super().escalates(start)


@settings(max_examples=100, deadline=None)
@given(worlds, chains)
def test_a_way_is_there_as_for_the_attacker_below_every_level(world: Any, chain: Any) -> None:
    scope, attacker = under(made(world), *attached(chain)), Guarded(world, chain)
    denied = any(e == "Deny" for rules in world["grants"].values() for e, _, _ in rules)
    for name in NAMES:
        found, expected = escalates(scope, name), attacker.escalates(name)
        if denied:
            assert not (found is False and expected), (name, world, chain)
        else:
            assert found is expected, (name, world, chain)


@settings(max_examples=40, deadline=None)
@given(worlds, chains, st.sampled_from(("policy", "content", "targets", "type", "list", "path", "member", "way")))
def test_what_is_hidden_above_never_turns_an_answer(world: Any, chain: Any, what: str) -> None:
    whole = attached(chain)
    first = whole[2]
    hidden = {"content": "Content", "targets": "TargetIds", "type": "Type"}.get(what)
    seen, gaps = whole, ()
    if hidden is not None:
        seen = [*whole[:2], scp(first.id, **{"targets": first.properties["TargetIds"], hidden: HIDDEN}), *whole[3:]]
    elif what == "policy":
        seen, gaps = [*whole[:2], *whole[3:]], (Gap(ACCOUNT, None, POLICY, None, (), Reason.DENIED, "why"),)
    elif what == "list":
        seen, gaps = whole[:2], (Gap(ACCOUNT, None, POLICY, None, (), Reason.DENIED, "why"),)
    elif what == "path":
        seen, gaps = [whole[0], *whole[2:]], (Gap(ACCOUNT, None, PATH, None, (), Reason.DENIED, "why"),)
    elif what == "way":
        seen = [whole[0], path(Targets=[ACCOUNT, HIDDEN, TOP]), *whole[2:]]
    else:
        seen = [member(InOrganization=HIDDEN), *whole[1:]]
    people = made(world)
    for who in NAMES:
        assert escalates(under(people, *seen, gaps=gaps), who) in (None, escalates(under(people, *whole), who))


@settings(max_examples=40, deadline=None)
@given(worlds, chains)
def test_a_level_that_allows_all_changes_nothing_and_a_denial_never_adds_a_way(world: Any, chain: Any) -> None:
    people = made(world)
    open_ones = [scp("full", [ACCOUNT, UNIT, TOP], FULL)]
    alone = under(people, member(InOrganization=False))
    for who in NAMES:
        assert escalates(under(people, member(), path(), *open_ones), who) is escalates(alone, who)
        if who not in ADMINS and escalates(alone, who) is False:
            assert escalates(under(people, *attached(chain)), who) is False


NO_IAM = scp("no-iam", [UNIT], allow("iam:*", Effect="Deny"))
OPEN = scp("full", [ACCOUNT, UNIT, TOP], FULL)
SELF = person("alice", allow("iam:PutUserPolicy"))


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([SELF, member(), path(), OPEN], True),
        ([SELF, member(), path(), OPEN, NO_IAM], False),
        ([SELF, member(InOrganization=False), NO_IAM], True),
        ([SELF, member(ManagementAccountId=ACCOUNT), path(), OPEN, NO_IAM], True),  # above which nothing stands
        ([SELF, member(), path(ServiceControlPolicies=False), NO_IAM], True),
        ([SELF, member(), path(), OPEN, scp("of-another", ["ou-ab12-other"], allow("iam:*", Effect="Deny"))], True),
        ([SELF, member(), path(), OPEN, scp("tags", [UNIT], allow("iam:*", Effect="Deny"), Type="TAG_POLICY")], True),
        # an allow list of one level does not widen the one above it
        ([SELF, member(), path(), scp("s3", [TOP], allow("s3:*")), scp("full", [ACCOUNT, UNIT], FULL)], False),
        ([SELF, member(), path(), scp("full", [ACCOUNT, TOP], FULL)], None),  # the unit has one that is not seen
        ([SELF], None),
        ([SELF, member()], None),
        ([SELF, member(), path(Targets=[]), OPEN], None),
        ([person("alice"), member()], False),  # whatever stands above
        ([person("alice", ManagedPolicyArns=[ADMIN]), member()], None),
    ],
)
def test_whether_alice_can_become_an_administrator(resources: list[Resource], expected: bool | None) -> None:
    assert escalates(view(*resources), "alice") is expected


def test_the_canary_that_must_fail() -> None:
    assert escalates(view(SELF, member(), path(), OPEN), "alice") is True


def test_whom_a_policy_spares_stays_an_administrator_to_be_reached() -> None:
    spared = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/chief"}}
    above = (member(), path(), OPEN, scp("spare", [TOP], allow("iam:*", Effect="Deny", Condition=spared)))
    boss = person("boss", ManagedPolicyArns=[ADMIN])
    assert escalates(view(person("alice", TAKES), CHIEF, *above), "alice") is True
    assert escalates(view(boss, CHIEF, *above), "boss") is True  # the policy makes a principal like others of it
    assert (
        escalates(view(boss, person("other", trust=ROOT, type=ROLE, ManagedPolicyArns=[ADMIN]), *above), "boss")
        is False
    )


def test_a_service_linked_role_is_not_limited_and_a_template_says_nothing_of_what_stands_above() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/linked"
    properties = person("linked", type=ROLE, ManagedPolicyArns=[ADMIN]).properties
    role = resource(ROLE, properties, id="linked", name="linked", arn=linked, region=None)
    graph = ways(view(role, CHIEF, member(), path(), OPEN, NO_IAM), True)
    assert {one.resource.id: graph.admin[index] for index, one in enumerate(graph.account.people)} == {
        "linked": T,
        "chief": F,
    }
    assert escalates(view(SELF, member(), path(), OPEN, is_closed=False), "alice") is None
    assert escalates(view(person("alice"), is_closed=False), "alice") is False


def test_what_was_refused_is_named() -> None:
    gap = Gap(ACCOUNT, None, POLICY, None, (), Reason.DENIED, "organizations:ListPoliciesForTarget")
    derived = ESCALATION_SCP.compute(SELF, view(SELF, member(), path(), gaps=(gap,)))
    (unknown,) = derived.unknown
    assert (unknown.path, unknown.reason) == (("organization", "paths"), Reason.DENIED)
    assert "organizations:ListPoliciesForTarget" in unknown.detail
