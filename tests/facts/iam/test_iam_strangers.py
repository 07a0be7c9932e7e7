"""`iam.public/semantic` against an evaluator written apart, which tries every request of a small universe."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import HIDDEN, TREE, derive, document, hole, text, without

from auditor.facts.base import Derived
from auditor.facts.iam.public import PUBLIC

BUCKET = "AWS::S3::BucketPolicy"
ARN, OBJECTS = "arn:aws:s3:::logs", "arn:aws:s3:::logs/*"
ORG = "o-a1b2c3d4e5"
OWN = "111122223333"


def policy(*statements: TREE, bucket: TREE = "logs") -> Derived:
    return derive(PUBLIC, BUCKET, {"Bucket": bucket, "PolicyDocument": document(*statements)})


def allow(condition: TREE = None, **changed: TREE) -> TREE:
    one = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}
    return {**one, **({"Condition": condition} if condition else {}), **changed}


def deny(condition: TREE = None, **changed: TREE) -> TREE:
    return allow(condition, **{"Effect": "Deny", "Action": "s3:*", "Resource": [ARN, OBJECTS], **changed})


def is_open(*statements: TREE) -> bool | None:
    found = policy(*statements)
    assert found.value is not None
    semantic = found.value.get("semantic")
    assert (semantic is None) is any(one.path == ("semantic",) for one in found.unknown)
    return None if semantic is None else bool(semantic["public"])


HTTP = {"Bool": {"aws:SecureTransport": "false"}}
NOT_ORG = {"StringNotEquals": {"aws:PrincipalOrgID": ORG}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow()], True),
        ([allow(Resource=ARN)], False),  # an object's action on the bucket
        ([allow(Action="s3:ListBucket")], False),  # a bucket's action on objects
        ([allow(Action="s3:ListBucket", Resource=ARN)], True),
        ([allow(Action="sns:Publish")], False),
        ([allow(), deny()], False),
        ([allow(), deny(HTTP)], True),
        ([allow(HTTP), deny(HTTP)], False),
        ([allow(), deny(Resource=ARN + "/private/*")], True),
        ([allow(), without(deny(NotResource=ARN + "/public/*"), "Resource")], True),
        ([allow(Resource=ARN + "/private/*"), without(deny(NotResource=ARN + "/public/*"), "Resource")], False),
        ([allow(), deny(Action=["s3:Get*", "s3:List*"])], False),
        ([allow(Action="s3:*"), deny(Action="s3:Get*")], True),
        ([allow(), deny(NOT_ORG)], False),
        ([allow(), deny({**NOT_ORG, "Bool": {"aws:PrincipalIsAWSService": "false"}})], True),
        ([allow(), deny({**NOT_ORG, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})], False),
        ([allow({"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}})], False),
        ([allow({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}})], True),
        ([allow({"StringLike": {"aws:PrincipalOrgID": "o-*"}})], True),
        ([allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}})], False),
        ([allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-*"}})], True),
        ([allow({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})], False),
        ([allow({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})], True),
        ([allow({"IpAddress": {"aws:SourceIp": f"{one}.0.0.0/8"}}) for one in (8, 9)], True),  # more than a /8 together
        ([allow({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], False),
        ([allow({"IpAddress": {"aws:SourceIp": "2600::/16"}})], True),
        ([allow(), deny({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})], False),
        ([allow(), deny({"NotIpAddressIfExists": {"aws:SourceIp": "0.0.0.0/0"}})], True),
        ([allow({"StringEquals": {"aws:SourceVpce": "vpce-1a2b"}})], False),
        ([allow({"StringLike": {"aws:SourceVpce": "vpce-*"}})], True),
        ([allow(), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b"}})], False),
        ([allow({"StringEquals": {"aws:ResourceAccount": OWN}})], True),
        ([allow({"StringEquals": {"aws:ResourceAccount": "444455556666"}})], False),
        ([allow({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}})], True),
        ([allow(Resource=ARN + "/${aws:username}/*")], True),
        ([allow(Resource=ARN + "/${aws:SourceAccount}/*")], False),  # strangers have no source account
        ([allow({"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:k"}})], True),
        ([allow({"NumericLessThan": {"s3:max-keys": "10"}, "NumericGreaterThan": {"s3:max-keys": "9"}})], True),
        ([allow({"NumericLessThan": {"s3:max-keys": "9"}, "NumericGreaterThan": {"s3:max-keys": "10"}})], False),
        ([without(allow(NotPrincipal={"AWS": "999999999999"}), "Principal")], True),
        ([allow(), without(deny(NotPrincipal={"AWS": f"arn:aws:iam::{OWN}:root"}), "Principal")], False),
        ([allow(Principal={"CanonicalUser": "abc"})], False),
        ([allow(Principal={"Service": "logging.s3.amazonaws.com"})], False),
        ([allow({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], None),
        ([allow({"StringEquals": {"made:Up": "x"}})], None),
        ([allow({"StringEquals": {"aws:PrincipalAccount": "${AWS::AccountId}"}})], False),
        ([allow({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::⟨AWS::AccountId⟩:role/*"}})], False),
        ([allow({"StringEquals": {"aws:SourceVpce": "⟨Endpoint⟩"}})], False),
        ([allow(), deny({"StringNotEquals": {"aws:SourceVpce": "⟨Endpoint⟩"}})], False),
        (
            [
                allow({"StringEquals": {"aws:PrincipalOrgID": ORG}}),
                allow(Principal={"AWS": [text("arn:aws:iam::", hole("Account"), ":root"), "⟨Role.Arn⟩"]}),
            ],
            False,
        ),
        ([allow(HIDDEN)], None),
        ([allow(), HIDDEN], None),
        ([allow(Principal={"AWS": OWN}), HIDDEN], None),
        ([allow(), deny(HIDDEN)], None),
        ([allow(Resource=text(hole("Anything")))], None),
        ([allow(Resource=text("arn:aws:s3:::logs/", hole("Prefix"), "/*"))], True),
        ([allow(Resource=text("arn:aws:s3:::logs/", hole("Prefix"), "/*"), Principal=HIDDEN)], None),
        ([allow(Resource=text("arn:aws:s3:::logs/", hole("Prefix"), "/*")), deny(Resource=OBJECTS)], False),
        ([allow(Resource=OBJECTS), deny(Resource=text("arn:aws:s3:::logs/", hole("Prefix"), "*"))], None),
    ],
)
def test_whether_a_stranger_gets_in(statements: list[TREE], expected: bool | None) -> None:
    assert is_open(*statements) is expected


def test_witness_is_a_request_that_passes() -> None:
    found = policy(allow({"StringLike": {"aws:Referer": "https://*.example.com/*"}}), deny(HTTP))
    assert found.value is not None and found.value["semantic"]["witness"] == {
        "caller": "anonymous",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::logs/x",
        "context": {"aws:referer": "https://.example.com/", "aws:securetransport": "true"},
    }


def test_too_many_cases_are_unknown_never_private() -> None:
    many = [allow({"StringLike": {"aws:Referer": f"*{one}*"}}) for one in "abcdefghijklmnop"]
    found = policy(*many, deny({"StringLike": {"aws:Referer": "*"}}))
    assert [(one.path, one.detail) for one in found.unknown] == [(("semantic",), "too many cases")]


def test_500_documents_take_less_than_5_seconds() -> None:
    start = time.process_time()
    for number in range(500):
        policy(
            allow(Principal={"AWS": f"arn:aws:iam::{number:012}:root"}, Resource=f"arn:aws:s3:::logs/{number}/*"),
            allow(NOT_ORG if number % 10 == 0 else {"StringEquals": {"aws:PrincipalOrgID": ORG}}),
            deny(HTTP),
        )
    assert time.process_time() - start < 5


# --- the oracle: two values, one request, no automata --------------------------------------------------------------

WORDS = ["".join(word) for size in range(1, 4) for word in itertools.product("abx", repeat=size)]
KEYS = {
    "Referer": "aws:Referer",
    "Tag": "aws:PrincipalTag/t",
    "Org": "aws:PrincipalOrgID",
    "TLS": "aws:SecureTransport",
}


def glob(pattern: str, word: str) -> bool:
    if not pattern:
        return not word
    if pattern[0] == "*":
        return glob(pattern[1:], word) or bool(word) and glob(pattern, word[1:])
    return bool(word) and pattern[0] in ("?", word[0]) and glob(pattern[1:], word[1:])


def compared(operator: str, pattern: str, value: str) -> bool:
    if operator == "StringLike":
        return glob(pattern, value)
    if operator in ("Bool", "StringEqualsIgnoreCase"):
        return pattern.lower() == value.lower()
    return pattern == value


def held(operator: str, patterns: list[str], value: str | None) -> bool:
    if operator == "Null":
        return ("true" if value is None else "false") in patterns
    quantifier, _, rest = operator.rpartition(":")
    bare = rest.removesuffix("IfExists")
    positive = bare.replace("Not", "")
    negated = positive != bare
    if value is None:
        return quantifier == "ForAllValues" or quantifier == "" and (negated or rest != bare)
    return any(compared(positive, pattern, value) for pattern in patterns) is not negated


def passes(statements: list[TREE], request: dict[str, str | None]) -> bool:
    def applies(statement: TREE) -> bool:
        return all(
            held(operator, values, request[key])
            for operator, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        )

    applying = [one["Effect"] for one in statements if applies(one)]
    return "Allow" in applying and "Deny" not in applying


def requests() -> Iterator[dict[str, str | None]]:
    """Unsigned callers, and signed ones with or without organisation, from anywhere, with any words."""
    for referer, tls in itertools.product([None, *WORDS], ("true", "false")):
        for tag, org in [(None, None), *itertools.product([None, *WORDS], (None, "o-zzzzzzzzzz"))]:
            yield {KEYS["Referer"]: referer, KEYS["TLS"]: tls, KEYS["Tag"]: tag, KEYS["Org"]: org}


REQUESTS = list(requests())
short = st.text(alphabet="ab*?", min_size=1, max_size=2)


@st.composite
def conditions(draw: st.DrawFn) -> TREE:
    block: TREE = {}
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from(list(KEYS)))
        prefix = draw(st.sampled_from(("", "", "ForAllValues:", "ForAnyValue:")))
        if draw(st.integers(0, 5)) == 0:
            operator, values = "Null", [draw(st.sampled_from(("true", "false")))]
        elif key == "TLS":
            operator, values = (
                "Bool" + draw(st.sampled_from(("", "IfExists"))),
                [draw(st.sampled_from(("true", "False")))],
            )
        else:
            names = ("StringLike", "StringEquals", "StringNotLike", "StringNotEquals", "StringEqualsIgnoreCase")
            lenient = "" if prefix == "ForAnyValue:" else draw(st.sampled_from(("", "IfExists")))
            operator = prefix + draw(st.sampled_from(names)) + lenient
            values = (
                draw(st.lists(short, min_size=1, max_size=2))
                if key != "Org"
                else [draw(st.sampled_from((ORG, "o-*", "o-?")))]
            )
        block.setdefault(operator, {})[KEYS[key]] = values
    return block


@st.composite
def policies(draw: st.DrawFn) -> list[TREE]:
    effects = draw(st.lists(st.sampled_from(("Allow", "Deny")), min_size=1, max_size=3))
    return [{**allow(), "Effect": effect, "Condition": draw(conditions())} for effect in effects]


@given(policies())
@settings(max_examples=60)
def test_semantic_is_what_trying_every_request_says(statements: list[TREE]) -> None:
    assert is_open(*statements) is any(passes(statements, request) for request in REQUESTS)


@given(policies(), policies())
@settings(max_examples=40)
def test_laws(statements: list[TREE], more: list[TREE]) -> None:
    before = is_open(*statements)
    denied = is_open(*statements, *({**one, "Effect": "Deny"} for one in more))
    allowed = is_open(*statements, *({**one, "Effect": "Allow"} for one in more))
    assert before or not denied, "a Deny never opens"
    assert allowed or not before, "an Allow never closes"
    assert is_open(*reversed(statements)) is before, "order is irrelevant"
    bare = is_open(*(one if one["Effect"] == "Deny" else without(one, "Condition") for one in statements))
    assert bare or not before, "an Allow without its conditions never closes"
