"""log.destination behind a log group: random subscriptions, streams and rules against a plain walk along them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_log_destination import ARCHIVE, BOTH, HIDDEN, MEMBER, OWN, OWNERS, asked, bucket, made, trail

from auditor.facts.attach import ScopeView
from auditor.facts.logging.centralization import RULE, STATUS, TOLD
from auditor.facts.logging.coverage import ACCOUNT
from auditor.facts.logging.destination import FACT
from auditor.facts.logging.forwarding import ACCOUNT_POLICY, GROUP, STREAM, SUBSCRIPTION
from auditor.facts.logging.recorders import TRAIL
from auditor.model import Gap, Reason, Resource

HERE = "eu-west-1"
ARN = f"arn:aws:logs:{HERE}:{OWN}:log-group:trail:*"
ALL = {"LogGroupSelectionCriteria": "*", "EncryptedLogGroupStrategy": "ALLOW"}


def here(type: str, name: str, properties: dict[str, Any], arn: str = "") -> Resource:
    arn = arn or f"arn:aws:x:{HERE}:{OWN}:{name}"
    return Resource(type, arn, OWN, HERE, name, arn, properties)


def delivering(**flags: Any) -> Resource:
    return trail("t", "own", CloudWatchLogsLogGroupArn=ARN, **flags)


def group(**properties: Any) -> Resource:
    return here(GROUP, "trail", {"LogGroupClass": "STANDARD", **properties}, ARN)


def destination(account: str) -> str:
    return f"arn:aws:logs:{HERE}:{account}:destination:archive"


STREAM_ARN = f"arn:aws:firehose:{HERE}:{OWN}:deliverystream/logs"


def stream(target: str, **more: Any) -> Resource:
    settings = {"BucketARN": f"arn:aws:s3:::{target}", **more}
    return here(STREAM, "logs", {"ExtendedS3DestinationConfiguration": settings}, STREAM_ARN)


def subscription(name: str = "all", **properties: Any) -> Resource:
    plain = {"LogGroupName": "trail", "FilterPattern": "", "DestinationArn": destination(ARCHIVE)}
    return here(SUBSCRIPTION, name, {**plain, **properties})


def policy(criteria: Any = None, **document: Any) -> Resource:
    plain = {"FilterPattern": "", "DestinationArn": destination(ARCHIVE), **document}
    properties = {"PolicyType": "SUBSCRIPTION_FILTER_POLICY", "PolicyDocument": json.dumps(plain)}
    return here(ACCOUNT_POLICY, "archive", properties | ({"SelectionCriteria": criteria} if criteria else {}))


def rule(account: Any = ARCHIVE, **source: Any) -> dict[str, Any]:
    plain = {"Regions": [HERE], "Scope": "OrganizationId = 'o-1'", "SourceLogsConfiguration": ALL}
    return {"Source": {**plain, **source}, "Destination": {"Region": HERE, "Account": account}}


def told(*rules: Any, complete: bool = True, organization: Any = "o-1") -> Resource:
    listed = [{"RuleArn": f"r/{n}", "RuleHealth": health, "Rule": one} for n, (one, health) in enumerate(rules)]
    properties = {"AccountId": "1", "OrganizationId": organization, "IsComplete": complete, "Rules": listed}
    return made(TOLD, "1", properties)


REFUSED = {type: Gap(OWN, None, type, None, (), Reason.DENIED, "refused") for type in (RULE, STATUS)}

patterns = st.sampled_from(["", " ", "ERROR"])
targets = st.sampled_from([OWN, ARCHIVE, "777788889999", "stream"])
subscriptions = st.lists(st.tuples(patterns, targets, st.sampled_from(["trail", "other"])), max_size=2)
policies = st.lists(st.tuples(patterns, targets, st.sampled_from([None, ["trail"], ["other"]])), max_size=2)
streams = st.sampled_from(["own", "archive", "third"])
rules = st.lists(
    st.tuples(
        st.sampled_from([ARCHIVE, OWN]), st.sampled_from([HERE, "us-east-1"]), st.sampled_from(["Healthy", "Unhealthy"])
    ),
    max_size=2,
)


def walked(
    is_on: bool, kind: str, listed: Any, general: Any, target: str, central: Any, is_broken: bool = False
) -> set[str]:
    """`is_broken`: the canary, which forgets that a pattern leaves events out."""
    reached: set[str] = set()
    taken = [to for pattern, to, of in listed if of == "trail" and (is_broken or not pattern.strip())]
    taken += [to for pattern, to, out in general if "trail" not in (out or []) and (is_broken or not pattern.strip())]
    if is_on and kind == "STANDARD":
        reached.update(OWNERS[target] if to == "stream" else to for to in taken)
        reached.update(account for account, region, health in central if region == HERE and health == "Healthy")
    return reached - {OWN}


def computed(is_on: bool, kind: str, listed: Any, general: Any, target: str, central: Any) -> set[str]:
    def arn(to: str) -> str:
        return STREAM_ARN if to == "stream" else destination(to)

    held = [delivering(IsLogging=is_on), group(LogGroupClass=kind), stream(target), bucket(), MEMBER]
    held += [
        subscription(str(n), FilterPattern=pattern, DestinationArn=arn(to), LogGroupName=of)
        for n, (pattern, to, of) in enumerate(listed)
    ]
    held += [
        policy(f"LogGroupName NOT IN {json.dumps(out)}" if out else None, FilterPattern=pattern, DestinationArn=arn(to))
        for pattern, to, out in general
    ]
    held.append(told(*((rule(account, Regions=[region]), health) for account, region, health in central)))
    outside, _, unknown = asked(*held)
    if kind == "STANDARD" or not is_on:
        assert "outside" not in unknown
    return outside


kinds = st.sampled_from(["STANDARD", "STANDARD", "INFREQUENT_ACCESS"])


@settings(max_examples=200, deadline=None)
@given(st.booleans(), kinds, subscriptions, policies, streams, rules)
def test_logs_go_on_where_a_walk_along_them_goes(
    is_on: bool, kind: str, listed: Any, general: Any, target: str, central: Any
) -> None:
    assert computed(is_on, kind, listed, general, target, central) == walked(
        is_on, kind, listed, general, target, central
    )


def test_the_walk_would_notice_a_pattern_that_counts() -> None:
    some = [("ERROR", ARCHIVE, "trail")]
    assert computed(True, "STANDARD", some, [], "own", []) != walked(True, "STANDARD", some, [], "own", [], True)


def test_canary() -> None:
    assert asked(delivering(), group(), subscription(), MEMBER, bucket(), told()) == ({ARCHIVE}, {ARCHIVE}, set())


@pytest.mark.parametrize(
    "held",
    [
        [group(LogGroupClass=HIDDEN), subscription()],
        [group(), subscription(FilterPattern=HIDDEN)],
        [group(), subscription(LogGroupName=HIDDEN)],
        [group(), subscription(FieldSelectionCriteria=HIDDEN)],
        [group(), subscription(FieldSelectionCriteria="@aws.region = x")],
        [group(), subscription(DestinationArn=HIDDEN)],
        [group(), policy("LogGroupNamePrefix = t")],
        [group(), here(ACCOUNT_POLICY, "a", {"PolicyType": HIDDEN, **{"PolicyDocument": "{}"}})],
        [group(), here(ACCOUNT_POLICY, "a", {"PolicyType": "SUBSCRIPTION_FILTER_POLICY", "PolicyDocument": HIDDEN})],
        [group(), here(ACCOUNT_POLICY, "a", {"PolicyType": "SUBSCRIPTION_FILTER_POLICY", "PolicyDocument": "no"})],
        [group(), subscription(DestinationArn=STREAM_ARN), stream("lost")],
        [group(), subscription(DestinationArn=STREAM_ARN), stream("archive", BucketARN=HIDDEN)],
        [group(), subscription(DestinationArn=STREAM_ARN), stream("archive", ProcessingConfiguration=HIDDEN)],
        [
            group(),
            subscription(DestinationArn=STREAM_ARN),
            stream("archive", ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "Lambda"}]}),
        ],
        [group(), told((rule(Scope="OrganizationalUnitId = 'ou-1'"), "Healthy"))],
        [group(), told((rule(Scope=HIDDEN), "Healthy"))],
        [group(), told((rule(Regions=HIDDEN), "Healthy"))],
        [group(), told((rule(HIDDEN), "Healthy"))],
        [group(), told((rule(), HIDDEN))],
        [group(), told((rule(), "Provisioning"))],
        [group(), told((HIDDEN, "Healthy"))],
        [group(), told((rule(), "Healthy"), organization=HIDDEN)],
        [group(), told((rule(SourceLogsConfiguration={**ALL, "LogGroupSelectionCriteria": "x"}), "Healthy"))],
        [group(), told((rule(SourceLogsConfiguration={**ALL, "DataSourceSelectionCriteria": "x"}), "Healthy"))],
        [
            group(KmsKeyId=HIDDEN),
            told((rule(SourceLogsConfiguration={**ALL, "EncryptedLogGroupStrategy": "SKIP"}), "Healthy")),
        ],
    ],
)
def test_what_was_not_seen_on_the_way_leaves_both_open(held: list[Resource]) -> None:
    found = asked(delivering(), bucket(), MEMBER, *held)
    assert (found[0], found[2]) == (set(), BOTH)
    sure = asked(delivering(), bucket(), MEMBER, *held, trail("u", "archive"))
    assert ARCHIVE in sure[0]  # a complete path stands whatever else is hidden


@pytest.mark.parametrize(
    "held",
    [
        [stream("archive", ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "Decompression"}]})],
        [stream("archive", ProcessingConfiguration={"Enabled": False, "Processors": [{"Type": "Lambda"}]})],
    ],
)
def test_a_delivery_stream_without_a_function_keeps_all(held: list[Resource]) -> None:
    found = asked(delivering(), bucket(), MEMBER, group(), subscription(DestinationArn=STREAM_ARN), *held)
    assert found == ({ARCHIVE}, {ARCHIVE}, set())


@pytest.mark.parametrize(
    ("own_key", "default", "expected"),
    [
        (False, None, {ARCHIVE}),
        (False, "AES256", {ARCHIVE}),
        (False, "aws:kms", set()),
        (False, "aws:kms:dsse", set()),
        (True, "AES256", set()),
    ],
)
def test_a_stream_without_a_key_takes_the_default_of_the_bucket(own_key: bool, default: Any, expected: Any) -> None:
    key = {"EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "key"}}} if own_key else {}
    replication = {"Rules": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::archive"}}]}
    properties: dict[str, Any] = {"ReplicationConfiguration": replication}
    if default:
        rules = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": default}}]
        properties["BucketEncryption"] = {"ServerSideEncryptionConfiguration": rules}
    first = made("AWS::S3::Bucket", "first", {})
    held = [made("AWS::S3::Bucket", "own", properties), first, group(), subscription(DestinationArn=STREAM_ARN)]
    one = trail("t", "first", CloudWatchLogsLogGroupArn=ARN)
    assert asked(one, *held, stream("own", **key), MEMBER)[0] == expected


@pytest.mark.parametrize("type", [GROUP, SUBSCRIPTION, ACCOUNT_POLICY])
def test_a_list_that_was_refused_leaves_both_open(type: str) -> None:
    gap = Gap(OWN, HERE, type, None, (), Reason.DENIED, "refused")
    held = [] if type == GROUP else [group()]
    assert asked(delivering(), bucket(), MEMBER, *held, gaps=[gap])[2] == BOTH
    assert asked(trail("t", "own"), bucket(), MEMBER, *held, gaps=[gap])[2] == set()


def test_streams_that_were_refused_matter_where_a_subscription_names_one() -> None:
    gap = Gap(OWN, HERE, STREAM, None, (), Reason.DENIED, "refused")
    held = [delivering(), bucket(), MEMBER, group()]
    assert asked(*held, gaps=[gap])[2] == set()
    assert asked(*held, subscription(DestinationArn=STREAM_ARN), gaps=[gap])[2] == BOTH


@pytest.mark.parametrize(("parent", "is_open"), [(None, True), (ARN, True), ("t", True), ("u", False)])
def test_filters_that_were_not_asked_for_other_groups_do_not_matter(parent: str | None, is_open: bool) -> None:
    gap = Gap(OWN, HERE, SUBSCRIPTION, None, (), Reason.UNSUPPORTED, "not asked", parent)
    assert asked(delivering(), bucket(), MEMBER, group(), gaps=[gap])[2] == (BOTH if is_open else set())


def test_a_member_account_knows_of_rules_what_others_tell() -> None:
    held = [delivering(), bucket(), MEMBER, group()]
    refused = list(REFUSED.values())
    assert asked(*held, gaps=refused)[2] == BOTH
    assert asked(*held, told(), gaps=refused)[2] == set()
    assert asked(*held, told(complete=False), gaps=refused)[2] == BOTH
    assert asked(*held, told(organization="o-2"), gaps=refused)[2] == BOTH
    found = asked(*held, told((rule(), "Healthy"), complete=False), gaps=refused)
    assert found == ({ARCHIVE}, {ARCHIVE}, BOTH)
    lone = made(MEMBER.type, OWN, {"InOrganization": False})
    assert asked(delivering(), bucket(), lone, group(), gaps=refused)[2] == set()


def test_who_tells_rules_of_the_organization_is_of_it() -> None:
    other = "222233334444"
    teller = made(TOLD, other, {"AccountId": other, "OrganizationId": "o-1", "IsComplete": True, "Rules": []})
    held = [delivering(), bucket(), MEMBER, group(), subscription(DestinationArn=destination(other))]
    assert asked(*held, told()) == ({other}, set(), {"siblings"})
    assert asked(*held, teller) == ({other}, {other}, set())


def test_each_trail_is_a_source_with_its_ends_and_their_classes() -> None:
    held = [
        delivering(),
        group(),
        subscription(DestinationArn=STREAM_ARN),
        stream("third"),
        bucket(),
        MEMBER,
        trail("old", "archive", IsLogging=False),
        told(),
    ]
    others = [
        made("Auditor::S3::OtherBucket", name, {"BucketName": name, "AccountId": OWNERS[name], "OrganizationId": of})
        for name, of in (("archive", "o-1"), ("third", "o-2"))
    ]
    by_type: dict[str, list[Resource]] = {}
    for each in (*held, *others):
        by_type.setdefault(each.type, []).append(each)
    value: Any = FACT.compute(made(ACCOUNT, OWN, {}), ScopeView(by_type, {})).value
    shown = {
        source["source"]: [(end["kind"], end["name"], end["class"], end["complete"]) for end in source["ends"]]
        for source in value["sources"]
    }
    assert shown == {
        "t": [
            ("bucket", "own", "own", True),
            ("group", "trail", "own", True),
            ("stream", "deliverystream/logs", "own", True),
            ("bucket", "third", "foreign", True),
        ],
        "old": [("bucket", "archive", "archive", False)],
    }
    assert {source["evidence"]["id"] for source in value["sources"]} == {each.id for each in by_type[TRAIL]}
