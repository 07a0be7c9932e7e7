from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import (
    HIDDEN,
    TREE,
    derive,
    document,
    documents,
    hole,
    name,
    places,
    replaced,
    respelled,
    text,
    without,
)

from auditor.data.condition_keys import KEYS, find
from auditor.data.iam_resource_policies import RESOURCE_POLICIES
from auditor.facts.base import Derived
from auditor.facts.iam.public import PUBLIC
from auditor.model import Reason

ROWS = {row.type: row for row in RESOURCE_POLICIES}
BUCKET, TOPIC, KEY = "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::KMS::Key"
ACTION = {"sts": "sts:AssumeRole", "s3": "s3:GetObject", "sns": "sns:Publish", "sqs": "sqs:SendMessage"}
OWN = "111122223333"
DOUBTS = [("statements", "public"), ("bpa", "statements"), ("bpa", "public"), ("semantic",)]


def public(tree: TREE, type: str = "AWS::IAM::Role", **properties: TREE) -> Derived:
    return derive(PUBLIC, type, {ROWS[type].document: tree, **properties})


def allow(condition: TREE = None, type: str = "AWS::IAM::Role", **changed: TREE) -> TREE:
    service = ROWS[type].service
    one = {"Effect": "Allow", "Principal": "*", "Action": ACTION.get(service, f"{service}:*"), "Resource": "*"}
    return {**one, **({"Condition": condition} if condition is not None else {}), **changed}


def statements(found: Derived) -> list[TREE]:
    assert found.value is not None
    return list(found.value["statements"]["public"])


def verdict(found: Derived) -> bool | None:
    """Whether some statement is public; None where that is not known."""
    if statements(found):
        return True
    return None if any(one.path == ("statements", "public") for one in found.unknown) else False


@pytest.mark.parametrize("type", sorted(ROWS))
def test_canary(type: str) -> None:
    found = public(document(allow(type=type)), type)
    assert found.value is not None and found.unknown == ()
    evidence = {"id": "r", "pointer": f"/{ROWS[type].document}/Statement/0"}
    assert [one["evidence"] for one in statements(found)] == [evidence]
    assert statements(found)[0]["why"] == "everyone is a principal, and no condition limits who calls"
    assert found.value["bpa"] == {"public": True, "statements": [evidence]}
    assert found.value["semantic"]["public"] and found.value["semantic"]["statements"] == [evidence]
    assert found.value["semantic"]["witness"]["action"].startswith(ROWS[type].service + ":")


@pytest.mark.parametrize("type", sorted(ROWS))
def test_no_policy_is_private(type: str) -> None:
    found = derive(PUBLIC, type, {})
    assert found.unknown == () and verdict(found) is False
    assert found.value is not None and found.value["bpa"]["public"] is found.value["semantic"]["public"] is False


@pytest.mark.parametrize(
    "principal",
    ["*", {"AWS": "*"}, {"AWS": [OWN, "*"]}],
)
def test_spellings_of_everyone(principal: TREE) -> None:
    assert verdict(public(document(allow(Principal=principal)))) is True
    assert verdict(public({"Statement": allow(Principal=principal)})) is True


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal={"AWS": "arn:aws:iam::444455556666:root"}),
        allow(Principal={"AWS": "arn:aws:iam::*:root"}),
        allow(Principal={"Service": "ec2.amazonaws.com"}),
        allow(Principal={"Federated": "graph.facebook.com"}, Action="sts:AssumeRoleWithWebIdentity"),
        allow(Effect="Deny"),
        allow(Action="sts:TagSession"),
        without(allow(), "Principal"),
        without(allow(NotPrincipal="*"), "Principal"),
    ],
)
def test_others_are_not_everyone(statement: TREE) -> None:
    assert verdict(public(document(statement))) is False


def test_not_principal_lets_in_everyone_else() -> None:
    found = public(document(without(allow(NotPrincipal={"AWS": OWN}), "Principal")))
    assert verdict(found) is True
    assert "NotPrincipal" in statements(found)[0]["why"]


def test_deny_elsewhere_excuses_no_statement_but_closes_the_door() -> None:
    found = public(document(allow(), allow(Effect="Deny")))
    assert verdict(found) is True
    assert found.value is not None and found.value["semantic"]["public"] is False


