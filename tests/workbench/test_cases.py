"""cases.yaml is read strictly, and a case says the same in both of its forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support import BLOCK, BUCKET, POLICY, policy

from auditor.errors import PackError
from auditor.model import Gap, Hidden, Parameter, Reason, Status
from auditor.workbench.case_scope import ACCOUNT, REGION, live_scope, place, template_text
from auditor.workbench.cases import TAKEN_AT, Case, forms, load_cases, read_cases

ROOT = Path(__file__).parent.parent.parent / "policies"
ONE = policy(parameters={"accept": Parameter("boolean", True)})
TWO = policy(subjects=(BUCKET, "AWS::S3::AccessPoint"))


def cases(text: str, of: object = ONE) -> tuple[Case, ...]:
    return read_cases(text, "cases.yaml", of)  # type: ignore[arg-type]


def one(text: str) -> Case:
    (case,) = cases(text)
    return case


def complaint(text: str, of: object = ONE) -> str:
    with pytest.raises(PackError) as error:
        cases(text, of)
    return str(error.value)


def test_the_least_case() -> None:
    case = one("- {name: a, expect: pass}")
    assert (case.name, case.expect, case.subject, case.line) == ("a", Status.PASS, BUCKET, 1)
    assert (case.properties, case.taken_at, case.neighbours) == ({}, TAKEN_AT, ())
    assert forms(case, ONE) == ("live", "template")


def test_no_verdict_is_none() -> None:
    assert one("- {name: a, expect: none}").expect is None


def test_a_date_stays_the_text_that_a_policy_document_wants() -> None:
    case = one("- {name: a, expect: pass, properties: {Version: 2012-10-17}, taken_at: 2026-01-02T00:00:00Z}")
    assert (case.properties["Version"], case.taken_at) == ("2012-10-17", "2026-01-02T00:00:00Z")


def test_aliases_are_followed() -> None:
    first, second = cases("""
