"""Frameworks: complete lists that agree with the policies, how each control stands, own frameworks, profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import policy

from auditor.catalogue import frameworks, parameters, profiles
from auditor.compliance import Judged, Run, assess
from auditor.errors import UsageError
from auditor.model import Pack, Policy, PolicyCount
from auditor.model.framework import Control, ControlResult, Framework, Standing

# as the benchmarks number them: section -> how many
CIS_7 = {"2.1": 6, "3.1": 4, "3.2": 4, "3.3": 1, "4": 10, "5": 16, "6.1": 2}
CIS_6 = {"2": 21, "3.1": 4, "3.2": 4, "3.3": 1, "4": 9, "5": 16, "6.1": 2}


@pytest.fixture(scope="module")
def pack(opa: str) -> Pack:
    from auditor.cli import session
    from auditor.config import Config

    return session.load_pack(Config(), opa)


def numbered(sections: dict[str, int]) -> set[str]:
    return {f"{section}.{n}" for section, most in sections.items() for n in range(1, most + 1)}


def test_no_recommendation_of_the_benchmarks_is_missing() -> None:
    seven = numbered(CIS_7) | {f"2.{n}" for n in range(2, 22)} | {f"6.{n}" for n in range(2, 9)}
    six = numbered(CIS_6) | {f"6.{n}" for n in range(2, 8)}
    assert set(frameworks.listing("cis_aws_7_0").controls) == seven and len(seven) == 70
    assert set(frameworks.listing("cis_aws_6_0").controls) == six and len(six) == 63


@pytest.mark.parametrize("name", frameworks.BUILTIN)
def test_the_controls_stand_in_order(name: str) -> None:
    ids = list(frameworks.listing(name).controls)

    def place(id: str) -> list[tuple[str, int]]:
        return [("", int(part)) if part.isdigit() else (part.lower(), 0) for part in id.split(".")]

    assert ids == sorted(ids, key=place)


@pytest.mark.parametrize("name", frameworks.BUILTIN)
def test_a_policy_names_no_control_that_is_not_there(name: str, pack: Pack) -> None:
    """A control that the list lacks would be silently missing from the report."""
    held = frameworks.listing(name)
    known = {*held.controls, *held.elsewhere}
    named = {control for policy in pack.policies for control in policy.controls.get(name, ())}
    assert named - known == set()
    assert not set(held.controls) & set(held.elsewhere)
    assert {name for policy in pack.policies for name in policy.controls} <= set(frameworks.BUILTIN)


def test_an_unknown_framework_names_the_nearest() -> None:
    with pytest.raises(UsageError, match='no framework "cis_aws_70" \\(did you mean "cis_aws_7_0"\\?\\)'):
        frameworks.listing("cis_aws_70")


# --- how a control stands ---------------------------------------------------------------------------------------


def stands(
    judged: dict[str, PolicyCount],
    policies: tuple[str, ...] = ("a",),
    incomplete: tuple[str, ...] = (),
    kind: str = "live",
    **control: Any,
) -> ControlResult:
    rows = {id: Judged(counts, {"111122223333": counts}, {"days": 90}) for id, counts in judged.items()}
    run = Run(kind, "2026-11-22T20:00:00Z", ("111122223333",), rows, incomplete)
    framework = Framework("f", "F", "", (Control("1", "One", policies=policies, **control),))
    (result,) = assess(
        framework, run, [policy(id="template", applies="template"), policy(id="live", applies="live")]
    ).results
    return result


PASSED, FAILED, UNKNOWN = PolicyCount(passed=2), PolicyCount(passed=1, failed=1), PolicyCount(passed=3, unknown=1)
NOTHING = PolicyCount()


@pytest.mark.parametrize(
    ("standing", "result"),
    [
        (Standing.PASS, stands({"a": PASSED})),
        (Standing.PASS, stands({"a": PASSED}, rest="somebody may look")),
        (Standing.PASS, stands({"a": PASSED, "b": NOTHING}, ("a", "b"))),
        (Standing.FAIL, stands({"a": FAILED})),
        (Standing.FAIL, stands({"a": FAILED, "b": UNKNOWN}, ("a", "b", "c"), incomplete=("an account",))),
        (Standing.UNKNOWN, stands({"a": UNKNOWN})),
        (Standing.UNKNOWN, stands({"a": PolicyCount(passed=1, accepted=1)})),
        (Standing.UNKNOWN, stands({"a": PASSED}, ("a", "b"))),  # b gave no evidence
        (Standing.UNKNOWN, stands({"a": PASSED}, incomplete=("an account could not be judged",))),
        (Standing.UNKNOWN, stands({"a": NOTHING}, incomplete=("an account could not be judged",))),
        (Standing.UNKNOWN, stands({"a": PASSED, "b": PASSED}, ("a", "b"), parameters={"a": {"days": 30}})),
        (Standing.NO_RESOURCES, stands({"a": NOTHING})),
        (Standing.NOT_COVERED, stands({}, ())),
        (Standing.NOT_COVERED, stands({}, ("a",), how="manual")),  # a policy is there, and did not run
        (Standing.NOT_COVERED, stands({"a": PASSED}, parameters={"a": {"days": 30}})),
        (Standing.PERSON, stands({}, (), how="manual")),
        (Standing.PERSON, stands({"a": PASSED}, how="manual", rest="whether it is current")),
        (Standing.PERSON, stands({"a": PolicyCount(waived=1)})),
        (Standing.PASS, stands({"a": PASSED}, ("a", "template"))),  # of an account only an account is evidence
        (Standing.UNKNOWN, stands({"a": PASSED}, ("a", "live"), kind="template")),
        (Standing.NOT_COVERED, stands({}, ("template",))),
        (Standing.PASS, stands({"a": PASSED}, how="manual", otherwise="a tool of their own")),
        (Standing.PASS, stands({"a": PASSED}, how="manual")),  # the policies prove all of it
        (Standing.PASS, stands({"a": PASSED}, parameters={"a": {"days": 90}})),
    ],
)
def test_standing(standing: Standing, result: ControlResult) -> None:
    assert result.standing is standing


counts = st.builds(PolicyCount, *[st.integers(0, 3)] * 5)


@given(st.lists(counts, min_size=1, max_size=4), st.booleans())
def test_pass_needs_every_verdict_and_sums_add_up(rows: list[PolicyCount], whole: bool) -> None:
    names = tuple(f"p{n}" for n in range(len(rows)))
    incomplete = () if whole else ("an account",)
    result = stands(dict(zip(names, rows, strict=True)), names, incomplete)
    assert result.counts.failed == sum(row.failed for row in rows)
    assert result.accounts["111122223333"] == result.counts
    assert (result.standing is Standing.FAIL) == any(row.failed for row in rows)
    if result.standing is Standing.PASS:
        assert whole and not any(row.unknown or row.accepted for row in rows)


# --- own frameworks ---------------------------------------------------------------------------------------------

OWN = """\
name: acme
title: ACME
controls:
  1.10:
    title: Keys are young
    policies: [iam-access-key-rotated]
    parameters: {iam-access-key-rotated: {max_days: 30}}
  1.1: {title: Somebody looks, how: manual}
