"""Small edits in the style of what stands around them; everything else stays, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.remedy.edit import edit
from auditor.remedy.wish import Wish

ENCRYPTED: Mapping[str, Any] = {"Encrypted": True}
METADATA: Mapping[str, Any] = {"MetadataOptions": {"HttpTokens": "required"}}


def wish(properties: Mapping[str, Any], logical: str = "Disk", policy: str = "p") -> Wish:
    return Wish(policy, f"a.yaml#{logical}", "T", "a.yaml", logical, properties)


def edited(text: str, properties: Mapping[str, Any] = ENCRYPTED) -> str:
    found = edit(text.encode(), [wish(properties)])
    assert not found.refused
    again = edit(found.raw, [wish(properties)])
    assert again.raw == found.raw
    assert list(again.refused.values()) == ["its properties are already as its policy's fix has them"]
    return found.raw.decode()


def refusal(text: str, properties: Mapping[str, Any] = ENCRYPTED) -> str:
    found = edit(text.encode(), [wish(properties)])
    assert found.raw == text.encode()
    assert not found.written
    (why,) = found.refused.values()
    return why


HEAD = "Resources:\n  Disk:\n    Type: T\n"
JSON = '{\n\t"Resources": {\n\t\t"Disk": {"Type": "T", "Properties": %s}\n\t}\n}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(HEAD, HEAD + "    Properties:\n      Encrypted: true\n", id="no properties"),
        pytest.param(HEAD[:-1], HEAD + "    Properties:\n      Encrypted: true", id="no final newline"),
        pytest.param(
            HEAD + "    Properties:\n      Size: 8  # GB\n      # none yet\n\n  Next:\n    Type: T\n",
            HEAD
            + "    Properties:\n      Size: 8  # GB\n      Encrypted: true\n      # none yet\n\n  Next:\n    Type: T\n",
            id="below the last entry, above the comments",
        ),
        pytest.param(
            HEAD + "    Properties: # all\n      # the text\n      Text: |\n        a\n  B: {}\n",
            HEAD
            + "    Properties: # all\n      Encrypted: true\n      # the text\n      Text: |\n        a\n  B: {}\n",
            id="above a block of text",
        ),
        pytest.param(
            HEAD + "    Properties: {Size: 8} # é\n",
            HEAD + "    Properties: {Size: 8, Encrypted: true} # é\n",
            id="flow",
        ),
        pytest.param(HEAD + "    Properties: {}\n", HEAD + "    Properties: {Encrypted: true}\n", id="empty flow"),
        pytest.param(
            HEAD + "    Properties: {\n      Size: 8 # GB\n    }\n",
            HEAD + "    Properties: {\n      Size: 8, # GB\n      Encrypted: true\n    }\n",
            id="flow over several lines, with a comment",
        ),
        pytest.param(
            HEAD + "    Properties:\n      Encrypted: no # why?\n      A: 1\n",
            HEAD + "    Properties:\n      Encrypted: true # why?\n      A: 1\n",
            id="a value",
        ),
        pytest.param(
            HEAD + "    Properties:\n      Encrypted: 'false'\n",
            HEAD + "    Properties:\n      Encrypted: 'true'\n",
            id="a quoted value",
        ),
        pytest.param(JSON % "{}", JSON % '{"Encrypted": true}', id="JSON"),
        pytest.param(
            JSON % '{\n\t\t\t"Size": "😀"\n\t\t}',
            JSON % '{\n\t\t\t"Size": "😀",\n\t\t\t"Encrypted": true\n\t\t}',
            id="JSON with tabs",
        ),
        pytest.param(
            '{"Resources":{"Disk":{"Type":"T","Properties":{"Size":"\\ud83d\\ude00"}}}}',
            '{"Resources":{"Disk":{"Type":"T","Properties":{"Size":"\\ud83d\\ude00","Encrypted":true}}}}',
            id="minified JSON",
        ),
    ],
)
def test_an_edit(before: str, after: str) -> None:
    assert edited(before) == after
    assert edited(before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")
    for encoding in ("utf-8-sig", "utf-16"):
        assert edit(before.encode(encoding), [wish(ENCRYPTED)]).raw == after.encode(encoding)


def test_a_property_of_a_property() -> None:
    assert edited(HEAD.replace("  ", "    "), METADATA).endswith(
        "        Properties:\n            MetadataOptions:\n                HttpTokens: required\n"
    )
    given = HEAD + "    Properties:\n      MetadataOptions:\n        HttpTokens: optional\n        A: 1\n"
    assert edited(given, METADATA) == given.replace("optional", "required")
    given = HEAD + "    Properties:\n      MetadataOptions:\n        A: 1\n      B: 2\n"
    assert edited(given, METADATA) == given.replace("        A: 1\n", "        A: 1\n        HttpTokens: required\n")
    given = JSON % '{\n\t\t\t"Size": 8}'
    assert edited(given, METADATA) == given.replace(
        "8}", '8,\n\t\t\t"MetadataOptions": {\n\t\t\t\t"HttpTokens": "required"\n\t\t\t}}'
    )


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ("Encrypted: !Ref Enc", "Properties.Encrypted is given by a function, an anchor or an alias"),
        ("Encrypted: {Ref: Enc}", "Properties.Encrypted is given by a function, an anchor or an alias"),
        ("Encrypted: &e false", "Properties.Encrypted is given by a function, an anchor or an alias"),
        ("Encrypted: *e", "Properties.Encrypted is given by a function, an anchor or an alias"),
        ("Encrypted: |\n        false", "Properties.Encrypted is empty or a block of text"),
        ("Encrypted:", "Properties.Encrypted is empty or a block of text"),
        ("Encrypted: false\n      Encrypted: false", "Encrypted stands there twice"),
        ("Fn::If: [A, {B: 1}, {}]", "Properties is given by Fn::If"),
        ("<<: *e", "Properties is merged from elsewhere"),
        ("? [a]\n      : b", "Properties is merged from elsewhere"),
    ],
)
def test_what_cannot_be_expressed_is_left_alone(properties: str, why: str) -> None:
    anchor = "Metadata: &e {A: 1}\n" if "*e" in properties else ""
    assert refusal(f"{anchor}{HEAD}    Properties:\n      {properties}\n") == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + "    Properties: &p\n      A: 1\n", "Properties is an anchor or an alias"),
        (HEAD + "    Properties: !Transform {Name: A}\n", "Properties is given by a function"),
        (HEAD + "    Properties:\n", "Properties is no mapping"),
        (HEAD + "    Properties: {A: 1,}\n", "Properties ends with a comma"),
        (HEAD.replace("Type: T", "Type: U"), "it is made by a transform"),
        (HEAD.replace("Disk", "Other"), "it is made by a transform or a loop"),
        (HEAD + "---\n" + HEAD, "it is not one document"),
        (HEAD + "    Properties: [\n", "it is not read as YAML"),
        ("Resources: [" * 2000, "it is not read as YAML"),
        ("", "it is not one document"),
    ],
)
def test_a_file_that_is_left_alone(text: str, why: str) -> None:
    assert refusal(text) == why


def test_several_wishes_for_one_resource() -> None:
    both = [wish({"A": {"B": True}}), wish({"A": {"B": True, "C": "x"}}, policy="q")]
    found = edit(HEAD.encode(), both)
    assert found.raw.decode() == HEAD + "    Properties:\n      A:\n        B: true\n        C: x\n"
    assert found.written == tuple(both)
    against = wish({"A": {"B": False}}, policy="r")
    found = edit(HEAD.encode(), [*both, against])
    assert found.refused == {against.key: "another policy wants another B"}
    assert found.written == tuple(both)


def test_what_would_be_read_as_something_else_is_quoted() -> None:
    values: dict[str, Any] = {"A": "yes", "B": "1", "C": "a: b", "D": "Enabled", "E": 5}
    expected = 'A: "yes"\n      B: "1"\n      C: "a: b"\n      D: Enabled\n      E: 5\n'
    assert edited(HEAD, values) == f"{HEAD}    Properties:\n      {expected}"
