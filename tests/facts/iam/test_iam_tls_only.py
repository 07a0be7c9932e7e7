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
    resource,
    respelled,
    text,
    without,
)

from auditor.facts.base import Derived
from auditor.facts.iam.tls_only import TLS_ONLY
from auditor.model import Resource

BUCKET, OBJECTS = "arn:aws:s3:::logs", "arn:aws:s3:::logs/*"
HTTP = {"Bool": {"aws:SecureTransport": "false"}}
DONE = {"bool": True, "if_exists": 99, "plain": 99}
NOTHING = {"bool": False, "if_exists": 0, "plain": 0}


def policy(tree: TREE, bucket: TREE = "logs", *others: Resource) -> Derived:
    return derive(TLS_ONLY, "AWS::S3::BucketPolicy", {"Bucket": bucket, "PolicyDocument": tree}, *others)


def deny(**changed: TREE) -> TREE:
    plain = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS], "Condition": HTTP}
    return {**plain, **changed}


def below(version: TREE, operator: str = "NumericLessThanIfExists") -> TREE:
    return {operator: {"s3:TlsVersion": version}}


@pytest.mark.parametrize(
    "statements",
    [
        [deny()],
        [deny(Condition={"BoolIfExists": {"AWS:securetransport": False}})],
        [deny(Condition={})],
        [deny(Action="*", Resource="*", Principal={"AWS": ["111122223333", "*"]})],
        [deny(Resource="arn:aws:s3:::lo*")],
        [deny(Resource=["arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/*"])],
        [deny(Resource=BUCKET), deny(Resource=OBJECTS)],
        [deny(Action="s3:G*"), without(deny(NotAction="S3:g*"), "Action")],
        [without(deny(NotAction="iam:*"), "Action")],
        [without(deny(NotResource="arn:aws:s3:::other/*"), "Resource")],
        [deny(), HIDDEN],
        [deny(), {**deny(), "Effect": "Allow"}],
    ],
)
def test_plain_http_is_denied(statements: list[TREE]) -> None:
    assert policy(document(*statements)) == Derived(DONE)


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [deny(Resource=OBJECTS)],
        [deny(Resource=BUCKET)],
        [deny(Resource=[BUCKET, BUCKET + "/public/*"])],
        [deny(Action="s3:PutObject")],
        [deny(Action="s*")],
        [deny(Principal={"AWS": "arn:aws:iam::111122223333:root"})],
        [deny(Principal={"Service": "*"})],
        [without(deny(NotPrincipal={"AWS": "arn:aws:iam::111122223333:role/a"}), "Principal")],
        [without(deny(), "Principal")],
        [deny(Condition={**HTTP, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
        [deny(Condition={"Bool": {"aws:SecureTransport": "true"}})],
        [deny(Condition={"StringNotEquals": {"aws:SecureTransport": "true"}})],
        [{**deny(Condition={"Bool": {"aws:SecureTransport": "true"}}), "Effect": "Allow"}],
        [without(deny(NotResource="arn:aws:s3:::logs/public/*"), "Resource")],
        [deny(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])],
    ],
)
def test_less_is_certainly_not_enough(statements: list[TREE]) -> None:
    assert policy(document(*statements)) == Derived(NOTHING)


@pytest.mark.parametrize(
    ("statements", "if_exists", "plain"),
    [
        ([deny(Condition=below(1.2))], 1.2, 1.2),
        ([deny(Condition=below(["1.3", "1.1"]))], 1.3, 1.3),
        ([deny(Condition=below("1.2", "NumericLessThan"))], 0, 1.2),
        ([deny(Condition=below("1.1", "NumericLessThanEqualsIfExists"))], 1.1, 1.1),
        ([deny(Condition=below("new"))], 0, 0),
        ([deny(Resource=BUCKET), deny(Resource=OBJECTS, Condition=below("1.2"))], 1.2, 1.2),
        ([deny(Resource=BUCKET, Condition=below("1.3")), deny(Resource=OBJECTS, Condition=below("1.2"))], 1.2, 1.2),
        ([deny(Resource=OBJECTS, Condition=below("1.2"))], 0, 0),
    ],
)
def test_tls_version_is_compared(statements: list[TREE], if_exists: float, plain: float) -> None:
    assert policy(document(*statements)) == Derived({"bool": False, "if_exists": if_exists, "plain": plain})


