"""iam.support: random roles against what they are made of, with parts hidden."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import HIDDEN, derive, document, resource

from auditor.facts.iam.support import MANAGED, ROLE, SUPPORT

ARN = "arn:aws:iam::111122223333:policy/own"
SUPPORTED = "arn:aws:iam::aws:policy/AWSSupportAccess"
PEOPLE = {"AWS": "arn:aws:iam::111122223333:root"}
PRINCIPALS = {"people": PEOPLE, "provider": {"Federated": "cognito"}, "service": {"Service": "ec2.amazonaws.com"}}
# an action, whether it is all of support, whether it is everything
ACTIONS = {
    "support:*": (True, False),
    "Support:?*": (True, False),
    "*": (True, True),
    "*:*": (True, True),
    "support:Describe*": (False, False),
    "s3:*": (False, False),
}


def trust(principal: Any) -> Any:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def allow(action: str, target: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": target} | more


def carries(properties: dict[str, Any], *policies: Any) -> bool | None:
    """None: not known."""
    derived = derive(SUPPORT, ROLE, properties, *policies)
    assert (derived.value == {}) is bool(derived.unknown)
    return derived.value.get("carries") if derived.value else None


def role(principal: Any = PEOPLE, *statements: Any, arns: Any = ()) -> dict[str, Any]:
    policies = [{"PolicyName": "p", "PolicyDocument": document(*statements)}] if statements else []
    return {"AssumeRolePolicyDocument": trust(principal), "Policies": policies, "ManagedPolicyArns": list(arns)}


statements = st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.sampled_from(["*", "arn:aws:s3:::b"])), max_size=3)


@settings(max_examples=100)
@given(st.sampled_from(sorted(PRINCIPALS)), statements, st.booleans())
def test_a_role_carries_support_as_its_parts_say(who: str, made: list[tuple[str, str]], is_inline: bool) -> None:
    everywhere = [ACTIONS[action] for action, target in made if target == "*"]
    expected = (
        who != "service"
        and any(all_of_support for all_of_support, _ in everywhere)
        and not any(a for _, a in everywhere)
    )
    listed = [allow(action, target) for action, target in made]
    own = resource(MANAGED, {"PolicyArn": ARN, "PolicyDocument": document(*listed)}, id="m", name=ARN, arn=ARN)
    if is_inline:
        assert carries(role(PRINCIPALS[who], *listed)) is expected
    else:
        assert carries(role(PRINCIPALS[who], arns=[ARN]), own) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSSupportAccess", True),
        ("job-function/SupportUser", True),
        ("PowerUserAccess", True),
        ("AdministratorAccess", False),
        ("ReadOnlyAccess", False),
    ],
)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_policies_of_aws_are_told_by_their_names(name: str, expected: bool, partition: str) -> None:
    assert carries(role(arns=[f"arn:{partition}:iam::aws:policy/{name}"])) is expected


def test_two_statements_may_allow_support_together() -> None:
    halves = [allow(f"support:{letter}*") for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert carries(role(PEOPLE, *halves)) is True
    assert carries(role(PEOPLE, *halves[:-1])) is False


@pytest.mark.parametrize(
    "properties",
    [
        {**role(arns=[SUPPORTED]), "AssumeRolePolicyDocument": HIDDEN},
        {**role(arns=[SUPPORTED]), "AssumeRolePolicyDocument": trust(HIDDEN)},
        {**role(arns=[SUPPORTED]), "AssumeRolePolicyDocument": trust({"AWS": HIDDEN})},
        {"ManagedPolicyArns": [SUPPORTED]},
        role(arns=[HIDDEN]),
        role(arns=[ARN]),
        {**role(), "Policies": HIDDEN},
        {**role(), "Policies": [HIDDEN]},
        role(PEOPLE, allow("support:*", Effect=HIDDEN)),
        {
            **role(),
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{**allow("x"), "Action": HIDDEN}]}}],
        },
        role(PEOPLE, allow("support:*"), allow("support:CreateCase", Effect="Deny")),
    ],
)
def test_what_may_be_is_unknown(properties: dict[str, Any]) -> None:
    assert carries(properties) is None


def test_nothing_hidden_matters_where_it_cannot_change_the_answer() -> None:
    assert carries(role(arns=[SUPPORTED, HIDDEN])) is True
    assert carries({**role(PRINCIPALS["service"]), "ManagedPolicyArns": HIDDEN}) is False
    assert carries(role(PEOPLE, allow("support:*"), allow("s3:*", Effect="Deny"))) is True