- {name: a, expect: pass, properties: &same {BucketName: logs}}
- {name: b, expect: fail, properties: *same}
""")
    assert first.properties == second.properties == {"BucketName": "logs"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name: a, expect: pass}", "cases.yaml:1: a list of cases"),
        ("- a", "cases.yaml:1: a case is a mapping"),
        ("- {expect: pass}", "cases.yaml:1: a case has no name"),
        ("- {name: a}", "cases.yaml:1: a case has no expect"),
        ("- name: a\n  expect: PASS", "cases.yaml:2: expect is one of pass, fail, unknown, none"),
        ("- name: a\n  expect: pass\n  propertys: {}", 'cases.yaml:3: a case has no key "propertys"'),
        ("- name: a\n  expect: pass\n  properties: []", "cases.yaml:3: properties is a mapping"),
        ("- name: a\n  expect: pass\n  name: b", 'cases.yaml:3: the key "name" stands there twice'),
        ("- name: a\n  expect: pass\n  properties: {A: {B: 1, B: 2}}", 'cases.yaml:3: the key "B"'),
        ("- {name: a, expect: pass}\n- {name: a, expect: fail}", 'cases.yaml:2: "a" is also the name'),
        ("- name: a\n  expect: pass\n  only: live", "cases.yaml:3: a case for one form only says why"),
        ("- name: a\n  expect: pass\n  only: both\n  why: x", "cases.yaml:3: only is live or template"),
        ("- name: a\n  expect: pass\n  hide: [A]", "cases.yaml:3: 'A' is no JSON pointer"),
        ("- name: a\n  expect: pass\n  properties: {A: [1]}\n  hide: [/A/1]", "cases.yaml:4: nothing can be hidden"),
        ("- name: a\n  expect: pass\n  properties: {A: 1}\n  hide: [/A/B]", "cases.yaml:4: nothing can be hidden"),
        ("- name: a\n  expect: pass\n  hide: [/A/B, /A]", "cases.yaml:3: nothing can be hidden at /A/B"),
        ("- name: a\n  expect: pass\n  parameters: {x: 1}", "cases.yaml:3: s3-bucket-example has no parameter x"),
        ("- name: a\n  expect: pass\n  subject: AWS::S3::Bucke", "cases.yaml:1: subject is one of AWS::S3::Bucket"),
        (
            "- name: a\n  expect: pass\n  with:\n    - type: AWS::S3::Buck",
            'cases.yaml:4: there is no resource type "AWS',
        ),
        ("- name: a\n  expect: pass\n  with:\n    - type: Bucket", 'there is no resource type "Bucket"'),
        ("- name: a\n  expect: pass\n  with:\n    - properties: {}", 'there is no resource type ""'),
        (
            "- name: a\n  expect: pass\n  with:\n    - {type: 'AWS::S3::Bucket', x: 1}",
            "cases.yaml:4: a neighbour has no key",
        ),
        (
            "- name: a\n  expect: pass\n  with:\n    - {type: 'AWS::S3::Bucket', missing: true, properties: {}}",
            "cases.yaml:4: what is missing has no properties",
        ),
        (
            "- name: a\n  expect: pass\n  with:\n    - {type: 'Auditor::S3::AccountPublicAccessBlock', properties: {}}",
            "stands in no template: say `only: live` and why",
        ),
        (
            "- name: a\n  expect: pass\n  only: template\n  why: x\n"
            "  with:\n    - {type: 'AWS::S3::BucketPolicy', missing: true}",
            "a template hides no list",
        ),
        (
            "- name: a\n  expect: pass\n  template: {Resources: {}}",
            "cases.yaml:1: the template has no resource Subject",
        ),
        (
            "- name: a\n  expect: pass\n  properties: {}\n"
            "  template: {Resources: {Subject: {Type: 'AWS::S3::Bucket'}}}",
            "cases.yaml:1: a case with a template has no properties",
        ),
        ("- name: a\n  expect: [pass", "cases.yaml:"),
        ("- name: !!python/name:os.system a", "cases.yaml:1:"),
        ("", "cases.yaml:1: a list of cases"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, words: str) -> None:
    said = complaint(text)
    assert re.match(r"cases.yaml:\d+:\d+: ", said)
    assert words in re.sub(r"^(cases.yaml:\d+):\d+:", r"\1:", said)


def test_a_policy_with_two_subjects_asks_which() -> None:
    assert "subject is one of AWS::S3::Bucket, AWS::S3::AccessPoint" in complaint("- {name: a, expect: pass}", TWO)
    (case,) = cases("- {name: a, expect: pass, subject: 'AWS::S3::AccessPoint'}", TWO)
    assert case.subject == "AWS::S3::AccessPoint"


def test_a_missing_file_is_a_pack_error(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cases.yaml:1:1: cannot be read"):
        load_cases(policy(file=str(tmp_path / "x.rego")))


def test_a_file_that_is_no_text_is_a_pack_error(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PackError, match="is not UTF-8"):
        load_cases(policy(file=str(tmp_path / "x.rego")))


def test_a_case_runs_in_the_forms_that_can_say_it() -> None:
    missing = one("- {name: a, expect: pass, with: [{type: 'AWS::S3::BucketPolicy', missing: true}]}")
    assert forms(missing, ONE) == ("live",)
    only = one("- {name: a, expect: pass, only: template, why: x}")
    assert forms(only, ONE) == ("template",)
    whole = one("- {name: a, expect: pass, template: {Resources: {Subject: {Type: 'AWS::S3::Bucket'}}}}")
    assert forms(whole, ONE) == ("template",)
    assert forms(one("- {name: a, expect: pass}"), policy(applies="live")) == ("live",)


LOGS = """
- name: a
  expect: unknown
  properties: {BucketName: logs, Tags: [{Key: a, Value: b}]}
  hide: [/Tags/0/Value, /PublicAccessBlockConfiguration/BlockPublicAcls]
  with:
    - {type: "AWS::S3::Bucket", properties: {BucketName: other}}
    - {type: "AWS::S3::BucketPolicy", properties: {Bucket: logs, PolicyDocument: {}}, hide: [/PolicyDocument]}
