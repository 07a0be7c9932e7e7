from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import HIDDEN, TREE, derive, document, hole, resource, text

from auditor.data.oidc_issuers import ISSUERS
from auditor.facts.base import Derived
from auditor.facts.iam.trust import TRUST
from auditor.model import Reason, Resource

ROLE = "AWS::IAM::Role"
GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"
BOTH = [("federation", "unpinned"), ("federation", "no_audience")]


def arn(issuer: str) -> str:
    return f"arn:aws:iam::111122223333:oidc-provider/{issuer}"


def provider(issuer: str = GITHUB, clients: TREE = ("sts.amazonaws.com",), **fields: TREE) -> Resource:
    properties = {"Url": f"https://{issuer}", "ClientIdList": list(clients) if clients != HIDDEN else HIDDEN}
    return resource("AWS::IAM::OIDCProvider", properties, **{"arn": arn(issuer), "name": arn(issuer), **fields})


def web(condition: TREE, federated: str = GITHUB, **changed: TREE) -> TREE:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": arn(federated)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
        **changed,
    }


def trust(statement: TREE, *others: Resource) -> Derived:
    return derive(TRUST, ROLE, {"AssumeRolePolicyDocument": document(statement)}, *others)


def verdict(found: Derived, name: str = "unpinned") -> bool | None:
    """Whether something is left open; None where that is not known."""
    assert found.value is not None
    if found.value["federation"][name]:
        return True
    return None if any(one.path == ("federation", name) for one in found.unknown) else False


def sub(*values: TREE, operator: str = "StringLike", issuer: str = GITHUB) -> TREE:
    audience = {f"{issuer}:aud": "sts.amazonaws.com"}
    subject = {f"{issuer}:sub": list(values)}
    return (
        {operator: subject | audience} if operator == "StringEquals" else {operator: subject, "StringEquals": audience}
    )


def test_canary() -> None:
    found = trust(web({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}), provider())
    assert found.value == {
        "federation": {
            "unpinned": [
                {
                    "evidence": {"id": "r", "pointer": "/AssumeRolePolicyDocument/Statement/0/Principal/Federated"},
                    "issuer": GITHUB,
                    "claim": "sub",
                    "why": "no condition on sub fixes the owner and repository",
                }
            ],
            "no_audience": [],
        }
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (sub("repo:acme/app:*"), False),
        (sub("repo:acme/app:ref:refs/heads/main", operator="StringEquals"), False),
        (sub("repo:acme/app:*", "repo:acme/web:pull_request"), False),
        (sub("repo:acme/*"), True),
        (sub("repo:acme*"), True),
        (sub("repo:acme/app*"), True),
        (sub("repo:*"), True),
        (sub("*"), True),
        (sub("environment:prod"), True),
        (sub("repo:acme/app:*", "repo:acme/*"), True),
        (sub("repo:acme/app:*", operator="StringLikeIfExists"), True),
        (sub("repo:acme/app:*", operator="ForAllValues:StringLike"), True),
        (sub("repo:acme/app:*", operator="ForAnyValue:StringLike"), False),
        (sub("repo:evil/*", operator="StringNotLike"), True),
        (sub("repo:acme/app:*", issuer="gitlab.com"), True),
        ({"StringEquals": {f"{GITHUB}:repository_id": "74"}}, False),
        ({"StringEquals": {f"{GITHUB}:repository_owner_id": "65"}}, True),
        ({"StringEquals": {f"{GITHUB}:environment": "prod"}}, True),
        (sub(HIDDEN), None),
        (sub(text("repo:", hole("Org"), "/app:*")), None),
        (sub(text("repo:acme/app:", hole("Ref"))), False),
        (sub("repo:acme/app:*", HIDDEN), None),
        (sub("repo:acme/*", HIDDEN), True),
        (HIDDEN, None),
    ],
)
def test_subject_of_github(condition: TREE, expected: bool | None) -> None:
    assert verdict(trust(web(condition), provider())) is expected


@pytest.mark.parametrize(
    ("issuer", "condition", "expected"),
    [
        (EKS, sub("system:serviceaccount:ns:sa", issuer=EKS, operator="StringEquals"), False),
        (EKS, sub("system:serviceaccount:*:*", issuer=EKS), True),
        (EKS, sub("system:serviceaccount:ns:*", issuer=EKS), True),
        (EKS, {"StringEquals": {f"{EKS}:aud": "sts.amazonaws.com"}}, True),
        ("gitlab.com", sub("project_path:acme/*", issuer="gitlab.com"), False),
        ("gitlab.com", sub("project_path:acme*", issuer="gitlab.com"), True),
        ("app.terraform.io", sub("organization:acme:project:*", issuer="app.terraform.io"), False),
        ("login.example.com", {}, False),
    ],
)
def test_subject_of_others(issuer: str, condition: TREE, expected: bool) -> None:
    assert verdict(trust(web(condition, issuer), provider(issuer))) is expected


COGNITO, GOOGLE = "cognito-identity.amazonaws.com", "accounts.google.com"
POOL = {f"{COGNITO}:aud": "eu-west-1:pool"}