@pytest.mark.parametrize(
    "tree",
    [
        HIDDEN,
        document(HIDDEN),
        document(deny(Resource=BUCKET), HIDDEN),
        document(deny(Resource=[BUCKET, HIDDEN])),
        document(deny(Condition=HIDDEN)),
        document(deny(Condition={"Bool": {"aws:SecureTransport": HIDDEN}})),
        document(deny(Principal=HIDDEN)),
        document(deny(Principal={"AWS": HIDDEN})),
        document(deny(Action=HIDDEN)),
        document(deny(Effect=HIDDEN)),
        document(deny(Effect="deny")),
        document(deny(Resource=[BUCKET, text(hole("Prefix"), "/*")])),
        document(deny(Condition={"StringEquals": {"aws:SecureTransport": "false"}})),
        document(deny(Condition={"bool": {"aws:SecureTransport": "false"}})),
        document(deny(Resource=[BUCKET, "arn:aws:s3:::logs/${aws:username}*"])),
    ],
)
def test_what_decides_and_is_not_seen_is_unknown(tree: TREE) -> None:
    found = policy(tree)
    assert found.value is not None and "bool" not in found.value
    assert ("bool",) in [one.path for one in found.unknown]


def test_known_version_is_a_bound_where_another_is_hidden() -> None:
    found = policy(document(deny(Condition=below(["1.2", HIDDEN]))))
    assert found.value == {"bool": False, "if_exists": 1.2, "plain": 1.2}
    assert [one.path for one in found.unknown] == [("if_exists",), ("plain",)]


@pytest.mark.parametrize(
    "resources",
    [
        [text(hole("Bucket.Arn")), text(hole("Bucket.Arn"), "/*")],
        ["⟨Bucket.Arn⟩", "⟨Bucket.Arn⟩/*"],
        ["arn:aws:s3:::⟨Bucket⟩", text("arn:aws:s3:::", name("Bucket"), "/*")],
        [text("arn:aws:s3:::", hole("Bucket"), "*")],
        [text("arn:", hole("AWS::Partition"), ":s3:::", name("Bucket")), text("arn:aws:s3:::", name("Bucket"), "/*")],
        ["*"],
    ],
)
def test_declared_bucket_is_known_by_its_symbol(resources: TREE) -> None:
    assert policy(document(deny(Resource=resources)), "⟨Bucket⟩") == Derived(DONE)


def test_bucket_with_a_name_is_known_by_the_symbol_of_its_arn() -> None:
    tree = document(deny(Resource=["⟨Logs.Arn⟩", "⟨Logs.Arn⟩/*"]))
    logs = resource("AWS::S3::Bucket", {}, name="logs", arn="⟨Logs.Arn⟩")
    assert policy(tree, "logs", logs) == Derived(DONE)
    assert policy(tree, "logs").unknown


def test_another_symbol_may_be_the_same_bucket() -> None:
    assert policy(document(deny(Resource=["⟨Other⟩", text(name("Other"), "/*")])), "⟨Bucket⟩") == Derived(NOTHING)
    other = document(deny(Resource=["arn:aws:s3:::⟨Other⟩", "arn:aws:s3:::⟨Other⟩/*"]))
    assert policy(other, "⟨Bucket⟩").unknown


random_documents = documents(
    actions=("s3:*", "*", "s3:Get*", "s3:g*", "sns:*"),
    resources=(BUCKET, OBJECTS, "*", "arn:aws:s3:::logs*", "arn:aws:s3:::other/*"),
    principals=("*", {"AWS": "*"}, {"AWS": "111122223333"}),
    conditions=(
        ("Bool", "aws:SecureTransport", "false"),
        ("Bool", "aws:SecureTransport", "true"),
        ("NumericLessThanIfExists", "s3:TlsVersion", "1.2"),
        ("NumericLessThan", "s3:TlsVersion", "1.3"),
        ("StringEquals", "aws:PrincipalOrgID", "o-a"),
    ),
)


def bounds(found: Derived) -> tuple[float, ...]:
    assert found.value is not None
    return found.value.get("bool", False), found.value["if_exists"], found.value["plain"]


@given(random_documents, st.integers())
@settings(max_examples=80)
def test_spelling_does_not_matter(tree: TREE, seed: int) -> None:
    assert policy(respelled(tree, seed)) == policy(tree)


@given(random_documents, st.data())
@settings(max_examples=150)
def test_hiding_anything_is_unknown_or_changes_nothing(tree: TREE, data: st.DataObject) -> None:
    before = policy(tree)
    after = policy(replaced(tree, data.draw(st.sampled_from(list(places(tree)))), HIDDEN))
    doubted = {one.path[0] for one in after.unknown}
    for key, old, new in zip(("bool", "if_exists", "plain"), bounds(before), bounds(after), strict=True):
        assert new <= old and (new == old or key in doubted)


@given(random_documents, random_documents)
@settings(max_examples=80)
def test_more_statements_never_deny_less(tree: TREE, other: TREE) -> None:
    more = bounds(policy(document(*tree["Statement"], *other["Statement"])))
    assert all(new >= old for new, old in zip(more, bounds(policy(tree)), strict=True))