"""


def test_a_live_scope_holds_hidden_values_at_their_places_and_a_gap_for_each() -> None:
    scope = live_scope(one(LOGS), ONE)
    subject = scope.held[0]
    assert isinstance(subject.properties["Tags"][0]["Value"], Hidden)
    assert isinstance(subject.properties["PublicAccessBlockConfiguration"]["BlockPublicAcls"], Hidden)
    assert {(gap.id, gap.path) for gap in scope.gaps} == {
        ("arn:aws:s3:::logs", ("Tags", 0, "Value")),
        ("arn:aws:s3:::logs", ("PublicAccessBlockConfiguration", "BlockPublicAcls")),
        (next(r.id for r in scope.held if r.type == POLICY), ("PolicyDocument",)),
    }


def test_a_live_scope_has_identities_and_owners_as_a_collector_gives_them() -> None:
    scope = live_scope(one(LOGS), ONE)
    assert [resource.type for resource in scope.held] == [BUCKET, POLICY, BUCKET]
    subject, attached, other = scope.held
    assert (subject.name, subject.arn, subject.account, subject.region) == (
        "logs",
        "arn:aws:s3:::logs",
        ACCOUNT,
        REGION,
    )
    assert (attached.owners, other.owners) == ((subject.id,), ())
    assert [r.id for r in scope.resources(frozenset({POLICY}))] == [attached.id]


def test_what_belongs_to_the_account_has_no_region() -> None:
    case = one(f"- {{name: a, expect: pass, only: live, why: x, with: [{{type: '{BLOCK}', properties: {{}}}}]}}")
    assert live_scope(case, ONE).held[1].region is None


def test_a_missing_neighbour_is_a_list_that_was_refused() -> None:
    case = one("- {name: a, expect: pass, with: [{type: 'AWS::S3::BucketPolicy', missing: true}]}")
    scope = live_scope(case, ONE)
    (subject,) = scope.held
    assert scope.gaps == (Gap(ACCOUNT, REGION, POLICY, None, (), Reason.DENIED, "hidden by the case", subject.id),)


def test_a_given_arn_is_the_arn() -> None:
    arn = "arn:aws:cloudtrail:us-east-1:999988887777:trail/t"
    trail = policy(subjects=("AWS::CloudTrail::Trail",))
    (case,) = cases(f"- {{name: a, expect: pass, arn: '{arn}'}}", trail)
    assert live_scope(case, trail).held[0].arn == arn


def test_a_template_says_the_same_with_a_parameter_for_each_hidden_value() -> None:
    template = json.loads(template_text(one(LOGS), ONE))
    assert template["Parameters"] == {f"Hidden{n}": {"Type": "String"} for n in (1, 2, 3)}
    assert template["Resources"] == {
        "Subject": {
            "Type": BUCKET,
            "Properties": {
                "BucketName": "logs",
                "Tags": [{"Key": "a", "Value": {"Ref": "Hidden1"}}],
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": {"Ref": "Hidden2"}},
            },
        },
        "Other1": {"Type": BUCKET, "Properties": {"BucketName": "other"}},
        "Other2": {"Type": POLICY, "Properties": {"Bucket": "logs", "PolicyDocument": {"Ref": "Hidden3"}}},
    }


def test_a_case_is_not_changed_by_its_forms() -> None:
    case = one(LOGS)
    before = json.dumps(case.properties)
    live_scope(case, ONE)
    template_text(case, ONE)
    assert json.dumps(case.properties) == before


def test_a_pointer_has_indexes_where_lists_stand() -> None:
    assert place({"A": [{"1": {}}], "B": {}}, "/A/0/1/2") == ("A", 0, "1", "2")
    assert place({"a/b": 1}, "/a~1b") == ("a/b",)
