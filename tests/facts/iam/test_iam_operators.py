from __future__ import annotations

from typing import Any

import msgspec
import pytest
from iam_documents import HIDDEN, TREE, hole, item_of, text

from auditor.facts.iam.document import Condition, Terms, parse
from auditor.facts.iam.logic import F, T, Truth, U
from auditor.facts.iam.match import Caller, Request, acts, decides, names, reaches
from auditor.facts.iam.operators import holds

ARN = "arn:aws:iam::111122223333:role/app"


def holds_for(operator: str, listed: TREE, value: Any, key: str = "aws:Referer", **more: Any) -> Truth:
    (statement,) = parse(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Condition": {operator: {key: listed}}},
        }
    ).statements
    values = value if value is None or isinstance(value, tuple) else (value,)
    context = {key.lower(): values, **more} if values != () else more
    return holds(statement.conditions[0], context, variables=True)


@pytest.mark.parametrize(
    ("operator", "listed", "value", "expected"),
    [
        ("StringEquals", "a*", "ab", F),
        ("StringEquals", "a*", "a*", T),
        ("StringEquals", ["a", "b"], "b", T),
        ("StringEqualsIgnoreCase", "AB", "aB", T),
        ("StringLike", "a?*", "ab", T),
        ("StringLike", "A*", "ab", F),
        ("StringNotLike", ["a*", "b*"], "c", T),
        ("StringNotLike", ["a*", "b*"], "bc", F),
        ("ArnLike", "arn:aws:iam::*:role/*", ARN, T),
        ("ArnEquals", "arn:aws:iam::111122223333:role/a*", ARN, T),
        ("ArnLike", "arn:aws:*:111122223333:role/app", ARN, U),
        ("ArnLike", "*", ARN, U),
        ("ArnLike", "arn:aws:iam::*:role/app", "no arn", F),
        ("ArnNotLike", "arn:aws:iam::2*:role/*", ARN, T),
        ("NumericLessThan", "1.2", "1.1", T),
        ("NumericLessThan", "1.2", "1.2", F),
        ("NumericEquals", "1.20", "1.2", T),
        ("NumericNotEquals", 3, "3", F),
        ("NumericEquals", "many", "1", U),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", T),
        ("DateLessThan", "1767225600", "2025-12-31T23:59:59Z", T),
        ("DateLessThan", "soon", "2025-12-31T23:59:59Z", U),
        ("Bool", "TRUE", "true", T),
        ("Bool", True, "false", F),
        ("Bool", "yes", "true", U),
        ("BinaryEquals", "YQ==", "YQ==", T),
        ("IpAddress", "10.1.2.3/8", "10.9.9.9", T),
        ("IpAddress", "10.0.0.1", "10.0.0.1", T),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", F),
        ("IpAddress", "2001:db8::1", "2001:db8::1", T),
        ("IpAddress", "2001:db8::1", "2001:db8::2", U),
        ("NotIpAddress", "10.0.0.0/8", "11.0.0.0", T),
        ("Null", "true", "x", F),
        ("Null", ["true", "false"], "x", T),
        ("Sounds", "x", "x", U),
    ],
)
def test_operator(operator: str, listed: TREE, value: str, expected: Truth) -> None:
    assert holds_for(operator, listed, value) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", F),
        ("StringNotEquals", T),
        ("StringEqualsIfExists", T),
        ("StringNotEqualsIfExists", T),
        ("ForAllValues:StringEquals", T),
        ("ForAllValues:StringNotEquals", T),
        ("ForAnyValue:StringEquals", F),
        ("ForAnyValue:StringNotEquals", F),
        ("ForAnyValue:StringEqualsIfExists", U),
        ("IpAddress", F),
        ("NotIpAddress", T),
        ("Bool", F),
        ("BoolIfExists", T),
    ],
)
def test_absent_key(operator: str, expected: Truth) -> None:
    assert holds_for(operator, "x", ()) is expected
    assert holds_for(operator, "x", None) is U, "not known whether it is there"


@pytest.mark.parametrize(("listed", "expected"), [("true", T), ("false", F)])
def test_null_of_an_absent_key(listed: str, expected: Truth) -> None:
    assert holds_for("Null", listed, ()) is expected


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), T),
        ("ForAllValues:StringEquals", ("a", "c"), F),
        ("ForAnyValue:StringEquals", ("c", "a"), T),
        ("ForAnyValue:StringEquals", ("c", "d"), F),
        ("ForAnyValue:StringNotEquals", ("a", "c"), T),
        ("ForAllValues:StringNotEquals", ("a", "c"), F),
        ("StringEquals", ("c", "d"), F),
        ("StringEquals", ("a", "c"), U),
        ("StringNotEquals", ("c", "d"), T),
        ("StringNotEquals", ("a", "c"), U),
    ],
)
def test_several_values(operator: str, values: tuple[str, ...], expected: Truth) -> None:
    assert holds_for(operator, ["a", "b"], values, key="aws:TagKeys") is expected


def test_hidden_value_is_decided_by_a_known_one() -> None:
    assert holds_for("StringEquals", ["a", HIDDEN], "a") is T
    assert holds_for("StringEquals", ["a", HIDDEN], "b") is U
    assert holds_for("StringNotEquals", ["a", HIDDEN], "a") is F
    assert holds_for("StringLike", text("a", hole("P")), "ab") is U
    assert holds_for("StringLike", text("a", hole("P")), "b") is F
    assert holds(Condition("", "", (HIDDEN,)), {}, True) is U


