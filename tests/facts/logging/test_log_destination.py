"""log.destination: random accounts with trails and buckets against a plain walk along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.attach import ScopeView
from auditor.facts.logging.coverage import ACCOUNT, BUCKET, MEMBERSHIP
from auditor.facts.logging.destination import FACT, OTHER
from auditor.facts.logging.recorders import TRAIL
from auditor.model import Gap, Hidden, Reason, Resource

OWN, ARCHIVE, THIRD = "111122223333", "444455556666", "777788889999"
HIDDEN = Hidden(Reason.DENIED, "refused")
# the buckets that exist, and their owners; "lost" is in no account of the snapshot
OWNERS = {"own": OWN, "archive": ARCHIVE, "third": THIRD}
ENCRYPTED_TOO = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
LEFT_OUT = {"SseKmsEncryptedObjects": {"Status": "Disabled"}}
ORGANIZATIONS = {OWN: "o-1", ARCHIVE: "o-1", THIRD: "o-2"}


def made(type: str, name: str, properties: dict[str, Any]) -> Resource:
    return Resource(type, name, OWN, None, name, f"arn:aws:x:::{name}", properties)


def trail(name: str, bucket: Any, **flags: Any) -> Resource:
    return made(TRAIL, name, {"S3BucketName": bucket, "IsLogging": True, "IsMultiRegionTrail": True} | flags)


def bucket(*rules: Any) -> Resource:
    return made(BUCKET, "own", {"ReplicationConfiguration": {"Rules": list(rules)}} if rules else {})


def rule(target: str, **more: Any) -> dict[str, Any]:
    return {"Status": "Enabled", "Destination": {"Bucket": f"arn:aws:s3:::{target}"}} | more


OTHERS = tuple(
    made(OTHER, name, {"BucketName": name, "AccountId": owner, "OrganizationId": ORGANIZATIONS[owner]})
    for name, owner in OWNERS.items()
    if owner != OWN
)
MEMBER = made(MEMBERSHIP, OWN, {"InOrganization": True, "OrganizationId": "o-1", "ManagementAccountId": "1"})


def asked(*resources: Resource, gaps: Sequence[Gap] = ()) -> tuple[set[str], set[str], set[str]]:
    """The accounts outside, the siblings, and the lists that are not known whole."""
    by_type: dict[str, list[Resource]] = {}
    for each in (*OTHERS, *resources):
        by_type.setdefault(each.type, []).append(each)
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    derived = FACT.compute(made(ACCOUNT, OWN, {}), ScopeView(by_type, by_gap))
    value: Any = derived.value
    unknown = {str(one.path[0]) for one in derived.unknown}
    return {end["account"] for end in value["outside"]}, set(value["siblings"]), unknown


def walked(trails: Sequence[dict[str, Any]], rules: Sequence[dict[str, Any]], is_broken: bool = False) -> Any:
    """`is_broken`: the canary, to which a stopped trail and a rule that is off are as good as others."""
    reached: set[str] = set()
    for one in trails:
        if not is_broken and not (one["IsLogging"] and one["IsMultiRegionTrail"]):
            continue
        reached.add(one["S3BucketName"])
        for each in rules if one["S3BucketName"] == "own" else ():
            takes = "KMSKeyId" not in one or each.get("SourceSelectionCriteria") == ENCRYPTED_TOO
            is_whole = not each.get("Prefix") and not any((each.get("Filter") or {}).values())
            if is_broken or (each["Status"] == "Enabled" and is_whole and takes):
                reached.add(each["Destination"]["Bucket"].split(":")[-1])
    outside = {OWNERS[name] for name in reached if name in OWNERS} - {OWN}
    siblings = {account for account in outside if ORGANIZATIONS[account] == "o-1"}
    return outside, siblings, {"outside", "siblings"} if "lost" in reached else set()


names = st.sampled_from(["own", "archive", "third", "lost"])
trails = st.lists(
    st.fixed_dictionaries(
        {"S3BucketName": names, "IsLogging": st.booleans(), "IsMultiRegionTrail": st.booleans()},
        optional={"KMSKeyId": st.just("key")},
    ),
    max_size=3,
)
rules = st.lists(
    st.builds(
        lambda target, status, more, criteria: rule(target, Status=status, **more, **criteria),
        names,
        st.sampled_from(["Enabled", "Enabled", "Disabled"]),
        st.sampled_from([{}, {"Prefix": ""}, {"Prefix": "x"}, {"Filter": {}}, {"Filter": {"Prefix": ""}}])
        | st.sampled_from([{"Filter": {"Prefix": "x"}}, {"Filter": {"Tag": {"Key": "k", "Value": "v"}}}]),
        st.sampled_from([{}, {"SourceSelectionCriteria": ENCRYPTED_TOO}, {"SourceSelectionCriteria": LEFT_OUT}]),
    ),
    max_size=3,
)


def computed(listed: Sequence[dict[str, Any]], replicated: Sequence[dict[str, Any]]) -> Any:
    recorders = [trail(f"t{n}", each["S3BucketName"], **each) for n, each in enumerate(listed)]
    return asked(*recorders, bucket(*replicated), MEMBER)


@settings(max_examples=200, deadline=None)
@given(trails, rules)
def test_logs_end_where_a_walk_along_them_ends(listed: list[dict[str, Any]], replicated: list[dict[str, Any]]) -> None:
    assert computed(listed, replicated) == walked(listed, replicated)


def test_the_walk_would_notice_a_stopped_trail_that_counts() -> None:
    stopped = [{"S3BucketName": "archive", "IsLogging": False, "IsMultiRegionTrail": True}]
    assert computed(stopped, []) != walked(stopped, [], is_broken=True)


def test_canary() -> None:
    assert asked(trail("t", "archive"), MEMBER) == ({ARCHIVE}, {ARCHIVE}, set())


BOTH = {"outside", "siblings"}


@pytest.mark.parametrize("flags", [{"IsLogging": HIDDEN}, {"IsMultiRegionTrail": HIDDEN}, {"S3BucketName": HIDDEN}])
def test_a_hidden_part_of_a_trail_leaves_both_open(flags: dict[str, Any]) -> None:
    assert asked(trail("t", "archive", **flags), MEMBER) == (set(), set(), BOTH)
    assert asked(trail("t", "archive", **flags), trail("u", "archive"), MEMBER) == ({ARCHIVE}, {ARCHIVE}, BOTH)


@pytest.mark.parametrize(
    "hidden",
    [
        HIDDEN,
        rule("archive", Status=HIDDEN),
        rule("archive", Prefix=HIDDEN),
        rule("archive", Filter=HIDDEN),
        rule("archive", Destination=HIDDEN),
        rule("archive", Destination={"Bucket": HIDDEN}),
        rule("archive", Destination={"Bucket": "arn:aws:s3:::archive", "Account": HIDDEN}),
    ],
)
def test_a_hidden_part_of_a_replication_leaves_both_open(hidden: Any) -> None:
    assert asked(trail("t", "own"), bucket(hidden), MEMBER) == (set(), set(), BOTH)


@pytest.mark.parametrize(
    ("key", "criteria", "is_open"),
    [
        (HIDDEN, {}, True),
        (HIDDEN, {"SourceSelectionCriteria": ENCRYPTED_TOO}, False),
        ("key", {"SourceSelectionCriteria": HIDDEN}, True),
        ("key", {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": HIDDEN}}}, True),
    ],
)
def test_a_hidden_key_is_open_unless_the_rule_takes_all(key: Any, criteria: dict[str, Any], is_open: bool) -> None:
    found = asked(trail("t", "own", KMSKeyId=key), bucket(rule("archive", **criteria)), MEMBER)
    assert found == ((set(), set(), BOTH) if is_open else ({ARCHIVE}, {ARCHIVE}, set()))


@pytest.mark.parametrize("type", [TRAIL, BUCKET])
def test_a_list_that_was_refused_leaves_both_open(type: str) -> None:
    gap = Gap(OWN, None, type, None, (), Reason.DENIED, "refused")
    assert asked(trail("t", "lost"), MEMBER, gaps=[gap]) == (set(), set(), BOTH)


def test_only_a_known_organization_makes_siblings() -> None:
    refused = Gap(OWN, None, MEMBERSHIP, None, (), Reason.DENIED, "refused")
    lone = made(MEMBERSHIP, OWN, {"InOrganization": False})
    assert asked(trail("t", "archive"), gaps=[refused]) == ({ARCHIVE}, set(), {"siblings"})
    assert asked(trail("t", "archive"), lone) == ({ARCHIVE}, set(), set())
    stated = rule("elsewhere", Destination={"Bucket": "arn:aws:s3:::elsewhere", "Account": "2"})
    assert asked(trail("t", "own"), bucket(stated), MEMBER) == ({"2"}, set(), {"siblings"})
