"""Every format through the real command: of a run, of a stored report, with names that mean harm."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import DEMO, FAILING, LOW, PASSING, UNDECIDED, Auditor, write
from hostile import ACCOUNTS
from rendering import rendered

from auditor.render import FORMATS, LIVE_ONLY

OF_TEMPLATES = tuple(format for format in FORMATS if format not in LIVE_ONLY and format != "console")

# What an attacker would have in an output: each is part of a name below.
HOSTILE_KEY = '"</script><script>alert(1)</script>\\n::error::x | [a](https://evil.example) @all \\u202e日本"'
HOSTILE_FILE = "=cmd|' <b>`x`,y: z%0A.yaml"


def named(folder: Path, formats: tuple[str, ...], to: str) -> list[str]:
    return [part for format in formats for part in ("-o", f"{format}={to}/{format}")]


def told(folder: Path, format: str) -> str:
    """Without what is of the moment or of the run."""
    text = (folder / format).read_text(encoding="utf-8")
    return re.sub(r'(?:,"source":\[\[.*?\]\])', "", text) if format == "html" else text


@pytest.mark.parametrize("text", [FAILING, UNDECIDED, LOW, PASSING])
def test_a_stored_report_gives_the_same_file_in_every_format(auditor: Auditor, folder: Path, text: str) -> None:
    write(folder, a=text)
    (folder / "bad.yaml").write_text("Resources: [\n")
    first = auditor("scan", "a.yaml", "bad.yaml", *DEMO, *named(folder, OF_TEMPLATES, "first"))
    again = auditor("report", "first/json", *named(folder, OF_TEMPLATES, "again"))
    assert again.returncode == first.returncode
    for format in OF_TEMPLATES:
        assert told(folder / "again", format) == told(folder / "first", format), format


@pytest.mark.parametrize("format", OF_TEMPLATES)
def test_an_undecided_verdict_is_seen_and_does_not_change_the_exit_code(
    auditor: Auditor, folder: Path, format: str
) -> None:
    write(folder, a=UNDECIDED)
    done = auditor("scan", "a.yaml", *DEMO, "-o", format)
    assert done.returncode == 3
    assert "parameter Name has no value" in done.stdout


def test_names_that_mean_harm_reach_no_reader(auditor: Auditor, folder: Path) -> None:
    (folder / HOSTILE_FILE).write_text(FAILING.replace("Logs", HOSTILE_KEY), encoding="utf-8")
    (folder / "-2+3.yaml").write_text(UNDECIDED, encoding="utf-8")
    done = auditor("scan", ".", *DEMO, *named(folder, OF_TEMPLATES, "out"))
    assert done.returncode == 1, done.stderr
    files = {format: (folder / "out" / format).read_text(encoding="utf-8") for format in OF_TEMPLATES}
    for format in OF_TEMPLATES:
        text = "" if format in ("json", "sarif") else files[format]  # those two are for programs and keep what they got
        assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\u202e]", text)
    assert "<script>alert" not in files["html"] and files["html"].count("</script>") == 2
    assert "::error::x" not in [line[:10] for line in files["github"].splitlines()]
    assert all(line.startswith(("::", "auditor: ")) for line in files["github"].splitlines())
    rows = list(csv.DictReader(io.StringIO(files["csv"], newline="")))
    assert {row["file"] for row in rows} == {"'" + HOSTILE_FILE, "'-2+3.yaml"}
    ElementTree.fromstring(files["junit"])
    for format in ("gitlab-codequality", "gitlab-sast", "sarif", "json"):
        json.loads(files[format])
    for format in ("markdown", "github-summary"):
        outside = re.sub(r"(`+).*?\1", "", files[format])
        assert "<script" not in outside and "](https" not in outside and "@all" not in outside


@pytest.mark.parametrize("format", sorted(LIVE_ONLY))
def test_a_format_of_accounts_is_refused_for_templates_before_the_run(
    auditor: Auditor, folder: Path, format: str
) -> None:
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", *DEMO, "-o", f"{format}=out", "-o", "json=a.json")
    assert done.returncode == 2
    assert done.stderr.startswith(f"auditor: error: -o {format}: ") and len(done.stderr.splitlines()) == 1
    assert not (folder / "out").exists() and not (folder / "a.json").exists()
    auditor("scan", "a.yaml", *DEMO, "-o", "json=a.json")
    again = auditor("report", "a.json", "-o", format)
    assert (again.returncode, again.stdout) == (2, "")


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "console"])
def test_a_stored_report_of_accounts_is_rendered_in_every_format(auditor: Auditor, folder: Path, format: str) -> None:
    (folder / "a.json").write_text(rendered("json", ACCOUNTS), encoding="utf-8")
    done = auditor("report", "a.json", "-o", f"{format}=out")
    assert done.returncode == 1, done.stderr
    text = (folder / "out").read_text(encoding="utf-8")
    assert "s3:GetBucketPolicy" in text
    if format in LIVE_ONLY:
        assert len(json.loads(text)) == sum(1 for _ in ACCOUNTS.verdicts) + 1


def test_help_names_every_format(auditor: Auditor) -> None:
    said = " ".join(auditor("scan", "--help").stdout.split())
    named = said.partition("(repeatable):")[2].partition(" --")[0]
    assert {word.strip(",;.") for word in named.split()} >= set(FORMATS)


def test_an_unknown_format_names_the_nearest(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", *DEMO, "-o", "gitlab-code")
    assert done.returncode == 2 and "gitlab-codequality" in done.stderr