@pytest.mark.parametrize(
    ("federated", "condition", "expected"),
    [
        (COGNITO, {"StringEquals": POOL, "ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}, False),
        (COGNITO, {"StringEquals": POOL, "ForAnyValue:StringLike": {f"{COGNITO}:amr": "unauthenticated"}}, True),
        (COGNITO, {"StringEquals": POOL}, True),
        (COGNITO, {"ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}, True),
        (GOOGLE, {"StringEquals": {f"{GOOGLE}:aud": "client"}}, False),
        (GOOGLE, {"StringEquals": {f"{GOOGLE}:sub": "123"}}, False),
        (GOOGLE, {}, True),
        ("graph.facebook.com", {"StringEquals": {"graph.facebook.com:app_id": "1"}}, False),
        ("www.amazon.com", {"StringLike": {"www.amazon.com:app_id": "*"}}, True),
    ],
)
def test_providers_that_aws_knows(federated: str, condition: TREE, expected: bool) -> None:
    found = trust({**web(condition), "Principal": {"Federated": federated}})
    assert verdict(found) is expected and verdict(found, "no_audience") is False


@pytest.mark.parametrize(
    ("condition", "expected"),
    [({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, False), ({}, True), (HIDDEN, None)],
)
def test_saml(condition: TREE, expected: bool | None) -> None:
    named = {"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}
    found = trust(web(condition, Principal=named, Action="sts:AssumeRoleWithSAML"))
    assert verdict(found) is expected and verdict(found, "no_audience") is False


def test_audience_is_the_providers_where_no_condition_names_it() -> None:
    bare = web({"StringLike": {f"{GITHUB}:sub": "repo:acme/app:*"}})
    assert verdict(trust(bare, provider()), "no_audience") is False
    assert verdict(trust(bare, provider(clients=())), "no_audience") is True
    assert verdict(trust(bare, provider(clients=HIDDEN)), "no_audience") is None
    assert verdict(trust(bare), "no_audience") is None
    assert verdict(trust(web(sub("repo:acme/app:*"))), "no_audience") is False


def test_declared_provider_is_known_by_its_symbol() -> None:
    declared = provider(name="⟨GitHub⟩", arn="⟨GitHub.Arn⟩")
    for value in ("⟨GitHub⟩", "⟨GitHub.Arn⟩", text(hole("GitHub.Arn"))):
        assert verdict(trust(web(sub("repo:acme/*"), Principal={"Federated": value}), declared)) is True
    unknown = trust(web(sub("repo:acme/*"), Principal={"Federated": "⟨Other.Arn⟩"}), declared)
    assert [one.path for one in unknown.unknown] == BOTH


@pytest.mark.parametrize(
    "statement",
    [
        web({}, Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"),
        web({}, Principal={"AWS": "*"}, Action="sts:AssumeRole"),
        web({}, Action="sts:AssumeRole"),  # this call is not how a web identity comes in
        web({}, Effect="Deny"),
    ],
)
def test_others_are_no_federation(statement: TREE) -> None:
    assert trust(statement, provider()) == Derived({"federation": {"unpinned": [], "no_audience": []}})


@pytest.mark.parametrize("tree", [HIDDEN, document(HIDDEN), document(web({}, Principal=HIDDEN))])
def test_unseen_trust_is_unknown(tree: TREE) -> None:
    found = derive(TRUST, ROLE, {"AssumeRolePolicyDocument": tree})
    assert sorted({one.path for one in found.unknown}) == sorted(BOTH)


def test_stand_in_without_the_document_is_outside() -> None:
    assert {one.reason for one in derive(TRUST, ROLE, {}, stand_in=True).unknown} == {Reason.OUTSIDE}


def test_every_issuer_of_the_table_fails_without_conditions() -> None:
    for row in ISSUERS:
        issuer = row.issuer.replace("*", "x")
        assert verdict(trust({**web({}), "Principal": {"Federated": arn(issuer)}})) is True, row.issuer


# --- the oracle: which repositories get in, tried one by one -------------------------------------------------------

TENANTS, REPOSITORIES, CONTEXTS = ("a", "ab", "b"), ("a", "b", "ab"), ("x", "a:b")
TOKENS = [f"repo:{one}/{two}:{three}" for one, two, three in itertools.product(TENANTS, REPOSITORIES, CONTEXTS)]


def glob(pattern: str, word: str) -> bool:
    if not pattern:
        return not word
    if pattern[0] == "*":
        return glob(pattern[1:], word) or bool(word) and glob(pattern, word[1:])
    return bool(word) and pattern[0] in ("?", word[0]) and glob(pattern[1:], word[1:])


@given(st.lists(st.text(alphabet="ab*/:", max_size=5), min_size=1, max_size=2))
@settings(max_examples=200)
def test_pinned_subject_lets_one_repository_in_per_value(tails: list[str]) -> None:
    values = ["repo:" + tail for tail in tails]
    found = verdict(trust(web(sub(*values)), provider()))
    for value in values:
        reached = {token.split(":")[1] for token in TOKENS if glob(value, token)}
        if found is False:
            assert len(reached) <= 1
    if any(len({token.split(":")[1] for token in TOKENS if glob(value, token)}) > 1 for value in values):
        assert found is True
