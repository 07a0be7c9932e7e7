"""The baseline through the real command: what it forgives, what it does not, and what is wrong with a file."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commands import BROKEN, COMMAND, DEMO, FAILING, LOW, PASSING, UNDECIDED, Auditor, write

FILE = "auditor-baseline.jsonl"
HEADER = '{"format":"auditor-baseline/1"}\n'


def record(auditor: Auditor, *flags: str) -> None:
    report = auditor("scan", ".", *DEMO, "-o", "json")
    done = auditor("baseline", "write", "-", *flags, stdin=report.stdout)
    assert done.returncode == 0, done.stderr


def gate(auditor: Auditor, *flags: str) -> Any:
    return auditor("scan", ".", *DEMO, "--baseline", FILE, *flags)


def entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / FILE).read_text().splitlines()[1:]]


def test_every_line_is_as_the_schema_says(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=UNDECIDED)
    record(auditor)
    validator = jsonschema.Draft202012Validator(json.loads(auditor("schema", "baseline").stdout))
    lines = (folder / FILE).read_text().splitlines(keepends=True)
    assert lines[0] == HEADER
    assert [set(json.loads(line)) for line in lines[1:]] == [
        {"resource", "policy", "type", "finding", "path"},
        {"resource", "policy", "type", "causes"},
    ]
    for line in lines:
        validator.validate(json.loads(line))
    assert not validator.is_valid({"resource": "a", "policy": "b", "type": "c", "causse": []})


def test_what_moves_is_renamed_or_laid_out_anew_stays_known(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=UNDECIDED)
    record(auditor)
    (folder / "deep").mkdir()
    (folder / "a.yaml").unlink()
    moved = json.dumps({"Resources": {"Logs": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": []}}}})
    (folder / "deep" / "n w\n'\"é.json").write_text("\n\n" + moved)
    done = gate(auditor)
    assert done.returncode == 0, done.stdout
    assert r"""baseline: a.yaml#Logs (demo-bucket-versioned) is deep/n w\n'"é.json#Logs now""" in done.stdout
    done = gate(auditor, "--ratchet")
    assert [each["resource"] for each in entries(folder)] == ["b.yaml#Alarm", "deep/n w\n'\"é.json#Logs"]
    assert "#Logs now" not in gate(auditor).stdout


