"""backup.coverage against a brute force over every store, selection and rule, and with parts hidden."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.attach import ScopeView, attach
from auditor.facts.backup import coverage, selection
from auditor.facts.backup.coverage import FACT, REGION
from auditor.facts.backup.plans import PLAN, SELECTION, VAULT
from auditor.facts.backup.stores import INSTANCE, SETTINGS
from auditor.facts.iam.logic import T
from auditor.model import Gap, Hidden, Json, Reason, Resource
from auditor.snapshot import plant

ACCOUNT, HERE = "111122223333", "eu-west-1"
VOLUME, TABLE, CLUSTER = "AWS::EC2::Volume", "AWS::DynamoDB::Table", "AWS::RDS::DBCluster"
ARNS = {
    VOLUME: f"arn:aws:ec2:{HERE}:{ACCOUNT}:volume/",
    TABLE: f"arn:aws:dynamodb:{HERE}:{ACCOUNT}:table/",
    CLUSTER: f"arn:aws:rds:{HERE}:{ACCOUNT}:cluster:",
}
OPT_IN = {VOLUME: "EBS", TABLE: "DynamoDB", CLUSTER: "Aurora"}
KIND = {VOLUME: "ebs", TABLE: "dynamodb", CLUSTER: "rds"}


def resource(type: str, name: str, properties: Json, tags: dict[str, str] | None = None) -> Resource:
    arn = ARNS.get(type, f"{type}/") + name
    return Resource(type, arn, ACCOUNT, HERE, name, arn, properties, tags or {})


def view_of(held: Sequence[Resource], gaps: Sequence[Gap] = ()) -> ScopeView:
    by_type: dict[str, list[Resource]] = {}
    for each in held:
        own = [gap for gap in gaps if gap.id == each.id and gap.path]
        by_type.setdefault(each.type, []).append(plant(each, own))
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    return ScopeView(by_type, by_gap)


def facts(held: Sequence[Resource], gaps: Sequence[Gap] = ()) -> tuple[dict[str, Any], set[str]]:
    """The fact of the region, and the parts of it that have a gap."""
    return fact_of(resource(REGION, HERE, {"RegionName": HERE}), view_of(held, gaps))


def fact_of(one: Resource, view: ScopeView) -> tuple[dict[str, Any], set[str]]:
    made, found = attach(one, [FACT], view)
    return dict(made.facts["backup.coverage"]), {"/".join(map(str, gap.path[2:])) for gap in found}


names = st.sampled_from(["a", "ab", "b"])
tags = st.dictionaries(st.sampled_from(["tier", "team"]), st.sampled_from(["gold", "golden", "x"]), max_size=2)
types = st.sampled_from([VOLUME, TABLE, CLUSTER])
patterns = st.sampled_from(
    [
        *("*", "arn:aws:ec2:*", "arn:aws:ec2:*:*:volume/*", "arn:aws:rds:*:*:cluster:*", "arn:aws:dynamodb:*"),
        *(f"{ARNS[VOLUME]}a", f"{ARNS[VOLUME]}a*", f"{ARNS[TABLE]}b", "arn:aws:ec2:us-east-1:*:volume/*"),
    ]
)
conditions = st.fixed_dictionaries(
    {
        "ConditionKey": st.sampled_from(["aws:ResourceTag/tier", "aws:ResourceTag/team"]),
        "ConditionValue": st.sampled_from(["gold", "gold*", "x"]),
    }
)
operators = st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"])
bodies = st.fixed_dictionaries(
    {},
    optional={
        "Resources": st.lists(patterns, max_size=2),
        "NotResources": st.lists(patterns, max_size=1),
        "ListOfTags": st.lists(conditions.map(lambda one: {"ConditionType": "STRINGEQUALS", **one}), max_size=2),
        "Conditions": st.dictionaries(operators, st.lists(conditions, min_size=1, max_size=2), max_size=2),
    },
)
copies = st.fixed_dictionaries(
    {"DestinationBackupVaultArn": st.sampled_from(["arn:far", "arn:near"])},
    optional={"Lifecycle": st.sampled_from([{"DeleteAfterDays": 9}, {"DeleteAfterDays": -1}, {}])},
)
rules = st.fixed_dictionaries(
    {"TargetBackupVault": st.sampled_from(["there", "gone"])},
    optional={
        "ScheduleExpression": st.sampled_from(["cron(0 5 ? * * *)", "cron(0 5 ? * SUN *)", "cron(0 5 30 2 ? *)"]),
        "Lifecycle": st.sampled_from([{"DeleteAfterDays": 7}, {"DeleteAfterDays": 50}, {}]),
        "EnableContinuousBackup": st.booleans(),
        "CopyActions": st.lists(copies, max_size=2),
    },
)


@st.composite
def accounts(draw: st.DrawFn) -> list[Resource]:
    made = [resource(VAULT, "there", {"BackupVaultName": "there"})]
    opted = draw(st.fixed_dictionaries({name: st.booleans() for name in OPT_IN.values()}))
    made.append(resource(SETTINGS, HERE, {"ResourceTypeOptInPreference": opted}))
    for type, name in draw(st.lists(st.tuples(types, names), max_size=3, unique=True)):
        made.append(resource(type, name, {"Engine": "aurora-mysql"} if type == CLUSTER else {}, draw(tags)))
    for plan in range(draw(st.integers(0, 2))):
        listed = [{"RuleName": f"r{n}", **rule} for n, rule in enumerate(draw(st.lists(rules, max_size=2)))]
        body = {"BackupPlanRule": listed}
        made.append(resource(PLAN, f"p{plan}", {"BackupPlanId": f"p{plan}", "BackupPlan": body}))
        for number, chosen in enumerate(draw(st.lists(bodies, max_size=2))):
            properties = {"BackupPlanId": f"p{plan}", "BackupSelection": chosen}
            made.append(resource(SELECTION, f"p{plan}-{number}", properties))
    return made


def is_assigned(store: Resource, body: Json, opted: Json) -> bool:
    """The page of BackupSelection, sentence by sentence."""
    is_in = bool(opted[OPT_IN[store.type]])
    named = [pattern for pattern in body.get("Resources", ()) if fnmatch.fnmatchcase(store.arn, pattern)]
    explicit = any(pattern.startswith("arn:") and pattern.count(":") >= 5 for pattern in named)
    wanted = body.get("ListOfTags", ())
    tagged = any(store.tags.get(one["ConditionKey"].split("/")[1]) == one["ConditionValue"] for one in wanted)
    chosen = bool(named) or tagged or (not body.get("Resources") and not wanted)
    if not chosen or not (is_in or explicit and store.type != CLUSTER):
        return False
    if any(fnmatch.fnmatchcase(store.arn, pattern) for pattern in body.get("NotResources", ())):
        return False
    for operator, listed in body.get("Conditions", {}).items():
        for one in listed:
            value = store.tags.get(one["ConditionKey"].split("/")[1])
            like = "Like" in operator
            wanted = one["ConditionValue"]
            met = value is not None and (fnmatch.fnmatchcase(value, wanted) if like else value == wanted)
            if met == ("Not" in operator):
                return False
    return True


def plans_over(one: Resource, held: Sequence[Resource]) -> list[Any]:
    """What the fact of a store is to say, rule by rule and in the order of the selections."""
    (opted,) = (each.properties["ResourceTypeOptInPreference"] for each in held if each.type == SETTINGS)
    plans = {each.name: each for each in held if each.type == PLAN}
    found = []
    for each in held:
        if each.type != SELECTION or not is_assigned(one, each.properties["BackupSelection"], opted):
            continue
        plan = plans[each.properties["BackupPlanId"]]
        rows = []
        for rule in plan.properties["BackupPlan"]["BackupPlanRule"]:
            if rule["TargetBackupVault"] == "gone" or " 30 2 " in rule.get("ScheduleExpression", ""):
                continue
            days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
            if rule.get("EnableContinuousBackup"):
                days = min(days or 35, 35)
            copied = [
                (one["DestinationBackupVaultArn"], one.get("Lifecycle", {}).get("DeleteAfterDays", -1))
                for one in rule.get("CopyActions", ())
            ]
            hours = 168.0 if "SUN" in rule.get("ScheduleExpression", "") else 24.0
            name, is_continuous = rule["RuleName"], bool(rule.get("EnableContinuousBackup"))
            rows.append(
                (name, hours, days, is_continuous, "there", [(vault, n if n > 0 else None) for vault, n in copied])
            )
        found.append((plan.arn, each.id, rows))
    return found


def expected(held: Sequence[Resource]) -> set[tuple[str, str, str, float, int | None]]:
    return {
        (KIND[one.type], plan, rule, hours, days)
        for one in held
        if one.type in KIND
        for plan, _, rows in plans_over(one, held)
        for rule, hours, days, *_ in rows
    }


def told(value: dict[str, Any]) -> list[Any]:
    """The fact of a store in the same words."""
    return [
        (
            plan["plan"],
            plan["selection"],
            [
                (
                    *(rule["rule"], rule["gap_hours"], rule.get("retain_days"), rule["continuous"], rule["vault"]),
                    [(copy["vault"], copy.get("retain_days")) for copy in rule["copies"]],
                )
                for rule in plan["rules"]
            ],
        )
        for plan in value["plans"]
    ]


def published(value: dict[str, Any]) -> set[tuple[str, str, str, float, int | None]]:
    rows = value["saved"]
    assert all(("forever" in row) != ("retain_days" in row) for row in rows)
    return {(row["kind"], row["plan"], row["rule"], row["gap_hours"], row.get("retain_days")) for row in rows}


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_what_is_seen_in_full_is_what_brute_force_says(held: list[Resource]) -> None:
    value, unknown = facts(held)
    assert published(value) == expected(held)
    assert set(value["held"]) == {KIND[each.type] for each in held if each.type in KIND}
    assert unknown == set()
    assert value["plans"] == sum(each.type == PLAN for each in held)
    stores = [each for each in held if each.type in KIND]
    assert value["assigned"] == sum(bool(plans_over(one, held)) for one in stores)
    view = view_of(held)
    for one in stores:
        own, doubts = fact_of(one, view)
        assert (told(own), doubts) == (plans_over(one, held), set())


def hiding(resource: Resource, path: tuple[Any, ...] = ()) -> Gap:
    return Gap(ACCOUNT, HERE, resource.type, resource.id, path, Reason.DENIED, "hidden")


def parts(held: Sequence[Resource]) -> list[Gap]:
    """Everything that can be hidden: lists, tags, and the members of plans and selections."""
    found = [Gap(ACCOUNT, HERE, type, None, (), Reason.DENIED, "hidden") for type in (*KIND, PLAN, SELECTION, VAULT)]
    for each in held:
        if each.type in KIND:
            found.append(hiding(each, ("tags",)))
        elif each.type in (PLAN, SELECTION, SETTINGS):
            found += [hiding(each, path) for path in places(each.properties)]
    return found


def places(node: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below: list[Any] = list(node.items()) if isinstance(node, dict) else []
    below = list(enumerate(node)) if isinstance(node, list) else below
    return [place for key, value in below for place in ((*path, key), *places(value, (*path, key)))]


@settings(max_examples=150, deadline=None)
@given(accounts(), st.data())
def test_what_is_hidden_only_takes_certainty_away(held: list[Resource], data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(parts(held)), min_size=1, max_size=2, unique=True))
    unlisted = {gap.type for gap in gaps if gap.id is None}
    seen = [each for each in held if each.type not in unlisted]
    value, unknown = facts(seen, gaps)
    assert published(value) <= expected(held)
    if published(value) != expected(held):
        assert "saved" in unknown
    if set(value["held"]) != {KIND[each.type] for each in held if each.type in KIND}:
        assert any(part.startswith("held/") for part in unknown)
    stores = [each for each in held if each.type in KIND]
    for name, number in (
        ("plans", sum(each.type == PLAN for each in held)),
        ("assigned", sum(bool(plans_over(one, held)) for one in stores)),
    ):
        assert value[name] == number if name in value else name in unknown
    view = view_of(seen, gaps)
    for one in (each for each in stores if each in seen):
        own, doubts = fact_of(plant(one, [gap for gap in gaps if gap.id == one.id and gap.path]), view)
        truly = plans_over(one, held)
        if told(own) != truly:
            assert doubts & {"plans", "plans/*/rules/*/copies"}
        for plan, chosen, rows in told(own):
            (rest,) = (rest for p, c, rest in truly if (p, c) == (plan, chosen))
            assert {row[:5] for row in rows} <= {row[:5] for row in rest}
            assert all(copy in [copy for row in rest for copy in row[5]] for row in rows for copy in row[5])


def test_a_hidden_selection_is_a_gap_that_says_why() -> None:
    volume = resource(VOLUME, "a", {})
    plan = resource(PLAN, "p", {"BackupPlanId": "p", "BackupPlan": {"BackupPlanRule": [{"TargetBackupVault": "v"}]}})
    chosen = resource(SELECTION, "s", {"BackupPlanId": "p", "BackupSelection": Hidden(Reason.DENIED, "backup:Get")})
    vault = resource(VAULT, "v", {})
    view = ScopeView({VOLUME: [volume], PLAN: [plan], SELECTION: [chosen], VAULT: [vault]}, {})
    derived = FACT.compute(resource(REGION, HERE, {}), view)
    assert [(one.path, one.detail) for one in derived.unknown] == [
        (("saved",), "backup:Get"),
        (("assigned",), "backup:Get"),
    ]


def test_the_oracle_notices_conditions_that_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    unwanted = {"StringNotEquals": [{"ConditionKey": "aws:ResourceTag/tier", "ConditionValue": "x"}]}
    rule = {"RuleName": "r", "TargetBackupVault": "there"}
    held = [
        resource(VOLUME, "a", {}, {"tier": "x"}),
        resource(VAULT, "there", {}),
        resource(SETTINGS, HERE, {"ResourceTypeOptInPreference": dict.fromkeys(OPT_IN.values(), True)}),
        resource(PLAN, "p", {"BackupPlanId": "p", "BackupPlan": {"BackupPlanRule": [rule]}}),
        resource(
            SELECTION, "s", {"BackupPlanId": "p", "BackupSelection": {"Resources": ["*"], "Conditions": unwanted}}
        ),
    ]
    assert published(facts(held)[0]) == expected(held) == set()
    monkeypatch.setattr(selection, "_conditions", lambda conditions, store: T)
    assert published(facts(held)[0]) != expected(held)


def test_a_member_is_saved_with_its_cluster() -> None:
    rule = {"RuleName": "r", "TargetBackupVault": "there"}
    cluster = resource(CLUSTER, "shop", {"Engine": "aurora-mysql"})
    member = resource(INSTANCE, "one", {"DBClusterIdentifier": "shop"})
    held = [
        cluster,
        resource(VAULT, "there", {"BackupVaultName": "there"}),
        resource(SETTINGS, HERE, {"ResourceTypeOptInPreference": dict.fromkeys(OPT_IN.values(), True)}),
        resource(PLAN, "p", {"BackupPlanId": "p", "BackupPlan": {"BackupPlanRule": [rule]}}),
        resource(SELECTION, "s", {"BackupPlanId": "p", "BackupSelection": {"Resources": [cluster.arn]}}),
    ]
    assert told(fact_of(member, view_of([*held, member]))[0]) == plans_over(cluster, held) != []
    assert fact_of(member, view_of([member])) == ({}, {"plans"})


def test_in_a_template_a_plan_may_stand_elsewhere() -> None:
    volume = resource(VOLUME, "a", {})
    assert fact_of(volume, ScopeView({VOLUME: [volume]}, {}, is_closed=False)) == ({"plans": []}, {"plans"})


@pytest.mark.parametrize("are_tags_seen", [True, False])
def test_no_store_is_held_against_every_selection(are_tags_seen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 plans that take one tag, one resource or one prefix each, and 2,000 stores."""
    asked = 0

    def counted(chosen: selection.Selection, store: selection.Store) -> Any:
        nonlocal asked
        asked += 1
        return selection.assigns(chosen, store)

    monkeypatch.setattr(coverage, "assigns", counted)
    rule = {"RuleName": "r", "TargetBackupVault": "there"}
    held = [
        resource(VAULT, "there", {"BackupVaultName": "there"}),
        resource(SETTINGS, HERE, {"ResourceTypeOptInPreference": dict.fromkeys(OPT_IN.values(), True)}),
    ]
    for number in range(300):
        name = f"p{number}"
        held.append(resource(PLAN, name, {"BackupPlanId": name, "BackupPlan": {"BackupPlanRule": [rule]}}))
        tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "plan", "ConditionValue": name}
        for part, body in enumerate(
            [
                {"ListOfTags": [tag]},
                {"Resources": [f"{ARNS[VOLUME]}{number}"]},
                {"Resources": [f"{ARNS[VOLUME]}{number}-*"]},
            ]
        ):
            held.append(resource(SELECTION, f"{name}-{part}", {"BackupPlanId": name, "BackupSelection": body}))
    stores = [resource(VOLUME, str(n), {}, {"plan": f"p{n}"}) for n in range(2000)]
    gaps = [] if are_tags_seen else [hiding(one, ("tags",)) for one in stores]
    view = view_of([*held, *stores], gaps)
    value, unknown = fact_of(resource(REGION, HERE, {}), view)
    assert (len(value["saved"]), value["plans"], unknown) == (300, 300, set() if are_tags_seen else {"assigned"})
    for one in stores:
        fact_of(one, view)
    assert asked < 6 * len(stores)


