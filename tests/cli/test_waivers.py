"""Waivers through the real command: files, metadata and comments of templates, and what is wrong with them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from commands import DEMO, FAILING, PASSING, UNDECIDED, Auditor, write

NEXT_WEEK = datetime.date.today() + datetime.timedelta(7)
HEAD = "format: auditor-waivers/1\nwaivers:\n"


def row(**fields: object) -> str:
    given = {"policy": "demo-bucket-versioned", "resources": ["a.yaml#Logs"], "owner": "me", "reason": "known"}
    rows = [{**given, "expires": NEXT_WEEK, **fields}]
    return yaml.safe_dump(rows, sort_keys=False, allow_unicode=True)


def test_a_waiver_keeps_the_verdict_in_the_report_with_its_reason(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    (folder / "waivers.yaml").write_text(HEAD + row(ticket="OPS-1", reason="Straße\n\x1b[31m"))
    (folder / "auditor.toml").write_text('[waivers]\nfiles = ["waivers.yaml"]\n')
    done = auditor("scan", "a.yaml", *DEMO, "-o", "console", "-o", "json=r.json", "-o", "sarif=s.sarif")
    assert done.returncode == 0, done.stdout
    assert "0 FAIL, 0 UNKNOWN, 0 PASS, 1 WAIVED" in done.stdout
    assert r"WAIVED demo-bucket-versioned: a.yaml:2 Logs (AWS::S3::Bucket): Straße\n\x1b[31m (OPS-1, me" in done.stdout
    assert "expires on" in done.stdout and "in 7 days" in done.stdout
    (verdict,) = json.loads((folder / "r.json").read_text())["verdicts"]
    assert (verdict["status"], verdict["by"]) == ("WAIVED", "waiver")
    assert verdict["reason"] == f"Straße\n\x1b[31m (OPS-1, me, until {NEXT_WEEK})"
    again = auditor("report", "r.json", "-o", "sarif", "--sarif-suppressed", "mark")
    (result,) = json.loads(again.stdout)["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == verdict["reason"]
    schema = json.loads(auditor("schema", "waivers").stdout)
    tree = yaml.load((folder / "waivers.yaml").read_text(), Loader=yaml.BaseLoader)
    jsonschema.Draft202012Validator(schema).validate(tree)


def test_a_waiver_hides_unknown_only_if_it_says_so(auditor: Auditor, folder: Path) -> None:
    write(folder, a=UNDECIDED)
    for unknown, code in ((False, 3), (True, 0)):
        text = HEAD + row(policy="demo-topic-private", resources=["Alarm"], unknown=unknown)
        (folder / "waivers.yaml").write_text(text)
        assert auditor("scan", "a.yaml", *DEMO, "--waivers", "waivers.yaml").returncode == code


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (FAILING + "    Metadata: {Auditor: {waive: [{policy: demo-bucket-*, reason: ok, expires: DAY}]}}\n", 0),
        ("Metadata: {Auditor: {waive: [{policy: demo-bucket-versioned, reason: ok, expires: DAY}]}}\n" + FAILING, 0),
        (FAILING.replace("  Logs:", '  # auditor:waive demo-bucket-versioned reason="a b" expires=DAY\n  Logs:'), 0),
        (FAILING.replace("Logs:", 'Logs:  # auditor:waive demo-bucket-versioned reason="a b" expires=DAY'), 0),
        (FAILING + "  # auditor:waive demo-bucket-versioned reason=late expires=DAY\n  Other: {Type: 'A::B::C'}\n", 1),
        (FAILING + "    Metadata: {Auditor: {waive: [{policy: demo-queue-ordered, reason: ok, expires: DAY}]}}\n", 1),
    ],
)
def test_a_waiver_in_the_template(template: str, code: int, auditor: Auditor, folder: Path) -> None:
    write(folder, a=template.replace("DAY", str(NEXT_WEEK)))
    done = auditor("scan", "a.yaml", *DEMO, "-o", "json=r.json", "-o", "sarif=s.sarif", "--sarif-suppressed", "mark")
    assert done.returncode == code, done.stderr
    assert ("matched nothing: remove it" in done.stderr) is bool(code)
    (result,) = json.loads((folder / "s.sarif").read_text())["runs"][0]["results"]
    assert [each["kind"] for each in result.get("suppressions", ())] == ([] if code else ["inSource"])


def test_waivers_of_no_use_are_named_and_do_not_count(auditor: Auditor, folder: Path) -> None:
    far = datetime.date.today() + datetime.timedelta(400)
    rows = [
        row(policy="demo-bucket-version"),
        row(expires="2020-01-01"),
        row(expires=far),
        row().replace(f"  expires: {NEXT_WEEK}\n", ""),
        row(policy="*", resources=["*"]),
        row(policy="demo-queue-ordered", resources=["*"]),
        row(resources=["b.yaml#Logs"]),
    ]
    write(folder, a=FAILING + "    Metadata: {Auditor: {waive: [{policy: demo-bucket-versioned, reson: ok}]}}\n")
    (folder / "waivers.yaml").write_text(HEAD + "".join(rows))
    done = auditor("scan", ".", *DEMO, "--waivers", "waivers.yaml", "-o", "json")
    assert done.returncode == 1
    notes = json.loads(done.stdout)["summary"]["notes"]
    for said in (
        'the waiver at a.yaml:4 does not count: unknown key "reson" (did you mean "reason"?)',
        'waivers.yaml:3 (demo-bucket-version): there is no such policy (did you mean "demo-bucket-versioned"?)',
        "waivers.yaml:9 (demo-bucket-versioned) expired on 2020-01-01: it no longer counts",
        f"expires on {far}, more than 365 days ahead, and does not count",
        "has no expiry and does not count: give it one",
        "(*) covers every policy on every resource and does not count",
        "(demo-queue-ordered) is too broad: it covers every resource",
        "(demo-bucket-versioned) matched nothing: remove it",
    ):
        assert any(said in note for note in notes), (said, notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "waivers.yaml: the waivers cannot be read"),
        ("[", "waivers.yaml: not valid YAML"),
        ("a: b", 'waivers.yaml: no file of waivers: it begins with "format: auditor-waivers/1"'),
        (
            "format: auditor-waivers/2\nwaivers: []",
            "waivers of format auditor-waivers/2; this version of auditor reads",
        ),
        (HEAD + row() + row(policy=""), "waivers.yaml:9: a waiver needs a policy"),
        (HEAD + row(resources=[]), "waivers.yaml:3: a waiver needs resources"),
        (HEAD + row() + row(expires="soon"), "waivers.yaml:9: Invalid"),
        (HEAD + row().replace("owner: me", "owners: me"), "waivers.yaml:3: Object contains unknown field `owners`"),
        (HEAD + row() + "  reason: twice\n", 'waivers.yaml:9: the key "reason" stands there twice'),
        (HEAD + row(path="/A", unknown=True), "with a path it waives findings alone"),
        (HEAD + row(path="A"), "a path begins with /"),
    ],
)
def test_a_broken_file_is_one_clear_error(text: str | None, said: str, auditor: Auditor, folder: Path) -> None:
    write(folder, a=PASSING)
    if text is not None:
        (folder / "waivers.yaml").write_text(text)
    done = auditor("scan", "a.yaml", *DEMO, "--waivers", "waivers.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
