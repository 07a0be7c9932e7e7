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
from auditor.facts.crypto.resolve import ALIAS, KEY, OTHER, REGION, REPLICA
from auditor.model import Gap, Hidden, Reason, Resource

OWN, THEM = "111122223333", "444455556666"
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
    value, unknown = fact_of(made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": reference}), resources, gaps)
    problem = "unknown" if "problem" in unknown else value.get("problem", {}).get("why")
    return "unknown" if "kind" in unknown else value.get("kind"), problem


def fact_of(
    owner: Resource, resources: Sequence[Resource] = (), gaps: Sequence[Gap] = ()
) -> tuple[dict[str, Any], set[str]]:
    """The value, and the parts of it that are unknown."""
    by_type: dict[str, list[Resource]] = {}
    for each in resources:
        by_type.setdefault(each.type, []).append(each)
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    derived = FACT.compute(owner, ScopeView(by_type, by_gap))
    assert derived.value is not None
    unknown = {str(one.path[0]) for one in derived.unknown if len(one.path) == 1}
    assert not unknown & derived.value.keys()
    return dict(derived.value), {"/".join(map(str, one.path)) for one in derived.unknown}


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
    assert asked(ID, gaps=[unlisted(KEY, HERE, TRAIL_ARN)]) == ("foreign", None)
    another = unlisted(KEY, HERE, f"{TRAIL_ARN}2")
    assert asked(ID, gaps=[another])[0] == "missing"


def test_other_accounts_and_hidden_references_are_unknown() -> None:
    assert asked(f"arn:aws:kms:{HERE}:{THEM}:key/{ID}", [key()]) == ("foreign", "unknown")
    assert asked(f"arn:aws:kms:{HERE}:{THEM}:alias/ct", [key()]) == ("foreign", "unknown")
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


# --- which key, and in which state ------------------------------------------------------------------------------

TOPIC_ARN = f"arn:aws:sns:{HERE}:{OWN}:alerts"
GROUP_ARN = f"arn:aws:logs:{HERE}:{OWN}:log-group:app"


def test_what_a_key_is_stands_in_the_fact() -> None:
    trail = made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": ID})
    value, unknown = fact_of(trail, [key(Origin="EXTERNAL", MultiRegion=True)])
    assert unknown == set()
    assert value == {
        **{"kind": "customer", "account": OWN, "region": HERE, "key": f"arn:aws:kms:{HERE}:{OWN}:key/{ID}"},
        **{"enabled": True, "spec": "SYMMETRIC_DEFAULT", "usage": "ENCRYPT_DECRYPT", "origin": "EXTERNAL"},
        **{"role": "primary", "admits": {"cloudtrail.amazonaws.com": "allowed"}},
    }
    value, unknown = fact_of(trail, [key(REPLICA)])
    assert (value["role"], unknown) == ("replica", {"spec", "usage", "origin"})
    value, unknown = fact_of(trail, [key(Origin=HIDDEN, MultiRegion=HIDDEN, KeyPolicy=HIDDEN, Enabled="false")])
    assert unknown == {"origin", "role", "admits/cloudtrail.amazonaws.com"}
    assert (value["enabled"], value["admits"]) == (False, {})


def test_nothing_is_known_of_a_key_that_is_not_seen() -> None:
    every = {"key", "enabled", "spec", "usage", "origin", "role", "admits", "via", "problem"}
    trail = made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": f"arn:aws:kms:{HERE}:{THEM}:key/{ID}"})
    assert fact_of(trail) == ({"kind": "foreign", "account": THEM, "region": HERE}, every)
    trail = made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": HIDDEN})
    assert fact_of(trail) == ({}, every | {"kind", "declared", "account", "region"})


def test_the_log_service_has_another_name_in_china() -> None:
    arn = f"arn:aws-cn:logs:cn-north-1:{OWN}:log-group:app"
    group = made("AWS::Logs::LogGroup", "app", arn, {"KmsKeyId": ID})
    lets = statement(Principal={"Service": "logs.cn-north-1.amazonaws.com.cn"}, Action="kms:*")
    value, _ = fact_of(group, [key(region="cn-north-1", KeyPolicy=allows(lets))])
    assert value["admits"] == {"logs.cn-north-1.amazonaws.com": "allowed"}


def test_no_key_the_key_of_aws_and_those_that_aws_manages() -> None:
    assert fact_of(made(TRAIL, "main", TRAIL_ARN, {})) == ({"kind": "none"}, set())
    assert asked("AWS_OWNED_KMS_KEY") == ("aws_owned", "the key is AWS's own")
    managed = "the key is managed by AWS, not by the account"
    behind = [alias("alias/aws/ebs", ID)]
    assert asked(f"arn:aws:kms:{HERE}:{OWN}:key/{ID}", behind) == ("aws_managed", managed)
    assert asked(f"arn:aws:kms:{HERE}:{OWN}:key/{ID}", [alias("alias/mine", ID)])[0] == "missing"
    assert asked(f"arn:aws:kms:{THERE}:{OWN}:key/{ID}", behind)[0] == "unknown"


def test_the_log_service_must_be_let_in_for_this_group() -> None:
    group = made("AWS::Logs::LogGroup", "app", f"{GROUP_ARN}:*", {"KmsKeyId": ID})
    service = f"logs.{HERE}.amazonaws.com"
    calls = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    lets = {"Effect": "Allow", "Principal": {"Service": service}, "Action": calls, "Resource": "*"}
    for pattern, said in ((GROUP_ARN, "allowed"), (f"{GROUP_ARN}-2", "denied")):
        only = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": pattern}}
        value, unknown = fact_of(group, [key(KeyPolicy=allows(lets | {"Condition": only}))])
        assert (value["admits"], unknown) == ({service: said}, set())
        assert ("problem" in value) is (said == "denied")
    fewer = allows(lets | {"Action": calls[:-1]})
    assert fact_of(group, [key(KeyPolicy=fewer)])[0]["admits"] == {service: "denied"}


def test_alarms_tell_their_account_and_rules_tell_no_source() -> None:
    topic = made("AWS::SNS::Topic", "alerts", TOPIC_ARN, {"KmsMasterKeyId": ID})
    services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    lets = statement(Principal={"Service": services}, Action=["kms:Decrypt", "kms:GenerateDataKey*"])
    mine = {"StringEquals": {"aws:SourceAccount": OWN}}

    def admitted(**condition: Any) -> Any:
        return fact_of(topic, [key(KeyPolicy=allows({**lets, **condition}))])[0]["admits"]

    assert admitted() == dict.fromkeys(services, "allowed")
    assert admitted(Condition=mine) == {services[0]: "allowed", services[1]: "denied"}
    assert admitted(Condition={"StringEquals": {"aws:SourceAccount": THEM}}) == dict.fromkeys(services, "denied")
    assert "problem" not in fact_of(topic, [key(KeyPolicy=allows(statement()))])[0]


def test_principals_come_in_through_the_service_where_the_policy_says_so() -> None:
    volume = made("AWS::EC2::Volume", "v", f"arn:aws:ec2:{HERE}:{OWN}:volume/v", {"KmsKeyId": ID})

    def through(**condition: Any) -> Any:
        anyone = statement(Principal={"AWS": "*"}, Action="kms:*", Condition=condition)
        return fact_of(volume, [key(KeyPolicy=allows(anyone))])[0].get("via")

    mine = {"kms:CallerAccount": OWN}
    assert through(StringEquals=mine | {"kms:ViaService": f"ec2.{HERE}.amazonaws.com"}) is True
    assert through(StringEquals=mine | {"kms:ViaService": f"rds.{HERE}.amazonaws.com"}) is False
    assert through(StringEquals={"kms:CallerAccount": THEM}) is False
    root = statement(Principal={"AWS": f"arn:aws:iam::{OWN}:root"}, Action="kms:*")
    assert fact_of(volume, [key(KeyPolicy=allows(root))])[0]["via"] is True


# --- what another account tells of its keys ---------------------------------------------------------------------

THEIRS = f"arn:aws:kms:{HERE}:{THEM}:key/{ID}"


def told(reference: str = THEIRS, **properties: Any) -> Resource:
    given = {"Reference": reference, "State": "customer", "Enabled": True, "KeyPolicy": allows()}
    return Resource(OTHER, f"{OWN}/{reference}", OWN, None, ID, THEIRS, given | properties)


def test_a_key_of_an_account_that_is_seen_is_judged_like_an_own_one() -> None:
    assert asked(THEIRS, [told()]) == ("customer", None)
    by_alias = f"arn:aws:kms:{HERE}:{THEM}:alias/ct"
    assert asked(by_alias, [told(by_alias)]) == ("customer", None)
    assert asked(THEIRS, [told(Enabled=False)])[1] == "the key is disabled or pending deletion"
    assert asked(THEIRS, [told(KeySpec="RSA_2048")])[1] == "the key is not symmetric"
    assert asked(THEIRS, [told(KeyPolicy=allows(statement(Effect="Deny")))])[0] == "customer"
    assert "does not let" in asked(THEIRS, [told(KeyPolicy=allows(statement(Effect="Deny")))])[1]
    assert asked(THEIRS, [told(KeyPolicy=HIDDEN)]) == ("customer", "unknown")
    trail = made(TRAIL, "main", TRAIL_ARN, {"KMSKeyId": THEIRS})
    value, _ = fact_of(trail, [told(Replica=True)])
    assert (value["account"], value["key"], value["role"]) == (THEM, THEIRS, "replica")


def test_that_account_can_tell_that_there_is_none() -> None:
    assert asked(THEIRS, [told(State="missing")])[0] == "missing"
    assert asked(THEIRS, [told(State="aws_managed")])[0] == "aws_managed"
    assert asked(THEIRS, [told(State=HIDDEN)]) == ("foreign", "unknown")
    assert asked(THEIRS, [told("arn:aws:kms:x:y:key/z")]) == ("foreign", "unknown")


# --- a naive reading of key policies ----------------------------------------------------------------------------

PATTERNS = ["*", TRAIL_ARN, f"arn:aws:cloudtrail:*:{OWN}:trail/*", f"arn:aws:cloudtrail:*:{THEM}:trail/*", "x"]
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