def test_where_a_renamed_file_could_be_either_none_is_taken_for_it(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    record(auditor)
    (folder / "a.yaml").rename(folder / "b.yaml")
    write(folder, c=FAILING)
    done = gate(auditor, "--ratchet")
    assert done.returncode == 1
    assert "a.yaml#Logs (demo-bucket-versioned) could be b.yaml#Logs or c.yaml#Logs" in done.stdout
    assert "exit 1: 2 verdicts FAIL" in done.stdout
    assert [each["resource"] for each in entries(folder)] == ["a.yaml#Logs"]


def test_a_copy_in_another_file_is_new(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    record(auditor)
    write(folder, b=FAILING)
    done = gate(auditor)
    assert done.returncode == 1
    assert "1 known, 1 new" in done.stdout


def test_a_run_elsewhere_finds_the_same_entries(auditor: Auditor, folder: Path) -> None:
    (folder / "sub").mkdir()
    write(folder / "sub", a=FAILING)
    record(auditor)
    command = [*COMMAND, "scan", ".", *DEMO, "--baseline", f"../{FILE}", "--ratchet"]
    done = subprocess.run(command, cwd=folder / "sub", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [each["resource"] for each in entries(folder)] == ["sub/a.yaml#Logs"]


def test_undecided_is_known_by_its_cause_and_a_decided_failure_is_new(auditor: Auditor, folder: Path) -> None:
    write(folder, a=UNDECIDED)
    record(auditor)
    done = gate(auditor)
    assert (done.returncode, "1 ACCEPTED" in done.stdout) == (0, True)
    assert gate(auditor, "--parameter", "Name=public").returncode == 1
    write(folder, a=UNDECIDED.replace("Name", "Title").replace("DisplayTitle", "DisplayName"))
    assert gate(auditor).returncode == 3


def test_the_ratchet_takes_nothing_that_is_not_seen(auditor: Auditor, folder: Path) -> None:
    hidden = "Parameters: {P: {Type: String}}\n" + PASSING.replace("Enabled", "!Ref P")
    write(folder, a=FAILING, b=FAILING, c=FAILING, d=FAILING, e=LOW)
    record(auditor)
    write(folder, a=hidden, b=BROKEN, c=PASSING)
    (folder / "d.yaml").unlink()
    done = gate(auditor, "--ratchet")
    assert [each["resource"] for each in entries(folder)] == ["a.yaml#Logs", "b.yaml#Logs", "e.yaml#Work"]
    assert "a.yaml#Logs (demo-bucket-versioned) matched nothing, but it neither passes" in done.stdout
    assert "c.yaml#Logs (demo-bucket-versioned) passes now: it leaves" in done.stdout
    assert "d.yaml#Logs (demo-bucket-versioned) is gone: it leaves" in done.stdout
    auditor("scan", "e.yaml", "--pack", DEMO[1], "--policy", "demo-queue-ordered", "--baseline", FILE, "--ratchet")
    assert len(entries(folder)) == 3


def test_update_adds_and_takes_out_and_write_does_not_replace(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=LOW)
    record(auditor)
    write(folder, a=PASSING, c=FAILING)
    (folder / "r.json").write_text(auditor("scan", ".", *DEMO, "-o", "json").stdout)
    refused = auditor("baseline", "write", "r.json")
    assert refused.returncode == 2
    assert "auditor baseline update" in refused.stderr
    done = auditor("baseline", "update", "r.json")
    assert done.stderr == f"{FILE}: 2 findings, 0 not decided, 1 added, 1 removed\n"
    assert [each["resource"] for each in entries(folder)] == ["b.yaml#Work", "c.yaml#Logs"]
    shown = auditor("baseline", "show", "--all").stdout
    assert "      1  demo-queue-ordered\n         b.yaml#Work  /FifoQueue\n" in shown
    (folder / "r.json").write_text(gate(auditor, "-o", "json").stdout)
    assert "run it with --no-baseline" in auditor("baseline", "update", "r.json").stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, f"baseline {FILE}: No such file or directory; `auditor baseline write` makes one"),
        ("", "it is empty"),
        ("[]\n", "no baseline of auditor"),
        ('{"format":"auditor-baseline/2"}\n', "a baseline of format auditor-baseline/2; this version of auditor reads"),
        (HEADER + "{\n", f"baseline {FILE}:2: no entry of a baseline"),
        (HEADER + '{"resource":"a","policy":"b","type":"c"}\n', ":2: an entry has a finding, or causes"),
        (HEADER + '{"resource":"a","policy":"b","type":"c","x":1}\n', "unknown field `x`"),
        (HEADER + "<<<<<<< HEAD\n=======\n>>>>>>> b\n", f"{FILE}:2: a merge conflict is not resolved"),
        (b"\xff\xfe\xff", "not UTF-8"),
    ],
)
def test_a_broken_baseline_is_one_clear_error(
    text: str | bytes | None, said: str, auditor: Auditor, folder: Path
) -> None:
    if text is not None:
        (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    done = auditor("baseline", "show")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_lines_of_both_sides_of_a_merge_are_a_baseline(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=LOW)
    record(auditor)
    header, *lines = (folder / FILE).read_text().splitlines(keepends=True)
    (folder / FILE).write_text(header + lines[1] + header + lines[1] + lines[0])
    done = gate(auditor)
    assert (done.returncode, "2 known, 0 new" in done.stdout) == (0, True)


def test_a_place_that_cannot_be_written_is_4_and_the_report_is_there(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    record(auditor)
    (folder / "locked").mkdir()
    report = auditor("scan", ".", *DEMO, "-o", "json").stdout
    done = auditor("baseline", "write", "-", "--baseline", f"a.yaml/{FILE}", stdin=report)
    assert (done.returncode, done.stderr) == (4, f"auditor: error: cannot write a.yaml/{FILE}: File exists\n")
    write(folder, a=PASSING)
    (folder / "auditor.toml").write_text(f'baseline = "{FILE}"\n')
    os.rename(folder / FILE, folder / "locked" / FILE)
    os.symlink(f"locked/{FILE}", folder / FILE)
    done = auditor("scan", "a.yaml", *DEMO, "--ratchet", "-o", "json")
    assert done.returncode == 0
    assert "baseline" not in auditor("scan", "a.yaml", *DEMO, "--no-baseline").stdout
    assert (folder / FILE).is_symlink()
    assert (folder / FILE).read_text() == HEADER


def test_a_ratchet_that_cannot_be_written_is_4_beside_the_whole_report(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    name = "b" * 250  # no room for the temporary name beside it
    record(auditor)
    os.rename(folder / FILE, folder / name)
    before = (folder / name).read_text()
    write(folder, a=PASSING)
    done = auditor("scan", "a.yaml", *DEMO, "--baseline", name, "--ratchet", "-o", "json")
    assert done.returncode == 4
    assert f"cannot write {name}: File name too long" in done.stderr
    assert json.loads(done.stdout)["summary"]["exit_code"] == 0
    assert (folder / name).read_text() == before


def test_concurrent_runs_leave_one_whole_file(auditor: Auditor, folder: Path, environ: dict[str, str]) -> None:
    write(folder, a=FAILING, b=LOW)
    record(auditor)
    write(folder, a=PASSING)
    command = [*COMMAND, "scan", ".", *DEMO, "--baseline", FILE, "--ratchet", "-o", "json=r.json"]
    runs = [subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    assert [each["resource"] for each in entries(folder)] == ["b.yaml#Work"]
    assert json.loads((folder / "r.json").read_text())["summary"]["exit_code"] == 0
    assert sorted(each.name for each in folder.iterdir()) == ["a.yaml", FILE, "b.yaml", "r.json"]


def test_a_reader_that_goes_away_changes_no_code(auditor: Auditor, folder: Path, environ: dict[str, str]) -> None:
    lines = [f'{{"resource":"a.yaml#L{n}","policy":"p{n}","type":"T","finding":"f"}}\n' for n in range(20_000)]
    (folder / FILE).write_text(HEADER + "".join(lines))
    command = [*COMMAND, "baseline", "show"]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 4
    assert "Traceback" not in said


def test_a_framework_counts_what_is_known_as_a_failure(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=PASSING)
    record(auditor)
    (folder / "own.yaml").write_text(
        "name: own\ntitle: Own\ncontrols: {A: {title: Versions, policies: [demo-bucket-versioned]}}\n"
    )
    for flags in ((), ("--min-severity", "critical")):
        (folder / "r.json").write_text(gate(auditor, "-o", "json", *flags).stdout)
        done = auditor("framework", "--framework-file", "own.yaml", "r.json", "--pack", DEMO[1])
        assert ("UNKNOWN" if flags else "FAIL") in done.stdout.splitlines()[3], done.stdout + done.stderr


def test_sarif_leaves_out_what_is_known_or_marks_it(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=UNDECIDED)
    record(auditor)
    left_out = json.loads(gate(auditor, "-o", "sarif").stdout)["runs"][0]["results"]
    assert left_out == []
    marked = json.loads(gate(auditor, "-o", "sarif", "--sarif-suppressed", "mark").stdout)["runs"][0]["results"]
    expected = [{"kind": "external", "status": "accepted", "justification": "in the baseline"}]
    assert [(each["ruleId"], each["suppressions"]) for each in marked] == [
        ("demo-bucket-versioned", expected),
        ("not-seen", expected),
    ]