FIXED = [
    {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"StringEquals": {"AWS:PrincipalAccount": [OWN, "444455556666"]}},
    {"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}},
    {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/x"}},
    {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}},
    {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32"]}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1a2b"}},
    {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-a/ou-b/"}},
    {"StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}},
    {"Bool": {"aws:PrincipalIsAWSService": "True"}},
    {"ArnEquals": {"aws:SourceArn": "⟨Topic⟩"}},
]
FIXED_BY_ACCOUNT = [
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}},
    {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{OWN}:rule/*"}},
    {"ArnLike": {"aws:SourceArn": text("arn:aws:events:*:", hole("AWS::AccountId"), ":rule/*")}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:bucket"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}},
    {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:user/${{aws:username}}"}},
    {"StringLike": {"aws:userid": "AROAEXAMPLE:*"}},
]
NOT_FIXED = [
    {},
    {"StringEquals": {"sts:ExternalId": "secret"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringLike": {"aws:Referer": "https://example.com/*"}},
    {"StringEquals": {"aws:ResourceAccount": OWN}},
    {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringEquals": {"aws:PrincipalTag/team": "a"}},
    {"StringEquals": {"aws:PrincipalAccount": [OWN, "anonymous"]}},
    {"Bool": {"aws:PrincipalIsAWSService": "false"}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}},
    {"StringLike": {"aws:PrincipalArn": "*"}},
    {"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}},
    {"Null": {"aws:PrincipalOrgID": "false"}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}},
    {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
    {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}},
    {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "${aws:PrincipalOrgID}"]}},
    {"StringLike": {"aws:SourceAccount": [OWN, "4444*"]}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:t"}},
]


@pytest.mark.parametrize("type", ["AWS::IAM::Role", BUCKET, TOPIC])
@pytest.mark.parametrize("condition", FIXED)
def test_fixed_caller_is_not_public(condition: TREE, type: str) -> None:
    assert verdict(public(document(allow(condition, type)), type)) is False


@pytest.mark.parametrize("condition", FIXED_BY_ACCOUNT)
def test_wildcard_beside_a_fixed_account_is_harmless_but_for_s3(condition: TREE) -> None:
    assert verdict(public(document(allow(condition, TOPIC)), TOPIC)) is False
    for_s3 = public(document(allow(condition, BUCKET)), BUCKET)
    assert verdict(for_s3) is (None if "userid" in str(condition) else True)


@pytest.mark.parametrize("type", ["AWS::IAM::Role", BUCKET, TOPIC])
@pytest.mark.parametrize("condition", NOT_FIXED)
def test_condition_that_fixes_nobody(condition: TREE, type: str) -> None:
    assert verdict(public(document(allow(condition, type)), type)) is True


def test_caller_may_lack_what_an_unsigned_request_lacks() -> None:
    lenient = {"StringLikeIfExists": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/x"}}
    assert verdict(public(document(allow(lenient)))) is False, "every caller of AssumeRole is signed"
    assert verdict(public(document(allow(lenient, BUCKET)), BUCKET)) is True
    assert verdict(public(document(allow(lenient, TOPIC)), TOPIC)) is None, "AWS does not say"


def test_many_narrow_ranges_are_the_internet() -> None:
    ranges = {"IpAddress": {"aws:SourceIp": [f"{first}.0.0.0/8" for first in (8, 9, 11)]}}
    assert verdict(public(document(allow(ranges, TOPIC)), TOPIC)) is True
    assert verdict(public(document(allow(ranges, BUCKET)), BUCKET)) is None, "S3 does not say"


def test_own_definition_of_s3() -> None:
    def bpa(condition: TREE, **changed: TREE) -> bool | None:
        found = public(document(allow(condition, BUCKET, **changed)), BUCKET)
        assert found.value is not None
        answer: bool | None = found.value["bpa"].get("public")
        return answer

    assert bpa({"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}}) is True
    assert bpa({"StringEquals": {"aws:PrincipalAccount": OWN}}) is False
    assert bpa({"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:::key/1"}}) is False
    assert bpa({"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/*"}}) is False
    assert bpa({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}) is None
    assert bpa({}, Principal={"Federated": "graph.facebook.com"}) is True
    assert bpa({}, Principal={"Federated": "arn:aws:iam::111122223333:saml-provider/x"}) is False


def test_unknown_key_is_unknown_and_named() -> None:
    found = public(document(allow({"StringEquals": {"made:Up": "x"}})))
    assert [one.path for one in found.unknown] == DOUBTS
    assert "made:up" in found.unknown[0].detail


@pytest.mark.parametrize(
    "tree",
    [
        HIDDEN,
        document(HIDDEN),
        document(allow(HIDDEN)),
        document(allow(Principal=HIDDEN)),
        document(allow(Principal={"AWS": HIDDEN})),
        document(allow(Effect=HIDDEN)),
        document(allow(Effect="allow")),
        document(allow({"StringEquals": {"aws:PrincipalOrgID": HIDDEN}})),
        document(allow({"StringLike": {"aws:PrincipalOrgID": text(hole("Org"))}})),
    ],
)
def test_what_decides_and_is_not_seen_is_unknown(tree: TREE) -> None:
    found = public(tree)
    assert verdict(found) is None
    assert [one.path for one in found.unknown] == DOUBTS


def test_unseen_principal_that_cannot_be_everyone_is_not() -> None:
    for principal in (text("arn:aws:iam::", hole("Account"), ":root"), text(name("Role")), "⟨Role.Arn⟩"):
        found = public(document(allow(Principal={"AWS": principal})))
        assert verdict(found) is False and found.unknown == ()


def test_stand_in_without_the_document_is_outside() -> None:
    found = derive(PUBLIC, "AWS::IAM::Role", {"Policies": []}, stand_in=True)
    assert {one.reason for one in found.unknown} == {Reason.OUTSIDE}
    assert [one.path for one in found.unknown] == DOUBTS


def test_keys_are_in_lower_case_and_found_in_any_spelling() -> None:
    assert all(row.key == row.key.lower() and row.link.startswith("https://") and len(row.carried) == 3 for row in KEYS)
    assert len({row.key for row in KEYS}) == len(KEYS)
    assert find("s3:x-amz-acl") is find("s3:x-amz-storage-class")
    assert find("aws:principaltag/a") is not None and find("aws:principaltag") is None


random_documents = documents(
    actions=("sns:Publish", "sns:*", "*", "sqs:*"),
    resources=("*",),
    principals=("*", {"AWS": "*"}, {"AWS": OWN}, {"Service": "s3.amazonaws.com"}),
    conditions=(
        ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringLike", "aws:PrincipalOrgID", ["o-*"]),
        ("StringEqualsIfExists", "aws:SourceAccount", OWN),
        ("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "198.51.100.0/24"]),
        ("Bool", "aws:SecureTransport", "true"),
        ("StringNotEquals", "aws:PrincipalAccount", OWN),
    ),
)


def summary(found: Derived) -> TREE:
    assert found.value is not None
    semantic = found.value.get("semantic", {})
    return verdict(found), found.value["bpa"].get("public"), semantic.get("public")


@given(random_documents, st.integers())
@settings(max_examples=60)
def test_spelling_does_not_matter(tree: TREE, seed: int) -> None:
    assert summary(public(respelled(tree, seed), TOPIC)) == summary(public(tree, TOPIC))


@given(random_documents, st.data())
@settings(max_examples=120)
def test_hiding_anything_is_unknown_or_changes_nothing(tree: TREE, data: st.DataObject) -> None:
    before = public(tree, TOPIC)
    after = public(replaced(tree, data.draw(st.sampled_from(list(places(tree)))), HIDDEN), TOPIC)
    for new, old in zip(summary(after), summary(before), strict=True):
        assert new in (None, old) or old is None


@given(random_documents, random_documents)
@settings(max_examples=60)
def test_more_statements_never_close_a_public_one(tree: TREE, other: TREE) -> None:
    more = public(document(*tree["Statement"], *other["Statement"]), TOPIC)
    if verdict(public(tree, TOPIC)):
        assert verdict(more)
