"""lambda.public: permissions against a table of who gets in, with parts hidden, and the documents beside them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import document, resource

from auditor.facts.attach import ScopeView, attach
from auditor.facts.iam.invocation import FUNCTION, PERMISSION, POLICY, PUBLIC_INVOCATION
from auditor.model import Gap, Hidden, Reason, Resource

HIDDEN = Hidden(Reason.UNRESOLVED, "parameter P has no value", "P")
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:app"
VALUES: dict[str, list[Any]] = {
    "Principal": ["*", "s3.amazonaws.com", "events.amazonaws.com", "444455556666", "arn:aws:iam::444455556666:root"],
    "SourceArn": [
        None,
        "arn:aws:sns:eu-west-1:111122223333:t",
        "arn:aws:sns:eu-west-1:*:t",
        "arn:aws:s3:::photos",
        "arn:aws:s3:::*",
    ],
    "SourceAccount": [None, "111122223333"],
    "PrincipalOrgID": [None, "o-a1b2c3d4e5"],
    "EventSourceToken": [None, "amzn1.ask.skill.1"],
    "FunctionUrlAuthType": [None, "NONE", "AWS_IAM"],
    "InvokedViaFunctionUrl": [None, True, False],
    "Action": ["lambda:InvokeFunction", "lambda:*"],
}
permissions = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in VALUES.items()})


def made(permission: dict[str, Any], **fields: Any) -> Resource:
    properties = {"FunctionName": "app", **{key: value for key, value in permission.items() if value is not None}}
    return resource(PERMISSION, properties, **({"id": "permission"} | fields))


def facts(*others: Resource, gaps: dict[str, tuple[Gap, ...]] | None = None, **fields: Any) -> tuple[Any, bool]:
    """What is public, and whether there may be more."""
    held: dict[str, list[Resource]] = {}
    for each in others:
        held.setdefault(each.type, []).append(each)
    function = resource(FUNCTION, {"FunctionName": "app"}, **({"id": "f", "name": "app", "arn": ARN} | fields))
    got, unknown = attach(function, [PUBLIC_INVOCATION], ScopeView(held, gaps or {}))
    return got.facts["lambda.public"]["public"], bool(unknown)


def is_public(permission: dict[str, Any]) -> bool:
    """Word for word from the requirement."""
    if permission["Principal"] not in ("*", "s3.amazonaws.com"):
        return False
    if permission["FunctionUrlAuthType"] == "NONE" or permission["InvokedViaFunctionUrl"] is True:
        return False
    if any(permission[key] for key in ("SourceAccount", "PrincipalOrgID", "EventSourceToken")):
        return False
    return permission["SourceArn"] not in ("arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:s3:::photos")


@settings(max_examples=150)
@given(permissions)
def test_a_permission_is_public_as_the_table_says(permission: dict[str, Any]) -> None:
    public, unknown = facts(made(permission))
    assert (len(public), unknown) == (int(is_public(permission)), False)


@settings(max_examples=150)
@given(permissions, st.sampled_from(sorted(VALUES)))
def test_what_is_hidden_is_not_guessed(permission: dict[str, Any], key: str) -> None:
    public, unknown = facts(made(permission | {key: HIDDEN}))
    truth = {is_public(permission | {key: value}) for value in VALUES[key]}
    if public:
        assert truth == {True}
    elif not unknown:
        assert truth == {False}


OPEN = {"Principal": "*", "Action": "lambda:InvokeFunction"}


@pytest.mark.parametrize(
    "name", ["app", "app:prod", "function:app", "111122223333:function:app:7", ARN, ARN + ":prod", ARN + ":$LATEST"]
)
def test_a_permission_is_found_by_every_spelling_of_the_function(name: str) -> None:
    public, _ = facts(made({**OPEN, "FunctionName": name}))
    assert [each["evidence"] for each in public] == [{"id": "permission", "pointer": ""}]


def test_the_permission_of_another_function_or_region_is_not_this_ones() -> None:
    assert facts(made({**OPEN, "FunctionName": "other"})) == ([], False)
    assert facts(made(OPEN, region="us-east-1")) == ([], False)
    assert facts(made(OPEN, owners=("g",))) == ([], False)


def test_whose_a_permission_is_may_be_hidden() -> None:
    assert facts(made({**OPEN, "FunctionName": HIDDEN})) == ([], True)
    public, unknown = facts(made({**OPEN, "FunctionName": HIDDEN}, owners=("f",)))
    assert (len(public), unknown) == (1, False)


def policy(*statements: Any) -> Resource:
    return resource(POLICY, {"ResourceArn": ARN, "PolicyDocument": document(*statements)}, id="policy")


def statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": ARN} | more


def test_a_document_says_what_no_permission_can() -> None:
    public, _ = facts(policy(statement(Effect="Deny"), statement(Condition={"Bool": {"aws:SecureTransport": "true"}})))
    assert [each["evidence"] for each in public] == [{"id": "policy", "pointer": "/PolicyDocument/Statement/1"}]
    everyone_else = {key: value for key, value in statement().items() if key != "Principal"}
    assert len(facts(policy(everyone_else | {"NotPrincipal": {"AWS": "444455556666"}}))[0]) == 1


def test_a_statement_that_a_permission_says_too_counts_once() -> None:
    public, _ = facts(made(OPEN), policy(statement(), statement(Action="lambda:GetFunction")))
    assert [each["evidence"]["id"] for each in public] == ["permission", "policy"]


def test_an_unreadable_policy_is_unknown_for_its_function_only() -> None:
    gap = Gap("111122223333", "eu-west-1", PERMISSION, None, (), Reason.DENIED, "lambda:GetPolicy", parent="f")
    assert facts(gaps={PERMISSION: (gap,)}) == ([], True)
    assert facts(gaps={PERMISSION: (gap,)}, id="g") == ([], False)


def test_a_function_outside_the_template_may_have_more() -> None:
    public, unknown = facts(made(OPEN), stand_in=True)
    assert (len(public), unknown) == (1, True)