def test_variables() -> None:
    named = {"aws:username": ("anna",)}
    assert holds_for("StringEquals", "${aws:username}", "anna", **named) is T
    assert holds_for("StringLike", "${aws:username}-*", "anna-1", **named) is T
    assert holds_for("StringEquals", "${aws:username}", "anna") is F
    assert holds_for("StringNotEquals", "${aws:username}", "anna") is U
    assert holds_for("StringEquals", "${aws:username, 'nobody'}", "nobody") is T
    assert holds_for("StringEquals", "${aws:username}", "anna", **{"aws:username": None}) is U
    assert holds_for("NumericEquals", "${aws:username}", "1", **named) is U
    literal = parse({"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"a": "${a}"}}}})
    assert holds(literal.statements[0].conditions[0], {"a": ("${a}",)}, literal.variables) is T


def test_actions() -> None:
    assert acts(Terms(("S3:gEt*",)), "s3:GetObject") is T
    assert acts(Terms(("s*",)), "s3:GetObject") is F, "AWS wants a colon"
    assert acts(Terms(("*",)), "s3:GetObject") is T
    assert acts(Terms(("s3:*",), True), "s3:GetObject") is F
    assert acts(Terms(("sns:*", HIDDEN)), "s3:GetObject") is U
    assert acts(Terms(("s3:*", HIDDEN), True), "s3:GetObject") is F
    assert acts(Terms(("sns:*", HIDDEN), True), "s3:GetObject") is U


def test_resources() -> None:
    home = Terms(("arn:aws:s3:::b/${aws:username}/*",))
    assert reaches(home, "arn:aws:s3:::b/anna/x", {"aws:username": ("anna",)}, True) is T
    assert reaches(home, "arn:aws:s3:::b/anna/x", {}, True) is F
    assert reaches(home, "arn:aws:s3:::b/anna/x", {}, False) is F
    assert reaches(Terms(home.items, True), "arn:aws:s3:::b/anna/x", {}, True) is U
    assert reaches(None, None, {}, True) is T


ROLE = Caller("role", "111122223333", ARN, "arn:aws:sts::111122223333:assumed-role/app/s")


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("*", T),
        ({"AWS": ["444455556666", "*"]}, T),
        ({"AWS": "111122223333"}, T),
        ({"AWS": "arn:aws:iam::111122223333:root"}, T),
        ({"AWS": ARN}, T),
        ({"AWS": ROLE.session}, T),
        ({"AWS": "arn:aws:iam::*:root"}, F),
        ({"AWS": "arn:aws:iam::111122223333:role/*"}, F),
        ({"AWS": "AROAEXAMPLE"}, F),
        ({"Service": "ec2.amazonaws.com"}, F),
        ({"AWS": HIDDEN}, U),
        (HIDDEN, U),
        ({"AWS": text("arn:aws:iam::", hole("Account"), ":root")}, U),
        ({"CanonicalUser": "abc"}, U),
    ],
)
def test_principals(element: TREE, expected: Truth) -> None:
    principals = item_of(element)
    assert names(principals, ROLE) is expected
    if expected is not U:
        assert names(item_of(element, "NotPrincipal"), ROLE) is ~expected


def test_not_principal_with_deny_spares_who_is_listed_with_its_account() -> None:
    account, role = "arn:aws:iam::111122223333:root", ARN
    assert names(item_of({"AWS": [account, role]}, "NotPrincipal"), ROLE, "Deny") is F
    assert names(item_of({"AWS": [role]}, "NotPrincipal"), ROLE, "Deny") is U
    assert names(item_of({"AWS": "444455556666"}, "NotPrincipal"), ROLE, "Deny") is T
    assert names(item_of("*", "NotPrincipal"), ROLE, "Deny") is F


def test_services_and_providers_are_named_as_they_call() -> None:
    service = Caller("service", names=("sns.amazonaws.com",))
    assert names(item_of({"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}), service) is T
    assert names(item_of({"AWS": "111122223333"}), service) is F
    provider = Caller("federated", names=("graph.facebook.com",))
    assert names(item_of({"Federated": "graph.facebook.com"}), provider) is T
    assert names(None, ROLE) is F


def test_deny_wins() -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    request = Request(ROLE, "sts:AssumeRole", None, {})
    both = {"Statement": [allow, {**allow, "Effect": "Deny"}]}
    assert decides(parse({"Statement": allow}), request) is T
    assert decides(parse(both), request) is F
    assert decides(parse({"Statement": [allow, HIDDEN]}), request) is U
    assert decides(parse({"Statement": [allow, {**allow, "Effect": HIDDEN}]}), request) is U
    assert decides(parse({"Statement": []}), request) is F


def test_a_document_that_was_not_seen_may_allow() -> None:
    request = Request(ROLE, "sts:AssumeRole", None, {})
    assert decides(parse(HIDDEN), request) is U
    assert decides(parse({"Statement": HIDDEN}), request) is U
    seen = parse({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}})
    doubtful = msgspec.structs.replace(seen, doubt=parse(HIDDEN).doubt)
    assert decides(doubtful, request) is F  # whatever else it says
    other = msgspec.structs.replace(parse({"Statement": []}), doubt=doubtful.doubt)
    assert decides(other, request) is U
