from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iam_documents import HIDDEN, TREE, document, hole, name, text

from auditor.facts.iam.document import Condition, Document, Element, Terms, parse
from auditor.model import Hidden, Text

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def only(tree: TREE) -> TREE:
    (statement,) = parse(tree).statements
    return statement


def test_single_statement_object_is_a_list_of_one() -> None:
    assert only({"Statement": ALLOW}).path == ("Statement",)
    assert only(document(ALLOW)).path == ("Statement", 0)
    assert only(document(ALLOW)).actions == Terms(("s3:GetObject",))


def test_version_decides_whether_variables_are_variables() -> None:
    assert parse({"Version": "2012-10-17", "Statement": []}).variables
    assert not parse({"Version": "2008-10-17", "Statement": []}).variables
    assert not parse({"Statement": []}).variables


def test_conditions_are_taken_apart() -> None:
    block = {
        "ForAnyValue:StringLikeIfExists": {"AWS:PrincipalOrgPaths": "o-a/*"},
        "Bool": {"aws:SecureTransport": False},
    }
    assert only(document({**ALLOW, "Condition": block})).conditions == (
        Condition("StringLike", "aws:principalorgpaths", ("o-a/*",), "ForAnyValue", True),
        Condition("Bool", "aws:securetransport", ("false",)),
    )


def test_principals_keep_their_places() -> None:
    principals = only(
        document({**ALLOW, "Principal": {"AWS": ["*", "111122223333"], "Service": "s3.amazonaws.com"}})
    ).principals
    assert [(one.kind, one.value, one.path) for one in principals.elements] == [
        ("*", "*", ("Statement", 0, "Principal", "AWS", 0)),
        ("AWS", "111122223333", ("Statement", 0, "Principal", "AWS", 1)),
        ("Service", "s3.amazonaws.com", ("Statement", 0, "Principal", "Service")),
    ]
    assert only(document({**ALLOW, "NotPrincipal": "*"})).principals.elements == (
        Element("*", "*", ("Statement", 0, "NotPrincipal")),
    )


@pytest.mark.parametrize(
    "statement",
    [
        {**ALLOW, "Effect": "allow"},
        {key: value for key, value in ALLOW.items() if key != "Effect"},
        {**ALLOW, "NotAction": "s3:*"},
        {**ALLOW, "NotResource": "*"},
        {**ALLOW, "Principal": "*", "NotPrincipal": "*"},
        {**ALLOW, "Principal": "111122223333"},
        {**ALLOW, "Principal": {"Everyone": "*"}},
        {**ALLOW, "actions": "*"},
        {**ALLOW, "Action": None},
        {**ALLOW, "Action": {"Fn::If": []}},
        {**ALLOW, "Condition": ["Bool"]},
        {**ALLOW, "Condition": {"Bool": "aws:SecureTransport"}},
        {"Effect": "Allow", "Resource": "*"},
        "Allow *",
        None,
        7,
    ],
)
def test_malformed_statement_is_doubtful_and_says_so(statement: TREE) -> None:
    doubt = only(document(statement)).doubt
    assert doubt is not None and doubt.detail.startswith("malformed policy: ")


def test_unknown_element_of_the_document_makes_its_statements_doubtful() -> None:
    found = parse({"Comment": "x", "Statement": [ALLOW]})
    assert found.doubt is None and found.statements[0].doubt is not None
    assert parse({"Statements": [ALLOW]}).doubt is not None
    assert parse({"Version": "2012-10-17"}) == Document()


def test_unseen_parts_stand_at_their_places() -> None:
    unseen = only(document({**ALLOW, "Effect": HIDDEN, "Action": ["s3:*", HIDDEN], "Condition": HIDDEN}))
    assert unseen.effect is None and unseen.doubt == HIDDEN
    assert unseen.actions == Terms(("s3:*", HIDDEN))
    assert unseen.conditions == (Condition("", "", (HIDDEN,)),)
    whole = only(document(HIDDEN))
    assert whole.effect is None and whole.actions.items == (HIDDEN,) and whole.principals.elements[0].value == HIDDEN
    assert parse(HIDDEN) == Document(doubt=HIDDEN)
    assert parse({"Statement": HIDDEN}).doubt == HIDDEN


def test_json_text_is_parsed_and_has_no_places_inside() -> None:
    statement = only(json.dumps(document(ALLOW)))
    assert statement.path == () and statement.actions == Terms(("s3:GetObject",))


def test_duplicate_key_of_json_text_is_malformed() -> None:
    twice = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Action": "*", "Resource": "*"}]}'
    assert only(twice).doubt is not None
    assert parse('{"Statement": [], "Statement": []}').doubt is not None


def test_json_text_with_names_in_it_is_parsed_and_with_other_holes_it_is_unseen() -> None:
    before = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::'
    statement = only(text(before, name("Bucket"), '/*"}}'))
    assert isinstance(statement.resources.items[0], Text)
    unseen = parse(text(before, hole("Anything"), '/*"}}'))
    assert unseen.doubt is not None and unseen.doubt.detail == "parameter P has no value"
    assert parse(text("{", name("Rest"), "}")).doubt is not None


def test_equal_documents_are_parsed_once() -> None:
    assert parse(document(dict(ALLOW))) is parse(document(dict(ALLOW)))
    assert parse(document(HIDDEN)) is not parse(document({"reason": "denied", "detail": "iam:GetPolicy"}))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just(HIDDEN) | st.just(text("a", hole("P"))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("Statement", "Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "AWS", "Bool")
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_anything_is_parsed(tree: TREE) -> None:
    found = parse(tree)
    assert isinstance(found, Document)
    for statement in found.statements:
        assert statement.effect in ("Allow", "Deny") or isinstance(statement.doubt, Hidden)
