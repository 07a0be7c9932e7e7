"""crypto.kms: which key a trail means, and what its policy says, against readings that know nothing of each other."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.attach import ScopeView
from auditor.facts.crypto.kms import FACT, TRAIL
from auditor.facts.crypto.resolve import ALIAS, KEY, REGION, REPLICA
from auditor.model import Gap, Hidden, Reason, Resource

OWN, OTHER = "111122223333", "444455556666"
HERE, THERE = "eu-west-1", "us-east-1"
ID = "11111111-2222-3333-4444-555555555555"
TRAIL_ARN = f"arn:aws:cloudtrail:{HERE}:{OWN}:trail/main"
CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"
HIDDEN = Hidden(Reason.DENIED, "kms:GetKeyPolicy")


def made(type: str, name: str, arn: str, properties: dict[str, Any], account: str = OWN) -> Resource:
    return Resource(type, arn, account, arn.split(":")[3] or None, name, arn, properties)


def key(type: str = KEY, id: str = ID, region: str = HERE, **properties: Any) -> Resource:
    given = {"Enabled": True, "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "KeyPolicy": allows()}
    return made(type, id, f"arn:aws:kms:{region}:{OWN}:key/{id}", given | properties)


def alias(name: str, target: Any, region: str = HERE) -> Resource:
    return made(ALIAS, name, f"arn:aws:kms:{region}:{OWN}:{name}", {"AliasName": name, "TargetKeyId": target})


def statement(**more: Any) -> dict[str, Any]:
    service = {"Service": "cloudtrail.amazonaws.com"}
    return {"Effect": "Allow", "Principal": service, "Action": "kms:GenerateDataKey*", "Resource": "*"} | more


def allows(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements) or [statement()]}


def asked(reference: Any, resources: Sequence[Resource] = (), gaps: Sequence[Gap] = ()) -> tuple[Any, Any]:
    """The kind and the problem; "unknown" where it is."""
    by_type: dict[str, list[Resource]] = {}
    for each in resources:
        by_type.setdefault(each.type, []).append(each)
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    trail = made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": reference})
    derived = FACT.compute(trail, ScopeView(by_type, by_gap))
    assert derived.value is not None
    unknown = {one.path[0] for one in derived.unknown}
    assert not unknown & derived.value.keys()
    problem = "unknown" if "problem" in unknown else derived.value.get("problem", {}).get("why")
    return "unknown" if "kind" in unknown else derived.value.get("kind"), problem


def unlisted(type: str, region: str | None = HERE, parent: str | None = None) -> Gap:
    return Gap(OWN, region, type, None, (), Reason.OUTSIDE if parent else Reason.DENIED, "kms:ListKeys", parent)


def test_canary() -> None:
    assert asked(ID, [key(Enabled=False)]) == ("customer", "the key is disabled or pending deletion")


@pytest.mark.parametrize(
    "reference",
    [ID, f"arn:aws:kms:{HERE}:{OWN}:key/{ID}", "alias/ct", f"arn:aws:kms:{HERE}:{OWN}:alias/ct"],
)
@pytest.mark.parametrize("type", [KEY, REPLICA])
def test_each_way_to_name_a_key_leads_to_it(reference: str, type: str) -> None:
    assert asked(reference, [key(type), alias("alias/ct", ID)]) == ("customer", None)


@pytest.mark.parametrize("reference", [ID, "alias/ct"])
def test_a_name_is_of_the_trails_own_region(reference: str) -> None:
    elsewhere = [key(region=THERE), alias("alias/ct", ID, THERE)]
    assert asked(reference, elsewhere)[0] == "missing"


def test_what_is_not_listed_may_be_there() -> None:
    assert asked(ID)[0] == "missing"
    assert asked(ID, gaps=[unlisted(KEY)]) == ("unknown", "unknown")
    assert asked(ID, gaps=[unlisted(REPLICA, None)]) == ("unknown", "unknown")
    assert asked(ID, gaps=[unlisted(KEY, THERE)])[0] == "missing"
    assert asked("alias/ct", [key()], [unlisted(ALIAS)]) == ("unknown", "unknown")
    assert asked("alias/ct", [key()], [unlisted(KEY)])[0] == "missing"


def test_a_region_that_was_not_asked_may_hold_the_key() -> None:
    reference = f"arn:aws:kms:{THERE}:{OWN}:key/{ID}"
    assert asked(reference) == ("unknown", "unknown")
    region = made(REGION, THERE, f"{OWN}/{THERE}/{REGION}:::", {})
    assert asked(reference, [region])[0] == "missing"


def test_what_leads_out_of_a_template_is_taken_as_given() -> None:
    assert asked(ID, gaps=[unlisted(KEY, HERE, TRAIL_ARN)]) == ("declared", None)
    another = unlisted(KEY, HERE, f"{TRAIL_ARN}2")
    assert asked(ID, gaps=[another])[0] == "missing"


def test_other_accounts_and_hidden_references_are_unknown() -> None:
    assert asked(f"arn:aws:kms:{HERE}:{OTHER}:key/{ID}", [key()]) == ("unknown", "unknown")
    assert asked(HIDDEN, [key()]) == ("unknown", "unknown")
    assert asked(7, [key()]) == ("unknown", "unknown")
    assert asked("alias/ct", [key(), alias("alias/ct", HIDDEN)]) == ("unknown", "unknown")


def test_a_certain_problem_stands_beside_what_is_hidden() -> None:
    assert asked(ID, [key(KeyPolicy=HIDDEN)]) == ("customer", "unknown")
    assert asked(ID, [key(KeyPolicy=HIDDEN, KeySpec="RSA_2048")]) == ("customer", "the key is not symmetric")
    assert asked(ID, [key(Enabled=HIDDEN)]) == ("customer", "unknown")
    assert asked("alias/aws/cloudtrail")[1] == "the key is managed by AWS, not by the account"


def test_a_statement_that_was_not_seen_may_let_in_or_keep_out() -> None:
    keeps_out = "the key policy does not let cloudtrail.amazonaws.com generate data keys for it"
    assert asked(ID, [key(KeyPolicy=allows(statement(), HIDDEN))]) == ("customer", "unknown")
    denied = allows(statement(Effect="Deny"), HIDDEN)
    assert asked(ID, [key(KeyPolicy=denied)]) == ("customer", keeps_out)
    assert asked(ID, [key(KeyPolicy={"Version": "2012-10-17", "Statement": HIDDEN})]) == ("customer", "unknown")


# --- a naive reading of key policies ----------------------------------------------------------------------------

PATTERNS = ["*", TRAIL_ARN, f"arn:aws:cloudtrail:*:{OWN}:trail/*", f"arn:aws:cloudtrail:*:{OTHER}:trail/*", "x"]
conditions = st.one_of(
    st.just({}),
    st.builds(
        lambda operator, name, value: {operator: {name: value}},
        st.sampled_from(["StringEquals", "StringLike", "StringNotLike", "StringLikeIfExists"]),
        st.sampled_from([CONTEXT, "aws:SourceArn", "aws:PrincipalOrgID"]),
        st.sampled_from(PATTERNS),
    ),
)
statements = st.builds(
    lambda effect, principal, action, condition: statement(
        Effect=effect, Principal=principal, Action=action, **({"Condition": condition} if condition else {})
    ),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(
        [
            {"Service": "cloudtrail.amazonaws.com"},
            {"Service": ["cloudtrail.amazonaws.com", "logs.amazonaws.com"]},
            {"Service": "logs.amazonaws.com"},
            {"AWS": f"arn:aws:iam::{OWN}:root"},
            "*",
        ]
    ),
    st.sampled_from(["kms:*", "kms:GenerateDataKey*", "kms:Decrypt", ["kms:Decrypt", "KMS:generatedatakey"]]),
    conditions,
)


def holds(operator: str, name: str, pattern: str) -> bool:
    value = None if name == "aws:PrincipalOrgID" else TRAIL_ARN
    if value is None:
        return "Not" in operator or operator.endswith("IfExists")
    same = value == pattern if operator == "StringEquals" else fnmatch.fnmatchcase(value, pattern)
    return same is ("Not" not in operator)


def applies(one: dict[str, Any]) -> bool:
    principal, actions = one["Principal"], one["Action"]
    services = principal.get("Service", []) if isinstance(principal, dict) else "cloudtrail.amazonaws.com"
    if "cloudtrail.amazonaws.com" not in ([services] if isinstance(services, str) else services):
        return False
    listed = [actions] if isinstance(actions, str) else actions
    if not any(fnmatch.fnmatchcase("kms:generatedatakey", action.lower()) for action in listed):
        return False
    blocks = one.get("Condition", {})
    return all(holds(operator, name, v) for operator, block in blocks.items() for name, v in block.items())


def lets_in(listed: list[dict[str, Any]], is_broken: bool = False) -> bool:
    applying = [one["Effect"] for one in listed if applies(one)]
    return "Allow" in applying and (is_broken or "Deny" not in applying)


def agrees(listed: list[dict[str, Any]], is_broken: bool = False) -> bool:
    kind, problem = asked(ID, [key(KeyPolicy={"Version": "2012-10-17", "Statement": listed})])
    return kind == "customer" and (problem is None) is lets_in(listed, is_broken)


@settings(max_examples=300)
@given(st.lists(statements, max_size=4))
def test_a_key_policy_lets_in_as_a_naive_reading_says(listed: list[dict[str, Any]]) -> None:
    assert agrees(listed)


def test_the_naive_reading_would_notice_a_deny_that_is_forgotten() -> None:
    assert not agrees([statement(), statement(Effect="Deny", Action="kms:*")], is_broken=True)
