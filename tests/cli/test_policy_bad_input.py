"""Bad input to the author's commands: file, line, column, what is wrong, and what to write instead."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from authoring import ID, KEY, change, new, place
from commands import Auditor

REGO, CASES = f"{KEY}.rego", "cases.yaml"
LOOP = 'not bucket.properties.VersioningConfiguration.Status == "Enabled"\n'
ENDLESS = LOOP + "\tcount([1 | some x in numbers.range(1, 90000); some y in numbers.range(1, 90000); x * y == 7]) > 0\n"

# what, file, text, its replacement, exit code, where (file:line:column), what is said
ROWS = [
    ("syntax error", REGO, "some bucket in", "some bucket inn", 2, rf"{REGO}:\d+:\d+", "unexpected identifier token"),
    ("unsafe variable", REGO, "not bucket.", "not buckett.", 2, rf"{REGO}:\d+:2", "nothing gives it a value"),
    ("recursion", REGO, "deny contains", "a if a\n\ndeny contains", 2, rf"{REGO}:\d+:1", "Rego has no recursion"),
    ("no end", REGO, LOOP, ENDLESS, 1, rf"{CASES}:\d+", "stopped: not finished within 5 s"),
    ("metadata value", REGO, "medium", "middling", 2, rf"{REGO}:\d+:5", "one of critical, high, medium, low"),
    ("metadata key", REGO, "#   subject:", "#   subjekt:", 2, rf"{REGO}:\d+:5", 'did you mean "subject"?'),
    ("metadata YAML", REGO, "# custom:", "# custom", 2, rf"{REGO}:\d+:1", "check its colons, quotes and indentation"),
    ("another id", REGO, f"id: {ID}", "id: s3-other", 2, rf"{REGO}:\d+:5", f'write "{ID}"'),
    ("Rego v0", REGO, '") if {', '") {', 2, rf"{REGO}:\d+:1", "Rego v1: write"),
    ("package", REGO, f"package policy.{KEY}", "package policy.x", 2, rf"{REGO}:\d+:1", f"write package policy.{KEY}"),
    ("misspelt type", REGO, '["AWS::S3::Bucket"]', '["AWS::S3::Buket"]', 2, rf"{REGO}:\d+:\d+", "did you mean"),
    ("misspelt property", REGO, "Status ==", "Statsu ==", 2, rf"{REGO}:\d+:6", "did you mean Status?"),
    (
        "forbidden built-in",
        REGO,
        "import data.lib.deny\n",
        'import data.lib.deny\n\nx := http.send({"url": "http://x"})\n',
        2,
        rf"{REGO}:\d+:6",
        "a policy is a pure function, its time is input.taken_at",
    ),
    ("cases: quote", CASES, "expect: unknown", "expect: 'unknown", 2, rf"{CASES}:\d+:\d+", "is not closed"),
    ("cases: tab", CASES, "  expect: pass", "\texpect: pass", 2, rf"{CASES}:\d+:\d+", "spaces, not with tabs"),
    ("cases: verdict", CASES, "expect: pass", "expect: past", 2, rf"{CASES}:2:3", 'did you mean "pass"?'),
    ("cases: key", CASES, "properties:", "propertys:", 2, rf"{CASES}:3:3", 'did you mean "properties"?'),
    (
        "cases: type",
        CASES,
        "expect: pass",
        "expect: pass\n  with: [{type: 'AWS::S3::Buket'}]",
        2,
        rf"{CASES}:3:11",
        'no resource type "AWS::S3::Buket" (did you mean "AWS::S3::Bucket"?)',
    ),
    ("cases: twice", CASES, "expect: pass", "expect: pass\n  expect: fail", 2, rf"{CASES}:3:3", "stands there twice"),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_it_is_named_with_its_place_and_what_to_write(
    row: tuple[str, str, str, str, int, str, str], auditor: Auditor, folder: Path
) -> None:
    _, name, before, after, code, where, said = row
    assert new(auditor).returncode == 0
    change(place(folder) / name, before, after)
    done = auditor("policy", "test", "--pack", "pack", "--no-soundness")
    assert done.returncode == code, done.stdout + done.stderr
    told = [line for line in (done.stdout + done.stderr).splitlines() if re.search(where, line)]
    assert any(said in line for line in told), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_id_that_is_taken(auditor: Auditor, folder: Path) -> None:
    assert new(auditor).returncode == 0
    shutil.copytree(place(folder), folder / "pack" / "again" / KEY)
    done = auditor("policy", "test", "--pack", "pack")
    assert done.returncode == 2
    other = rf"pack/again/{KEY}/{REGO}|pack/s3/{KEY}/{REGO}"  # as it would be typed here, not from the root
    assert re.search(rf" ({other}):\d+:1: the id {ID} is taken, by ({other})", done.stderr)


def test_no_cases_at_all(auditor: Auditor, folder: Path) -> None:
    assert new(auditor).returncode == 0
    (place(folder) / CASES).unlink()
    done = auditor("policy", "test", "--pack", "pack")
    assert done.returncode == 2
    assert f"{CASES}:1:1: [cases] cannot be read: No such file or directory" in done.stdout
