"""`iam.escalation` against an attacker who tries every method with every principal that it holds, written apart."""

from __future__ import annotations

import fnmatch
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import ACCOUNT, HIDDEN, document, resource

from auditor.data.escalation_paths import METHODS, RESOURCES
from auditor.facts.attach import ScopeView
from auditor.facts.iam.escalation import EFFECTIVE, ESCALATION
from auditor.facts.iam.granted import GROUP, MANAGED, ROLE, USER
from auditor.facts.iam.paths import ways
from auditor.model import Gap, Reason, Resource

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
NAMES = {"alice": USER, "bob": USER, "boss": USER, "app": ROLE, "job": ROLE, "chief": ROLE}
ADMINS = ("boss", "chief")
SERVICE = "lambda.amazonaws.com"
ACTIONS = (
    "iam:PutUserPolicy",
    "iam:CreateAccessKey",
    "iam:UpdateAssumeRolePolicy",
    "iam:PutRolePolicy",
    "sts:AssumeRole",
    "iam:PassRole",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "iam:DeleteRolePermissionsBoundary",
)


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{'user' if NAMES[name] == USER else 'role'}/{name}"


PLACES = ("*", *(arn(name) for name in NAMES), f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:user/b*")
TRUSTS: dict[str, Any] = {
    "nobody": {"Service": "ec2.amazonaws.com"},
    "lambda": {"Service": SERVICE},
    "account": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "alice": {"AWS": arn("alice")},
    "app": {"AWS": arn("app")},
}
Grant = tuple[str, str, str]  # effect, action, resource

grants = st.lists(
    st.tuples(st.sampled_from(("Allow", "Allow", "Allow", "Deny")), st.sampled_from(ACTIONS), st.sampled_from(PLACES)),
    max_size=3,
)
worlds = st.fixed_dictionaries(
    {
        "grants": st.fixed_dictionaries({name: grants for name in NAMES if name not in ADMINS}),
        "trusts": st.fixed_dictionaries({n: st.sampled_from(sorted(TRUSTS)) for n, t in NAMES.items() if t == ROLE}),
        "bounded": st.sets(st.sampled_from(("alice", "app"))),
    }
)


def allow(action: Any, target: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": target} | more


def person(name: str, *statements: Any, trust: Any = None, type: str = "", **more: Any) -> Resource:
    kind = type or NAMES[name]
    word = {USER: "user", ROLE: "role", GROUP: "group"}[kind]
    properties: dict[str, Any] = {"Policies": [{"PolicyName": "p", "PolicyDocument": document(*statements)}]}
    if kind == ROLE:
        principal = trust or TRUSTS["nobody"]
        properties["AssumeRolePolicyDocument"] = document(
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        )
    own = f"arn:aws:iam::{ACCOUNT}:{word}/{name}"
    return resource(kind, properties | more, id=name, name=name, arn=own, region=None)


def view(*resources: Resource, gaps: tuple[Gap, ...] = (), is_closed: bool = True) -> ScopeView:
    held: dict[str, list[Resource]] = {}
    for one in resources:
        held.setdefault(one.type, []).append(one)
    listed: dict[str, list[Gap]] = {}
    for gap in gaps:
        listed.setdefault(gap.type, []).append(gap)
    return ScopeView(held, listed, is_closed)


def escalates(scope: ScopeView, name: str) -> bool | None:
    """None: not known."""
    one = next(r for type in (USER, ROLE, GROUP) for r in scope.related(type) if r.id == name)
    derived = ESCALATION.compute(one, scope)
    paths = derived.value["account"].get("paths") if derived.value else None
    assert (paths is None) is bool(derived.unknown)
    return None if paths is None else bool(paths)


def made(world: Any) -> ScopeView:
    found = []
    for name in NAMES:
        statements = [{"Effect": e, "Action": a, "Resource": r} for e, a, r in world["grants"].get(name, ())]
        more: dict[str, Any] = {"ManagedPolicyArns": [ADMIN]} if name in ADMINS else {}
        if name in world["bounded"]:
            more["PermissionsBoundary"] = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
        trust = TRUSTS[world["trusts"][name]] if NAMES[name] == ROLE else None
        found.append(person(name, *statements, trust=trust, **more))
    return view(*found)


class Attacker:
    """Principals in its hands, and those whose policies it has rewritten; every call is tried for each of them."""

    def __init__(self, world: Any) -> None:
        self.world = world

    def can(self, who: str, rewritten: bool, action: str, target: str) -> bool:
        if who in self.world["bounded"]:
            return False  # the boundary is for S3 alone
        rules = self.world["grants"].get(who, ())
        hit = [effect for effect, a, r in rules if a == action and fnmatch.fnmatchcase(target, r)]
        return "Deny" not in hit and ("Allow" in hit or rewritten)

    def assumes(self, who: str, rewritten: bool, role: str) -> bool:
        rules = self.world["grants"].get(who, ())
        if any(e == "Deny" and a == "sts:AssumeRole" and fnmatch.fnmatchcase(arn(role), r) for e, a, r in rules):
            return False
        trust = self.world["trusts"][role]
        if trust == who:
            return NAMES[who] == USER or who not in self.world["bounded"]  # a boundary limits a named role
        return trust == "account" and self.can(who, rewritten, "sts:AssumeRole", arn(role))

    def wins(self, who: str, rewritten: bool, target: str) -> bool:
        call = lambda action, on: self.can(who, rewritten, action, on)  # noqa: E731
        if NAMES[target] == USER:
            return call("iam:CreateAccessKey", arn(target))
        function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:new"
        made_of = call("lambda:CreateFunction", function) and call("lambda:InvokeFunction", function)
        passed = made_of and call("iam:PassRole", arn(target)) and self.world["trusts"][target] == "lambda"
        return passed or call("iam:UpdateAssumeRolePolicy", arn(target)) or self.assumes(who, rewritten, target)

    def writes(self, who: str, rewritten: bool, target: str) -> bool:
        return self.can(
            who, rewritten, "iam:PutUserPolicy" if NAMES[target] == USER else "iam:PutRolePolicy", arn(target)
        )

    def is_free(self, who: str) -> bool:
        """Whether it administers once its policies are rewritten: nothing limits it."""
        return who not in self.world["bounded"] and not any(
            e == "Deny" for e, _, _ in self.world["grants"].get(who, ())
        )

    def escalates(self, start: str) -> bool:
        held = {(start, False)}
        while True:
            more = set(held)
            for (who, rewritten), target in itertools.product(held, NAMES):
                won = who == target or self.wins(who, rewritten, target)
                if won:
                    more.add((target, False))
                if won and self.writes(who, rewritten, target):
                    more.add((target, True))
            if more == held:
                break
            held = more
        return any(who in ADMINS or (rewritten and self.is_free(who)) for who, rewritten in held)


@settings(max_examples=150, deadline=None)
@given(worlds)
def test_a_way_is_there_as_for_the_attacker_who_tries_everything(world: Any) -> None:
    scope, attacker = made(world), Attacker(world)
    # who takes its own denials off is another question: there the attacker knows less
    denied = any(e == "Deny" for rules in world["grants"].values() for e, _, _ in rules)
    for name in NAMES:
        found, expected = escalates(scope, name), name not in ADMINS and attacker.escalates(name)
        if denied:
            assert not (found is False and expected), (name, world)
        else:
            assert found is expected, (name, world)


@settings(max_examples=60, deadline=None)
@given(
    worlds, st.sampled_from(("alice", "bob", "app", "job")), st.sampled_from(("Policies", "AssumeRolePolicyDocument"))
)
def test_what_is_hidden_never_turns_an_answer(world: Any, name: str, what: str) -> None:
    whole = made(world)
    held = [one for type in (USER, ROLE) for one in whole.related(type)]
    hidden = [
        resource(one.type, {**one.properties, what: HIDDEN}, id=one.id, name=one.name, arn=one.arn, region=None)
        if one.id == name and what in one.properties
        else one
        for one in held
    ]
    for who in NAMES:
        assert escalates(view(*hidden), who) in (None, escalates(whole, who))


@settings(max_examples=60, deadline=None)
@given(worlds, st.sampled_from(("alice", "app")))
def test_a_boundary_never_adds_a_way(world: Any, name: str) -> None:
    without = {**world, "bounded": world["bounded"] - {name}}
    limited = {**world, "bounded": world["bounded"] | {name}}
    if escalates(made(without), name) is False:
        assert escalates(made(limited), name) is False


def test_the_canary_that_must_fail() -> None:
    scope = view(person("alice", allow(["unknown:Thing", "iam:?utUserPolicy"])))
    assert escalates(scope, "alice") is True


ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
CHIEF = person("chief", trust=ROOT, ManagedPolicyArns=[ADMIN])
TAKES = allow("sts:AssumeRole", arn("chief"))


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([person("alice", TAKES), CHIEF], True),
        ([person("alice", TAKES), person("chief", trust=ROOT)], False),
        ([person("alice"), CHIEF], False),
        ([person("alice"), person("chief", trust={"AWS": HIDDEN}, ManagedPolicyArns=[ADMIN])], None),
        ([person("alice", TAKES | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}), CHIEF], True),
        ([person("alice", TAKES | {"Condition": {"StringEquals": {"aws:username": "bob"}}}), CHIEF], False),
        ([person("alice", TAKES | {"Condition": {"StringEquals": {"made:Up": "x"}}}), CHIEF], None),
        ([person("alice", TAKES | {"Condition": HIDDEN}), CHIEF], None),
        ([person("alice", TAKES, HIDDEN), CHIEF], None),
        ([person("alice", allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))], False),
        ([person("alice", allow("iam:*"))], True),
        ([person("alice", allow(["iam:*", "sts:*"]))], False),  # an administrator already
        ([person("alice", allow("*"), allow("iam:*", Effect="Deny"))], False),
        ([person("alice", allow("*"), allow("iam:CreateUser", Effect="Deny"))], False),  # takes the denial off
        ([person("alice", allow("iam:AddUserToGroup")), person("ops", allow("*"), type=GROUP)], True),
        ([person("alice", Groups=["ops"]), person("ops", allow("iam:PutGroupPolicy"), type=GROUP)], True),
        ([person("alice", Groups=["ops"]), person("ops", type=GROUP)], False),
        ([person("alice", Groups=["other"])], None),
        ([person("alice", ManagedPolicyArns=["arn:aws:iam::aws:policy/NewerThanTheTable"])], None),
        ([person("alice", ManagedPolicyArns=["arn:aws:iam::aws:policy/IAMFullAccess"])], True),
        (
            [person("alice", allow("iam:PutUserPolicy"), PermissionsBoundary="arn:aws:iam::aws:policy/IAMFullAccess")],
            True,
        ),
        ([person("alice", allow("iam:PutUserPolicy"), PermissionsBoundary=HIDDEN)], None),
    ],
)
def test_whether_alice_can_become_an_administrator(resources: list[Resource], expected: bool | None) -> None:
    assert escalates(view(*resources), "alice") is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("iam:AttachUserPolicy"), True),
        (allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/*"), True),
        (allow("iam:PutUserPolicy", arn("bob")), False),
        (allow("iam:PutRolePolicy"), False),
        (allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": ADMIN}}), True),
        (allow("iam:PutUserPolicy", Condition=HIDDEN), None),
    ],
)
def test_a_group_is_judged_by_what_a_fresh_member_can_do_to_itself(statement: Any, expected: bool | None) -> None:
    scope = view(person("ops", statement, type=GROUP), person("bob"))
    assert escalates(scope, "ops") is expected
    if expected:
        derived = ESCALATION.compute(scope.related(GROUP)[0], scope)
        assert derived.value is not None
        (call,) = derived.value["account"]["paths"][0]["steps"][0]["calls"]
        assert (call["action"], call["resource"]) == (statement["Action"], "user")


def test_the_evidence_leads_from_step_to_step() -> None:
    scope = view(person("alice", allow("sts:AssumeRole", arn("app"))), person("app", TAKES, trust=ROOT), CHIEF)
    derived = ESCALATION.compute(scope.related(USER)[0], scope)
    assert derived.value is not None
    (path,) = derived.value["account"]["paths"]
    assert [(step["from"], step["to"], step["technique"]) for step in path["steps"]] == [
        ("alice", "app", "sts-001"),
        ("app", "chief", "sts-001"),
    ]
    assert path["length"] == 2
    assert path["steps"][1]["calls"][0]["decided_by"] == [
        {"id": "app", "pointer": "/Policies/0/PolicyDocument/Statement/0"}
    ]
    assert path["steps"][1]["trust"] == {"id": "chief", "pointer": "/AssumeRolePolicyDocument"}


def test_roles_that_are_not_seen_may_lead_there() -> None:
    anybody = person("alice", allow("sts:AssumeRole"))
    gap = Gap(ACCOUNT, None, ROLE, None, (), Reason.DENIED, "iam:GetAccountAuthorizationDetails")
    assert escalates(view(anybody), "alice") is False
    assert escalates(view(anybody, gaps=(gap,)), "alice") is None
    assert escalates(view(anybody, is_closed=False), "alice") is None
    assert escalates(view(person("alice"), is_closed=False), "alice") is False


def test_a_policy_that_is_attached_can_be_rewritten_by_its_holder() -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    policy = resource(
        MANAGED, {"PolicyArn": own, "PolicyDocument": document(allow("s3:*"))}, id="m", name="own", arn=own
    )
    writer = allow("iam:CreatePolicyVersion", own)
    assert escalates(view(person("alice", writer, ManagedPolicyArns=[own]), policy), "alice") is True
    assert escalates(view(person("alice", writer), policy), "alice") is False


def test_effective_names_administrators() -> None:
    scope = view(person("alice"), person("boss", ManagedPolicyArns=[ADMIN]), person("bob", HIDDEN))
    found = {one.id: EFFECTIVE.compute(one, scope).value for one in scope.related(USER)}
    assert found == {"alice": {"admin": {"account": False}}, "boss": {"admin": {"account": True}}, "bob": {"admin": {}}}


def test_the_graph_is_made_once_per_scope() -> None:
    scope = view(person("alice"), CHIEF)
    assert ways(scope) is ways(scope)


def test_every_method_has_a_link_and_known_resources() -> None:
    for method in METHODS:
        assert method.link.startswith("https://pathfinding.cloud/paths/")
        assert bool(method.trusts) is (method.kind == "run")
        for call in method.calls:
            how, _, kinds = call.on.partition(" ")
            assert how in ("user", "role", "group", "policy", "pass", "function", "instance", "*", "new", "old")
            assert all(kind in RESOURCES for kind in kinds.split(",") if kind)
    assert len({id for method in METHODS for id in method.ids}) == 65
