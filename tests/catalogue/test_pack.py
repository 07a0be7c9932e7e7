"""Packs: anatomy, metadata, cache, notes. Real files, the real OPA."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rego_support import DENY

from auditor.catalogue.load import builtin_folder, load
from auditor.engine.tools import OpaTools
from auditor.errors import PackError
from auditor.model import Access, Pack, Severity, Sign

MAIN = "package main\n\nreport[id] := denials if {\n\tsome id in input.policies\n\tdenials := data.policy[id].deny\n}\n"
CUSTOM = """#   id: {id}
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   remediation:
#     text: Turn it on."""
POLICY = """# METADATA
# title: Buckets are versioned
# description: |
#   Versioning is on.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
# custom:
{custom}
package policy.{key}

import data.lib.deny

deny contains deny.missing(bucket, ["VersioningConfiguration", "Status"], "not on") if {{
	some bucket in input.resources["AWS::S3::Bucket"]
	{condition}
}}
"""
CONDITION = 'not bucket.properties.VersioningConfiguration.Status == "Enabled"'


def policy(key: str, more: str = "", condition: str = CONDITION, custom: str = CUSTOM) -> str:
    text = custom.format(id=key.replace("_", "-")) + (f"\n{more}" if more else "")
    return POLICY.format(key=key, custom=text, condition=condition)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with its own frame and one policy."""
    files = {"main/main.rego": MAIN, "lib/deny.rego": DENY, "s3/versioned/versioned.rego": policy("versioned")}
    return write(tmp_path / "pack", files)


class Counting:
    """The tools, and what they were asked."""

    def __init__(self, tools: OpaTools) -> None:
        self._tools = tools
        self.parsed: list[str] = []
        self.checks = 0

    def inspect(self, files: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        return self._tools.inspect(files)

    def parse(self, file: str) -> Mapping[str, Any]:
        self.parsed.append(Path(file).name)
        return self._tools.parse(file)

    def check(self, files: Sequence[str], schemas: str | None = None) -> None:
        self.checks += 1
        self._tools.check(files, schemas)


@pytest.fixture
def counting(tools: OpaTools) -> Counting:
    return Counting(tools)


def refusal(folders: Sequence[Path], tools: OpaTools, **more: Any) -> list[str]:
    with pytest.raises(PackError) as error:
        load(folders, tools, None, **more)
    return str(error.value).splitlines()


# --- what a pack is -----------------------------------------------------------------------------------------------


def test_a_pack_is_its_policies_and_modules_without_tests(pack: Path, tools: OpaTools) -> None:
    write(
        pack, {"s3/versioned/versioned_test.rego": "no rego", "s3/versioned/cases.yaml": "", ".git/x.rego": "no rego"}
    )
    found = load([pack], tools, None)
    assert [Path(file).relative_to(pack).as_posix() for file in found.modules] == [
        "lib/deny.rego",
        "main/main.rego",
        "s3/versioned/versioned.rego",
    ]
    (one,) = found.policies
    assert (one.id, one.key, one.title, one.description) == (
        "versioned",
        "versioned",
        "Buckets are versioned",
        "Versioning is on.",
    )
    assert (one.severity, one.function, one.stage, one.scope, one.applies) == (
        Severity.HIGH,
        "prevent",
        "reactive",
        "account",
        "both",
    )
    assert one.subjects == ("AWS::S3::Bucket",)
    assert one.accesses == (Access("AWS::S3::Bucket", ("VersioningConfiguration", "Status"), Sign.NEEDS, True),)
    assert one.references == ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",)
    assert one.remediation.text == "Turn it on."
    assert one.file == str(pack / "s3/versioned/versioned.rego")
    assert found.notes == ()


def test_the_revision_is_of_names_and_contents_not_of_places(pack: Path, tools: OpaTools, tmp_path: Path) -> None:
    elsewhere = write(
        tmp_path / "elsewhere", {f.relative_to(pack).as_posix(): f.read_text() for f in pack.rglob("*.rego")}
    )
    first = load([pack], tools, None).revision
    assert load([elsewhere], tools, None).revision == first
    (elsewhere / "s3/versioned/versioned.rego").write_text(policy("versioned") + "\n")
    assert load([elsewhere], tools, None).revision != first


def test_packs_add_to_each_other(pack: Path, tools: OpaTools, tmp_path: Path) -> None:
    library = "package lib.acme.tags\n\nhas_owner(r) if r.tags.Owner\n"
    owned = policy("acme_owned", condition="not tags.has_owner(bucket)")
    owned = owned.replace("import data.lib.deny", "import data.lib.acme.tags\nimport data.lib.deny")
    other = write(
        tmp_path / "acme",
        {
            "lib/tags.rego": library,
            "acme_owned/acme_owned.rego": owned.replace('["VersioningConfiguration", "Status"]', "[]"),
        },
    )
    found = load([pack, other], tools, None)
    assert [one.id for one in found.policies] == ["acme-owned", "versioned"]
    assert found.policies[0].accesses == (Access("AWS::S3::Bucket", ("tags", "Owner"), Sign.NEEDS, True),)
    assert found.modules[0].startswith(str(pack)) and found.modules[-1].startswith(str(other))


def test_the_built_in_pack_is_found() -> None:
    assert (builtin_folder() / "lib" / "deny.rego").is_file()


# --- anatomy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "package", "message"),
    [
        ("a/one/one.rego", "policy.two", "package policy.two in one/one.rego: write package policy.one"),
        ("a/one/two.rego", "policy.two", "package policy.two must be the file two/two.rego"),
        ("a/one/one.rego", "policy.a.one", "packages of policies are flat: write package policy.one"),
        ("a/one/one.rego", "one", "package one is neither a policy nor a library: write package policy.one"),
        ("a/one/helpers.rego", "acme.helpers", "neither a policy nor a library: write package lib.helpers"),
    ],
)
def test_folder_file_and_package_agree(pack: Path, tools: OpaTools, file: str, package: str, message: str) -> None:
    write(pack, {file: policy("one").replace("package policy.one", f"package {package}")})
    (mistake,) = refusal([pack], tools)
    assert mistake.startswith(f"{pack / file}:15:1: ")
    assert message in mistake


def test_an_id_is_used_once(pack: Path, tools: OpaTools, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"versioned/versioned.rego": policy("versioned")})
    (mistake,) = refusal([pack, other], tools)
    assert mistake == (
        f"{other}/versioned/versioned.rego:15:1: the id versioned is taken, by {pack}/s3/versioned/versioned.rego"
    )


def test_a_pack_does_not_redefine_the_frame(pack: Path, tools: OpaTools, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"lib/deny.rego": DENY, "main/main.rego": MAIN})
    mistakes = refusal([pack, other], tools)
    assert [mistake.split(": ")[1] for mistake in mistakes] == [
        f"package lib.deny is already in {pack}/lib/deny.rego",
        f"package main is already in {pack}/main/main.rego",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("package policy.x\n\ndeny contains if {", 3), ("", 0), (policy("x", condition="nothing(bucket)"), 21)],
)
def test_what_opa_refuses_names_the_place(pack: Path, tools: OpaTools, text: str, line: int) -> None:
    write(pack, {"x/x.rego": text})
    assert refusal([pack], tools)[0].startswith(f"{pack}/x/x.rego:{line}:")


# --- metadata -----------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[str, str, int, str]] = {
    # replaced, by, line, message
    "no title": ("# title: Buckets are versioned\n", "", 1, "missing: title"),
    "a misspelt key": ("# description: |", "# descripton: |", 3, '"descripton" (did you mean "description"?)'),
    "an unknown severity": ("severity: high", "severity: hihg", 9, '"hihg" is no severity (did you mean "high"?)'),
    "a number as severity": ("severity: high", "severity: 3", 9, "(one of critical, high, medium, low)"),
    "an unknown stage": ("stage: reactive", "stage: first", 11, '"first" is no stage'),
    "an unknown key": (
        "#   stage: reactive",
        "#   stages: reactive",
        11,
        '"stages" under custom (did you mean "stage"?)',
    ),
    "missing keys": ("#   function: prevent\n#   stage: reactive\n", "", 7, "missing under custom: function, stage"),
    "another id": ("id: one", "id: two", 8, 'the id "two" does not agree with the folder one: write "one"'),
    "underscores": ("id: one", "id: o_ne", 8, 'write "one"'),
    "no remediation text": ("#     text: Turn it on.", "#     cli: aws", 13, "remediation needs a text"),
    "an unknown remediation": ("#     text:", "#     txt:", 14, '"txt" (did you mean "text"?)'),
    "another subject": (
        "subject: AWS::S3::Bucket",
        "subject: AWS::S3::Job",
        12,
        "but the denials are about AWS::S3::Bucket",
    ),
    "no subject type": ("subject: AWS::S3::Bucket", "subject: {a: b}", 12, "subject must be a resource type or a list"),
    "unknown applies": ("#   remediation:", "#   applies: all\n#   remediation:", 13, '"all" is no applies'),
    "no metadata": ("# METADATA", "# ----", 15, "no METADATA comment above the package"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_the_metadata_has_one_clear_line(pack: Path, tools: OpaTools, name: str) -> None:
    before, after, line, message = WRONG[name]
    text = policy("one")
    assert before in text
    write(pack, {"one/one.rego": text.replace(before, after)})
    mistakes = refusal([pack], tools)
    found = [mistake for mistake in mistakes if message in mistake]
    assert found and found[0].startswith(f"{pack}/one/one.rego:{line}:"), mistakes


def test_all_mistakes_are_told_at_once(pack: Path, tools: OpaTools) -> None:
    text = policy("one").replace("high", "hgh").replace("reactive", "early")
    write(pack, {"one/one.rego": text, "two/two.rego": policy("two").replace("id: two", "id: tow")})
    assert len(refusal([pack], tools)) == 3


PARAMETERS: dict[str, tuple[str, str]] = {
    "no type": ("{default: 1}", "parameter p needs a type and a default"),
    "no default": ("{type: string}", "parameter p needs a type and a default"),
    "an unknown type": ("{type: int, default: 1}", '"int" is no type'),
    "an unknown key": ("{type: integer, default: 1, minimun: 0}", 'unknown key "minimun" (did you mean "minimum"?)'),
    "a default of another type": ("{type: integer, default: a}", "the default must be of type integer"),
    "a truth as number": ("{type: integer, default: true}", "the default must be of type integer"),
    "a default out of bounds": ("{type: integer, default: 1, minimum: 2}", "the default must be at least 2"),
    "a default that is no value": ("{type: string, default: a, values: [b]}", 'the default must be one of ["b"]'),
    "a bound that is none": ("{type: integer, default: 1, maximum: x}", "maximum must be a number"),
    "objects in a list": ("{type: array, default: [{a: 1}]}", "elements must be strings, numbers or booleans"),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_checked(pack: Path, tools: OpaTools, name: str) -> None:
    row, message = PARAMETERS[name]
    write(pack, {"one/one.rego": policy("one", f"#   parameters:\n#     p: {row}")})
    (mistake,) = refusal([pack], tools)
    assert mistake.startswith(f"{pack}/one/one.rego:16:") and message in mistake


def test_parameters_controls_and_the_rest_are_read(pack: Path, tools: OpaTools) -> None:
    more = (
        '#   scope: region\n#   applies: live\n#   controls:\n#     cis: ["3.1"]\n#   parameters:\n'
        "#     days: {type: integer, default: 90, minimum: 1, description: How long.}"
    )
    write(pack, {"one/one.rego": policy("one", more)})
    one = load([pack], tools, None).policies[0]
    assert (one.scope, one.applies, one.controls) == ("region", "live", {"cis": ("3.1",)})
    assert (one.parameters["days"].default, one.parameters["days"].minimum) == (90, 1)
    write(pack, {"one/one.rego": policy("one", more.replace('"3.1"', "3.1"))})
    (mistake,) = refusal([pack], tools)
    assert "controls of cis must be a list of texts" in mistake


# --- what the analysis says ---------------------------------------------------------------------------------------


def test_what_is_not_followed_is_a_note_or_an_error(pack: Path, tools: OpaTools) -> None:
    write(pack, {"one/one.rego": policy("one", condition="count(bucket.properties.VersioningConfiguration) == 0")})
    (note,) = load([pack], tools, None).notes
    assert note.startswith(f"{pack}/one/one.rego:21:2: count of what can grow")
    assert refusal([pack], tools, strict_folders=[pack]) == [note]


def test_what_cannot_be_planned_is_always_an_error(pack: Path, tools: OpaTools) -> None:
    text = policy("one", condition="some t in {1}\n\tnot input.resources[t]")
    write(pack, {"one/one.rego": text})
    assert "a dynamic type name" in refusal([pack], tools)[0]


def test_declared_reads_that_differ_are_a_note(pack: Path, tools: OpaTools) -> None:
    reads = "#   reads:\n#     AWS::S3::Bucket: {seeks: [/VersioningConfiguration/Status]}"
    write(pack, {"one/one.rego": policy("one", reads)})
    notes = load([pack], tools, None, strict_folders=[pack]).notes
    assert [note.split(": ", 1)[1].split(" (")[0].split(",")[0] for note in notes] == [
        "reads lacks needs AWS::S3::Bucket:/VersioningConfiguration/Status",
        "reads has seeks AWS::S3::Bucket:/VersioningConfiguration/Status",
    ]
    assert notes[0].startswith(f"{pack}/one/one.rego:15:5: ")


# --- the cache ----------------------------------------------------------------------------------------------------


def test_a_warm_load_runs_nothing_and_says_the_same(pack: Path, counting: Counting, tmp_path: Path) -> None:
    write(pack, {"one/one.rego": policy("one", condition="count(bucket.properties.VersioningConfiguration) == 0")})
    cold = load([pack], counting, tmp_path)
    counting.parsed.clear()
    counting.checks = 0
    warm = load([pack], counting, tmp_path)
    assert (counting.parsed, counting.checks) == ([], 0)
    assert warm == cold and warm.notes


def test_only_what_changed_is_read_again(pack: Path, counting: Counting, tmp_path: Path) -> None:
    write(pack, {"one/one.rego": policy("one"), "two/two.rego": policy("two")})
    before = load([pack], counting, tmp_path)
    counting.parsed.clear()
    write(pack, {"one/one.rego": policy("one").replace("high", "low")})
    after = load([pack], counting, tmp_path)
    assert sorted(counting.parsed) == ["deny.rego", "main.rego", "one.rego"]
    assert [one.severity for one in after.policies] == [Severity.LOW, Severity.HIGH, Severity.HIGH]
    assert after.policies[1:] == before.policies[1:]
    counting.parsed.clear()
    write(pack, {"lib/deny.rego": DENY + "\n"})
    load([pack], counting, tmp_path)
    assert len(counting.parsed) == 5


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x81\xa5units\x01", b"\x00" * 1000])
def test_a_spoilt_cache_is_written_again(pack: Path, counting: Counting, tmp_path: Path, content: bytes) -> None:
    cold = load([pack], counting, tmp_path)
    (file,) = (tmp_path / "packs").iterdir()
    file.write_bytes(content)
    assert load([pack], counting, tmp_path) == cold
    counting.parsed.clear()
    assert load([pack], counting, tmp_path) == cold
    assert counting.parsed == []
    assert list((tmp_path / "packs").iterdir()) == [file]


def test_a_moved_pack_names_its_new_place(pack: Path, counting: Counting, tmp_path: Path) -> None:
    load([pack], counting, tmp_path)
    moved = pack.rename(tmp_path / "moved")
    (one,) = load([moved], counting, tmp_path).policies
    assert one.file == str(moved / "s3/versioned/versioned.rego")


def test_few_revisions_are_kept(pack: Path, counting: Counting, tmp_path: Path) -> None:
    for number in range(8):
        write(pack, {"one/one.rego": policy("one") + "\n" * number})
        load([pack], counting, tmp_path)
    assert len(list((tmp_path / "packs").iterdir())) == 5


def test_a_cache_that_cannot_be_written_does_no_harm(pack: Path, counting: Counting, tmp_path: Path) -> None:
    (tmp_path / "packs").write_text("a file")
    assert isinstance(load([pack], counting, tmp_path), Pack)


def test_an_unreadable_module_is_named(pack: Path, tools: OpaTools) -> None:
    os.symlink(pack / "nowhere", pack / "broken.rego")
    assert refusal([pack], tools) == [f"{pack}/broken.rego: cannot be read: No such file or directory"]
