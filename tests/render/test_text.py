"""The words that formats share."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import LIVE, finding, reference, undecided
from support import gap, policy

from auditor import gate
from auditor.model import Reason, Remediation, ResourceRef
from auditor.render import text


@given(st.text(st.characters(), max_size=40))
def test_nothing_that_a_terminal_obeys_survives(hostile: str) -> None:
    shown = text.plain(hostile)
    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u061c")
    assert shown.encode("utf-8").decode() == shown


@pytest.mark.parametrize("shown", ["Größe", "日本語", "⟨Bucket⟩", "a b", "🪣"])
def test_ordinary_text_stays_as_it_is(shown: str) -> None:
    assert text.plain(shown) == shown


@pytest.mark.parametrize(
    ("resource", "label"),
    [
        (reference("Logs"), "Logs"),
        (reference("Net/child.yaml#Logs", "parent.yaml"), "Logs"),
        (ResourceRef("a.yaml#AWS::S3::Bucket/⟨Name⟩", "AWS::S3::Bucket", "⟨Name⟩", "", None), "⟨Name⟩"),
        (LIVE, "logs"),
        (ResourceRef("arn:aws:logs:eu-west-1:1:log-group:a#b", "AWS::Logs::LogGroup", "a#b", "1", None), "a#b"),
        (ResourceRef("1/eu-west-1/AWS::X::Y/a#b", "AWS::X::Y", "", "1", None), "1/eu-west-1/AWS::X::Y/a#b"),
    ],
)
def test_the_label_of_a_resource(resource: ResourceRef, label: str) -> None:
    assert text.label(resource) == label


def test_worlds_are_named_and_their_number_is_bounded() -> None:
    assert text.when(finding()) == ""
    assert text.when(finding(worlds=("A is 1",))) == " (when A is 1)"
    many = text.when(finding(worlds=tuple(f"A is {n}" for n in range(9))))
    assert many == " (when A is 0 or A is 1 or A is 2 and in 6 more cases)"


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("detail", ["", "s3:GetBucketPolicy", "parameter A has no value; parameter A has no value"])
def test_gate_and_formats_say_the_same_of_a_gap(reason: Reason, detail: str) -> None:
    unseen = gap(reason=reason, detail=detail)
    assert text.first_cause(undecided(unseen)) == gate.describe(unseen)[0]


def test_causes_are_said_once_and_their_number_is_bounded() -> None:
    gaps = [gap(reason=Reason.UNRESOLVED, detail=f"{n % 5}") for n in range(10)]
    assert text.why_undecided(undecided(*gaps)) == "0; 1; 2 and 2 more causes"


def test_a_paragraph_is_joined_and_a_list_item_is_its_own() -> None:
    assert text.paragraphs("One\ntwo.\n\nThree:\n- four\n  five\n- six\n") == [
        "One two.",
        "Three:",
        "- four five",
        "- six",
    ]


def test_the_help_of_a_policy_has_everything_that_its_metadata_says() -> None:
    row = policy(
        description="It\nholds.",
        remediation=Remediation("Do this.\n\nThen that.", {"Flag": True}, "aws do\n"),
        controls={"cis_aws_7_0": ("1.2",)},
        references=("https://example.org/",),
    )
    assert text.help_markdown(row) == (
        "It holds.\n\n**How to fix.** Do this.\n\nThen that.\n\n"
        '```json\n{\n  "Flag": true\n}\n```\n\n```sh\naws do\n```\n\n'
        "**Controls.** cis_aws_7_0/1.2\n\n- <https://example.org/>"
    )
    assert text.help_text(row) == "It holds.\n\nDo this.\n\nThen that."