"""


def own(tmp_path: Path, text: str, pack: Pack) -> Framework:
    (tmp_path / "own.yaml").write_text(text)
    return frameworks.own(tmp_path / "own.yaml", pack.policies)


def test_own_framework(tmp_path: Path, pack: Pack) -> None:
    framework = own(tmp_path, OWN, pack)
    assert [control.id for control in framework.controls] == ["1.10", "1.1"]  # texts, in the order of the file
    assert framework.policies == {"iam-access-key-rotated"}
    layers = [parameters.framework_layer("acme", frameworks.settings(framework))]
    value = parameters.effective(pack.policies, layers)["iam_access_key_rotated"]["max_days"]
    assert (value.value, value.origin) == (30, "framework acme")


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        (
            "[iam-access-key-rotated]",
            "[iam-access-key-rotate]",
            'no policy "iam-access-key-rotate" (did you mean "iam-',
        ),
        ("max_days: 30", "max_day: 30", 'has no parameter "max_day" (did you mean "max_days"?)'),
        ("max_days: 30", "max_days: many", 'iam-access-key-rotated.max_days = "many": must be of type integer'),
        ("policies: [iam", "polices: [iam", "unknown field `polices`"),
        ("  1.1:", "  1.10:", 'the key "1.10" stands there twice'),
        ("how: manual", "how: slowly", "Invalid enum value 'slowly'"),
        ("controls:", "controls: [", "no valid YAML"),
        ("{title: Somebody looks, how: manual}", "\n    title: x\n    parameters: {a: {b: 1}}", "none of its policies"),
        (
            "{title: Somebody looks, how: manual}",
            "\n    title: x\n    policies: [iam-access-key-rotated]\n    parameters: "
            "{iam-access-key-rotated: {max_days: 60}}",
            "controls 1.10 and 1.1 ask for different values of iam-access-key-rotated.max_days",
        ),
    ],
)
def test_own_framework_that_is_wrong(wrong: str, right: str, message: str, tmp_path: Path, pack: Pack) -> None:
    assert wrong in OWN
    with pytest.raises(UsageError) as error:
        own(tmp_path, OWN.replace(wrong, right, 1), pack)
    assert message in str(error.value) and "own.yaml" in str(error.value)


def test_the_published_schema_accepts_and_refuses_what_the_tool_does() -> None:
    schema = frameworks.schema()
    good: dict[str, Any] = {"name": "acme", "title": "ACME", "controls": {"1": {"title": "One", "policies": ["a"]}}}
    jsonschema.validate(good, schema)
    msgspec.convert(good, frameworks.OwnFramework)
    for bad in ({**good, "controls": {"1": {"titel": "One"}}}, {"name": "acme"}, {**good, "extra": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, frameworks.OwnFramework)


# --- profiles ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", profiles.PROFILES)
def test_every_profile_fits_the_pack_and_changes_something(name: str, pack: Pack) -> None:
    settings = profiles.settings(name)
    values = parameters.effective(pack.policies, [parameters.profile_layer(name, settings)])
    by_id: dict[str, Policy] = {policy.id: policy for policy in pack.policies}
    for id, row in settings.items():
        for parameter, value in row.items():
            assert values[by_id[id].key][parameter].value == value
            assert value != by_id[id].parameters[parameter].default, f"{id}.{parameter} is the default already"


def test_profile_then_configuration_then_flag(pack: Pack) -> None:
    id = "iam-credential-unused-removed"
    layers = [
        parameters.profile_layer("fsbp", profiles.settings("fsbp")),
        parameters.file_layer({id: {"max_days": 60}}),
        parameters.flag_layer({id: {"max_days": "50"}}),
    ]
    for most, expected in ((1, (90, "profile fsbp")), (2, (60, "configuration")), (3, (50, "--set"))):
        value = parameters.effective(pack.policies, layers[:most])["iam_credential_unused_removed"]["max_days"]
        assert (value.value, value.origin) == expected


def test_a_profile_with_a_mistake_says_where(pack: Pack) -> None:
    layer = parameters.profile_layer("cis", {"iam-access-key-rotated": {"max_days": "ninety"}})
    with pytest.raises(
        UsageError, match='profile cis: iam-access-key-rotated.max_days = "ninety": must be of type int'
    ):
        parameters.effective(pack.policies, [layer])
