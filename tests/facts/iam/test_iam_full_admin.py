from __future__ import annotations

import json
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import HIDDEN, TREE, derive, document, documents, hole, name, places, replaced, respelled, text

from auditor.data.iam_services import SERVICES
from auditor.facts.base import Derived
from auditor.facts.iam.full_admin import FULL_ADMIN
from auditor.model import Reason

MANAGED, ROLE = "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LETTERS = [one + "*" for one in string.ascii_lowercase]


def managed(tree: TREE, **fields: TREE) -> Derived:
    return derive(FULL_ADMIN, MANAGED, {"PolicyDocument": tree}, **fields)


def grants(found: Derived) -> list[TREE]:
    assert found.value is not None
    return list(found.value["grants"])


def allow(action: TREE, resource: TREE = "*", **more: TREE) -> TREE:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def allow_but(*actions: str) -> TREE:
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}


def test_canary() -> None:
    found = managed(document(EVERYTHING))
    assert grants(found) == [
        {
            "via": "document",
            "evidence": {"id": "r", "pointer": "/PolicyDocument/Statement/0"},
            "reason": "it allows every action on every resource",
        }
    ]
    assert found.unknown == ()


@pytest.mark.parametrize(
    "statements",
    [
        [allow("*:*")],
        [allow("?*")],
        [allow("**")],
        [allow(["s3:Get*", "*"])],
        [allow("*", ["arn:aws:s3:::b", "arn:*"])],
        [allow("*", "arn:aws-cn:*")],
        [allow("*", "arn:aws:*:*:*:*")],
        [allow("*", "?*")],
        [allow_but("aws-portal:*")],
        [allow_but("iam:CreateUser")],
        [allow_but("s3:*")],
        [allow(LETTERS)],
        [allow(LETTERS[:13]), allow(LETTERS[13:], "arn:*")],
        [allow_but("iam:*"), allow("iam:*")],
        [allow_but("iam:*"), allow(["IAM:A*", "iam:?*"])],
        [allow([f"{service}:*" for service in SERVICES])],
        [allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        [allow("*", Condition=HIDDEN)],
        [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}, allow("*")],
        [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secrets/*"}],
        [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::111122223333:role/one"}],
    ],
)
def test_every_spelling_of_everything_is_found(statements: list[TREE]) -> None:
    found = managed(document(*statements))
    assert len(grants(found)) == 1
    assert found.unknown == ()


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [allow("iam:*")],
        [allow("*", "arn:aws:s3:::b")],
        [allow("*", "arn:aws:iam::*:*")],
        [allow("*", "?")],
        [allow_but("iam:*", "organizations:*", "account:*"), allow("iam:ListRoles")],
        [allow_but("*")],
        [allow(LETTERS[:13])],
        [allow(LETTERS[:13]), allow(LETTERS[13:], "arn:aws:s3:::b")],
        [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
        [{"Effect": "Allow", "Action": "*", "NotResource": "*"}],
        [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:*"}],
        [allow([f"{service}:*" for service in SERVICES if service != "iam"])],
        [allow("s3:*", HIDDEN)],
        [{"Effect": HIDDEN, "Action": "s3:*", "Resource": "*"}],
    ],
)
def test_less_than_everything_is_certainly_none(statements: list[TREE]) -> None:
    assert managed(document(*statements)) == Derived({"grants": []})


@pytest.mark.parametrize(
    "tree",
    [
        HIDDEN,
        {"Statement": HIDDEN},
        document(HIDDEN),
        document(allow(HIDDEN)),
        document(allow("*", HIDDEN)),
        document(allow(["s3:*", HIDDEN])),
        document({"Effect": HIDDEN, "Action": "*", "Resource": "*"}),
        document(allow(text(hole("Service"), "*"))),
        document(allow("*", text("arn:aws:", hole("Rest")))),
        document(allow(LETTERS[:13]), allow(HIDDEN)),
        document({"Effect": "Allow", "NotAction": ["iam:*", HIDDEN], "Resource": "*"}, allow(["iam:*", "s3:*"])),
    ],
)
def test_unseen_part_that_decides_is_unknown(tree: TREE) -> None:
    found = managed(tree)
    assert grants(found) == []
    assert [one.path for one in found.unknown] == [("grants",)]
    assert found.unknown[0].reason in (Reason.DENIED, Reason.UNRESOLVED)


@pytest.mark.parametrize(
    "statement", [{**EVERYTHING, "Effect": "allow"}, {**EVERYTHING, "NotAction": "s3:*"}, {**EVERYTHING, "X": 1}]
)
def test_malformed_statement_is_unknown_and_named(statement: TREE) -> None:
    found = managed(document(statement))
    assert grants(found) == []
    assert "malformed policy" in found.unknown[0].detail


def test_certain_grant_stands_beside_what_is_unseen() -> None:
    found = managed(document(HIDDEN, EVERYTHING))
    assert [one["evidence"]["pointer"] for one in grants(found)] == ["/PolicyDocument/Statement/1"]
    assert [one.path for one in found.unknown] == [("grants",)]


def test_policies_of_aws_are_no_subject() -> None:
    own = {"PolicyArn": "arn:aws-us-gov:iam::aws:policy/AdministratorAccess", "PolicyDocument": document(EVERYTHING)}
    assert derive(FULL_ADMIN, MANAGED, own) == Derived({"grants": []})


def test_policy_whose_arn_is_hidden_may_be_one_of_aws() -> None:
    found = derive(FULL_ADMIN, MANAGED, {"PolicyArn": HIDDEN, "PolicyDocument": document(EVERYTHING)})
    assert grants(found) == [] and [one.path for one in found.unknown] == [("grants",)]
    assert derive(FULL_ADMIN, MANAGED, {"PolicyArn": HIDDEN, "PolicyDocument": document()}).unknown == ()


def test_identities_of_declared_resources_are_no_wildcards() -> None:
    for one in ("⟨Topic⟩", "⟨Bucket.Arn⟩", text(hole("Bucket.Arn"), "*"), text("arn:aws:s3:::", name("Bucket"), "/*")):
        assert managed(document(allow("*", one))) == Derived({"grants": []})


def test_principals_hold_inline_and_managed_grants() -> None:
    properties = {
        "Policies": [
            {"PolicyName": "a", "PolicyDocument": document(allow("s3:*"))},
            {"PolicyName": "b", "PolicyDocument": document(allow("s3:*"), EVERYTHING)},
            {"PolicyName": "c", "PolicyDocument": json.dumps(document(EVERYTHING))},
        ],
        "ManagedPolicyArns": [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
            "⟨Policy⟩",
            text(name("Other")),
        ],
        "PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess",
    }
    found = derive(FULL_ADMIN, ROLE, properties)
    assert [(one["via"], one["evidence"]["pointer"]) for one in grants(found)] == [
        ("inline", "/Policies/1/PolicyDocument/Statement/1"),
        ("inline", "/Policies/2/PolicyDocument"),
        ("managed", "/ManagedPolicyArns/1"),
    ]
    assert found.unknown == ()


@pytest.mark.parametrize(
    "properties",
    [
        {"ManagedPolicyArns": HIDDEN},
        {"ManagedPolicyArns": [HIDDEN]},
        {"ManagedPolicyArns": [text("arn:aws:iam::aws:policy/", hole("Name"))]},
        {"Policies": HIDDEN},
        {"Policies": [HIDDEN]},
        {"Policies": [{"PolicyDocument": HIDDEN}]},
        {"Policies": [{"PolicyName": "no document"}]},
        {"Policies": ["no policy"]},
    ],
)
def test_unseen_policies_of_a_principal_are_unknown(properties: TREE) -> None:
    assert [one.path for one in derive(FULL_ADMIN, ROLE, properties).unknown] == [("grants",)]


def test_stand_in_has_policies_elsewhere() -> None:
    found = derive(FULL_ADMIN, ROLE, {"Policies": [{"PolicyDocument": document(EVERYTHING)}]}, stand_in=True)
    assert len(grants(found)) == 1
    assert [(one.path, one.reason) for one in found.unknown] == [(("grants",), Reason.OUTSIDE)]
    silent = derive(FULL_ADMIN, MANAGED, {}, stand_in=True)
    assert [one.reason for one in silent.unknown] == [Reason.OUTSIDE]


random_documents = documents(
    actions=("*", "*:*", "iam:*", "s3:*", "s3:Get*", "?*", "a*", "iam:Create*", *LETTERS[8:10]),
    resources=("*", "arn:*", "arn:aws:*", "arn:aws:s3:::b", "arn:aws:iam::*:*"),
)


@given(random_documents, st.integers())
@settings(max_examples=60)
def test_spelling_does_not_matter(tree: TREE, seed: int) -> None:
    assert bool(grants(managed(respelled(tree, seed)))) is bool(grants(managed(tree)))
    assert managed(respelled(tree, seed)).unknown == ()


@given(random_documents, st.data())
@settings(max_examples=100)
def test_hiding_anything_is_unknown_or_changes_nothing(tree: TREE, data: st.DataObject) -> None:
    before = managed(tree)
    path = data.draw(st.sampled_from(list(places(tree))))
    after = managed(replaced(tree, path, HIDDEN))
    if not after.unknown:
        assert bool(grants(after)) is bool(grants(before))
    assert bool(grants(after)) <= bool(grants(before)), "what is certain holds for what was there"


@given(random_documents, random_documents)
@settings(max_examples=60)
def test_more_statements_never_take_a_grant_away(tree: TREE, other: TREE) -> None:
    more = document(*tree["Statement"], *other["Statement"])
    assert bool(grants(managed(more))) >= bool(grants(managed(tree)))


def test_1500_documents_of_10_statements_take_less_than_2_seconds() -> None:
    trees = [
        document(
            *(
                allow([f"s3:Get{number}{one}*", "ec2:Describe*"], f"arn:aws:s3:::b{number}/*" if one % 2 else "*")
                for one in range(10)
            )
        )
        for number in range(1500)
    ]
    start = time.process_time()
    for tree in trees:
        managed(tree)
    assert time.process_time() - start < 2
