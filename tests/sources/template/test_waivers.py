"""Waivers in templates: what they cover, and what is no waiver."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Plan, Waiver
from auditor.sources.template.nodes import Settings, Stack
from auditor.sources.template.source import TemplateSource
from auditor.sources.template.waivers import _in_comments, waivers_of

TEXT = """\
Resources:
  # auditor:waive whole reason="known host" expires=2027-01-31 owner=me ticket=T-1
  # a comment in between

  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      # auditor:waive property reason=x
      GroupDescription: a
      SecurityGroupIngress:
        # auditor:waive element reason=x
        - IpProtocol: tcp
          CidrIp: 0.0.0.0/0
        - IpProtocol: udp  # auditor:waive second reason=x
          FromPort: 22 # auditor:waive number reason=x unknown=true
  Host:
    Type: AWS::EC2::Instance
    Properties:
      UserData: |
        # auditor:waive script reason=x
        echo
      # auditor:waive after reason=x
      KeyName: "a # auditor:waive text reason=x"
"""


def found(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> dict[str, list[Waiver | str]]:
    monkeypatch.chdir(folder)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    seen: dict[str, list[Waiver | str]] = {}

    def observe(root: Stack, raw: bytes) -> None:
        seen.update(waivers_of(root, raw))

    list(TemplateSource(["a.yaml"], Settings(), observe=observe).scopes(Plan({})))
    return seen


def lines(waiver: Waiver | str) -> tuple[str, int, int]:
    assert isinstance(waiver, Waiver), waiver
    assert waiver.span is not None
    return waiver.policy, waiver.span.line, waiver.span.end_line


def test_a_comment_covers_what_begins_on_or_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waivers = found(tmp_path, monkeypatch, a=TEXT)["a.yaml"]
    assert [lines(each) for each in waivers] == [
        ("whole", 5, 16),
        ("property", 9, 9),
        ("element", 12, 14),
        ("second", 14, 16),
        ("number", 15, 15),
        ("after", 23, 23),
    ]
    whole, *_, number, _ = waivers
    assert isinstance(whole, Waiver) and isinstance(number, Waiver)
    assert (whole.reason, str(whole.expires), whole.owner, whole.ticket) == ("known host", "2027-01-31", "me", "T-1")
    assert (whole.unknown, number.unknown) == (False, True)


def test_metadata_of_a_resource_in_json_on_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = {"Auditor": {"waive": [{"policy": "p", "reason": "r", "path": "/A/0"}]}}
    resources = {name: {"Type": "AWS::S3::Bucket", "Metadata": metadata} for name in ("One", "Two")}
    text = json.dumps({"Resources": resources})
    one, two = found(tmp_path, monkeypatch, a=text)["a.yaml"]
    assert isinstance(one, Waiver) and isinstance(two, Waiver) and one.span and two.span
    assert one.path == ("A", "0")
    assert text[one.span.column - 1 :].startswith('"One"')
    assert one.span.end_column <= two.span.column


def test_a_nested_template_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = "Resources: {Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml}}}\n"
    waivers = found(tmp_path, monkeypatch, a=root, b=TEXT)
    assert (waivers["a.yaml"], len(waivers["b.yaml"])) == ([], 6)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("auditor:ignore p", 'there is "auditor:waive", no "auditor:ignore"'),
        ("auditor: waive p", 'there is "auditor:waive"'),
        ("auditor:waive", "it names no policy"),
        ("auditor:waive p", "missing required field `reason`"),
        ('auditor:waive p reason="a', "a quotation is not closed"),
        ("auditor:waive p reason=a b", '"b" is no key=value; quote a reason'),
        ("auditor:waive p reson=a", 'unknown key "reson" (did you mean "reason"?)'),
        ("auditor:waive p reason=a expires=soon", "date"),
        ("auditor:waive p reason=a unknown=perhaps", "bool"),
        ("auditor:waive p reason=a path=/A unknown=true", "goes without unknown"),
    ],
)
def test_a_comment_that_is_wrong_is_said(
    comment: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"# {comment}\nResources: {{A: {{Type: AWS::S3::Bucket}}}}\n"
    (refused,) = found(tmp_path, monkeypatch, a=text)["a.yaml"]
    assert isinstance(refused, str)
    assert refused.startswith("the waiver at a.yaml:1 does not count: ")
    assert said in refused


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("Auditor: x", "write it as"),
        ("Auditor: {waived: []}", "write it as"),
        ("Auditor: {waive: [x]}", "it is no mapping"),
        ("Auditor: {waive: [{policy: p, reason: ''}]}", "it needs a policy and a reason"),
    ],
)
def test_metadata_that_is_wrong_is_said(
    metadata: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: {{{metadata}}}\n"
    (refused,) = found(tmp_path, monkeypatch, a=text)["a.yaml"]
    assert isinstance(refused, str) and "a.yaml:4" in refused and said in refused


def test_a_comment_below_everything_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, last = found(tmp_path, monkeypatch, a=TEXT + "# auditor:waive p reason=x\n")["a.yaml"]
    assert last == "the waiver at a.yaml:24 does not count: nothing stands below it"


@given(st.text(st.characters(blacklist_characters="\n\r\x85\u2028\u2029", blacklist_categories=["Cs", "Cc"])))
def test_any_comment_is_a_waiver_or_says_why_not(text: str) -> None:
    raw = f"Resources:\n  A:  # auditor:{text}\n    Type: AWS::S3::Bucket\n".encode()
    for found in _in_comments("a.yaml", raw):
        assert isinstance(found, Waiver) or found.startswith("the waiver at a.yaml:2 does not count: ")