@pytest.mark.parametrize(
    ("body", "plans", "unknown"),
    [
        ({"Resources": [f"{ARNS[VOLUME]}a"]}, 0, {"plans"}),
        ({"Resources": [f"{ARNS[VOLUME]}⟨V⟩"]}, 1, set()),
        ({"Resources": [f"{ARNS[VOLUME]}*"]}, 1, set()),
        ({"Resources": ["*"], "NotResources": [f"{ARNS[VOLUME]}a"]}, 0, {"plans"}),
    ],
)
def test_a_name_that_is_only_a_symbol_may_be_any(body: Json, plans: int, unknown: set[str]) -> None:
    rule = {"RuleName": "r", "TargetBackupVault": "there"}
    volume = resource(VOLUME, "⟨V⟩", {})
    held = [
        volume,
        resource(VAULT, "there", {"BackupVaultName": "there"}),
        resource(SETTINGS, HERE, {"ResourceTypeOptInPreference": dict.fromkeys(OPT_IN.values(), True)}),
        resource(PLAN, "p", {"BackupPlanId": "p", "BackupPlan": {"BackupPlanRule": [rule]}}),
        resource(SELECTION, "s", {"BackupPlanId": "p", "BackupSelection": body}),
    ]
    value, doubts = fact_of(volume, view_of(held))
    assert (len(value["plans"]), doubts) == (plans, unknown)
