"""Each exit code and each combination, through the real command (docs/exit-codes-and-formats.md)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from commands import BROKEN, COMMAND, DEMO, FAILING, LOW, PACKS, PASSING, UNDECIDED, Auditor, write

# templates by name, flags, exit code, the last lines in their order
CASES = {
    "passed": ({"a": PASSING}, (), 0, ["exit 0: passed"]),
    "failed": ({"a": FAILING}, (), 1, ["exit 1: 1 verdict FAIL at or over severity high"]),
    "undecided": (
        {"a": UNDECIDED, "b": PASSING},
        (),
        3,
        [
            "1 not decided: parameter Name has no value → --parameter Name=...",
            "exit 3: 1 verdict UNKNOWN at or over severity high",
        ],
    ),
    "undecided but lenient": ({"a": UNDECIDED}, ("--lenient",), 0, ["exit 0: 1 verdict UNKNOWN", "(--lenient"]),
    "lenient never forgives a finding": (
        {"a": FAILING, "b": UNDECIDED},
        ("--lenient",),
        1,
        ["exit 1: 1 verdict FAIL", "   also: 1 verdict UNKNOWN", "(--lenient"],
    ),
    "a file that is no template, the other one judged": (
        {"a": BROKEN, "b": PASSING},
        (),
        3,
        ["error a.yaml:2", "1 template,", "exit 3: 1 file could not be judged"],
    ),
    "everything at once": (
        {"a": FAILING, "b": UNDECIDED, "c": BROKEN},
        (),
        1,
        ["exit 1: 1 verdict FAIL", "also: 1 verdict UNKNOWN", "also: 1 file could not be judged"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_templates_give_the_code_and_say_why(case: str, auditor: Auditor, folder: Path) -> None:
    templates, flags, code, said = CASES[case]
    write(folder, **templates)
    done = auditor("scan", *(f"{name}.yaml" for name in templates), *DEMO, *flags)
    assert done.returncode == code, done.stdout + done.stderr
    place = 0
    for words in said:
        place = done.stdout.index(words, place)
    assert done.stderr == ""


def test_a_policy_that_crashes_is_incomplete_whatever_its_severity(auditor: Auditor, folder: Path) -> None:
    """`crash-on-parameter` is of low severity and takes any name for a number."""
    write(folder, a=UNDECIDED, b=PASSING)
    flags = ("--pack", PACKS / "crash", "--parameter", "Name=x", "--policy", "crash-*", "-o", "json")
    done = auditor("scan", ".", *flags)
    assert done.returncode == 3
    report = json.loads(done.stdout)
    (error,) = report["errors"]
    assert error["kind"] == "policy"
    assert "crash_on_parameter.rego" in error["message"]
    assert "to_number" in error["message"]
    assert [verdict["status"] for verdict in report["verdicts"]] == ["UNKNOWN"]
    assert "exit 3: 1 policy could not be judged" in done.stderr
    assert "error crash-on-parameter:" in done.stderr


def test_an_accepted_blind_spot_counts_no_more_and_an_unused_one_is_named(auditor: Auditor, folder: Path) -> None:
    write(folder, a=UNDECIDED)
    (folder / "auditor.toml").write_text(
        "waivers.require_expiry = false\n"
        '[[accept]]\nreason = "known"\nowner = "me"\ndetail = "parameter Name *"\n'
        '[[accept]]\nreason = "stale"\nowner = "me"\naction = "s3:*"\n'
        '[[accept]]\nreason = "old"\nowner = "me"\ntype = "*"\nexpires = "2020-01-01"\n'
    )
    done = auditor("scan", "a.yaml", *DEMO)
    assert done.returncode == 0, done.stdout
    assert "1 ACCEPTED" in done.stdout
    assert '"stale" (me) matched nothing: remove it' in done.stdout
    assert '"old" (me) expired on 2020-01-01' in done.stdout
    assert '"known"' not in done.stdout
    assert "ACCEPTED demo-topic-private: a.yaml:4 Alarm (AWS::SNS::Topic): known" in done.stdout


def test_the_configuration_decides_and_flags_win_over_it(auditor: Auditor, folder: Path) -> None:
    write(folder, a=LOW, b=UNDECIDED)
    (folder / "auditor.toml").write_text('fail_on = "low"\nlenient = true\n')
    assert auditor("scan", ".", *DEMO).returncode == 1
    assert auditor("scan", ".", *DEMO, "--fail-on", "critical").returncode == 0
    assert auditor("scan", ".", *DEMO, "--fail-on", "critical", "--no-lenient").returncode == 3


def test_min_severity_and_sarif_unknown_never_change_the_code(auditor: Auditor, folder: Path) -> None:
    write(folder, a=LOW, b=UNDECIDED)
    flags = ("--min-severity", "critical", "--sarif-unknown", "omit", "--fail-on", "low")
    done = auditor("scan", ".", *DEMO, *flags, "-o", "sarif")
    assert done.returncode == 1
    assert json.loads(done.stdout)["runs"][0]["results"] == []


def test_only_the_chosen_policies_are_judged(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", "--pack", PACKS / "demo", "--policy", "demo-t*", "--policy", "demo-queue-ordered")
    assert done.returncode == 0
    assert "0 FAIL, 0 UNKNOWN, 0 PASS" in done.stdout


# --- 2: usage, configuration, packs -----------------------------------------------------------------------------

USAGE = {
    "no path": (["scan"], "PATH..."),
    "no such command": (["scann"], "scan"),
    "no such flag": (["scan", ".", "--fail-onn", "low"], "--fail-on"),
    "no such severity": (["scan", ".", "--fail-on", "extreme"], "'extreme'"),
    "no such policy": (["scan", ".", "--policy", "s3-bucket-tls-requird"], '(did you mean "s3-bucket-tls-required"?)'),
    "no such format": (["scan", ".", "-o", "sarf=x"], 'unknown format "sarf" (did you mean "sarif"?)'),
    "two formats on stdout": (["scan", ".", "-o", "json", "-o", "sarif=-"], "standard output is named by more than"),
    "two formats in a file": (["scan", ".", "-o", "json=x", "-o", "sarif=./x"], "x is named by more than one output"),
    "no such pack": (["scan", ".", "--pack", "nowhere"], "--pack nowhere: no such folder"),
    "no such configuration": (["scan", ".", "--config", "nowhere.toml"], "nowhere.toml"),
    "a setting without a policy": (["scan", ".", "--set", "ports=22"], "POLICY-ID.PARAMETER=VALUE"),
    "a parameter without a value": (["scan", ".", "--parameter", "Env"], "--parameter Env: write it as Key=Value"),
    "a ratchet without a baseline": (["scan", ".", "--ratchet"], "name it with --baseline FILE"),
    "with and without a baseline": (["scan", ".", "--baseline", "x", "--no-baseline"], "one of them"),
    "no such baseline": (["scan", ".", "--baseline", "x.jsonl"], "baseline x.jsonl: No such file or directory"),
    "no such report": (["baseline", "write", "x.json"], "x.json: the report cannot be read"),
    "no such policy to show": (["policy", "show", "s3-bucket-tls"], '(did you mean "s3-bucket-tls-required"?)'),
}


@pytest.mark.parametrize("case", USAGE)
def test_what_was_asked_wrongly_is_2_and_says_what_is_right(case: str, auditor: Auditor, folder: Path) -> None:
    arguments, said = USAGE[case]
    write(folder, a=FAILING)
    done = auditor(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail-on = "low"', 'unknown key "fail-on" (did you mean "fail_on"?)'),
        ("[template]\nparameter = {}", 'unknown key "template.parameter" (did you mean "parameters"?)'),
        ('fail_on = "extreme"', "auditor.toml: "),
        ("fail_on =", "not valid TOML"),
        ('[[accept]]\nreason = "all"\nowner = "me"', "needs an account, region, type, action or detail"),
    ],
)
def test_a_wrong_configuration_is_2(text: str, said: str, auditor: Auditor, folder: Path) -> None:
    (folder / "auditor.toml").write_text(text)
    done = auditor("scan", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_broken_pack_is_2_with_file_line_and_column(auditor: Auditor, folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "broken.rego").write_text("package policy.broken\n\ndeny contains if\n")
    done = auditor("scan", ".", "--pack", "own")
    assert done.returncode == 2
    assert "own/broken.rego:3:" in done.stderr
    assert "Traceback" not in done.stderr


# --- 4: the engine, the outputs ---------------------------------------------------------------------------------


def test_without_opa_it_is_4_and_says_how_to_get_it(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", env={"AUDITOR_OPA": str(folder / "nowhere")})
    assert (done.returncode, done.stdout) == (4, "")
    assert "auditor engine install" in done.stderr
    assert "nowhere (AUDITOR_OPA): no such program" in done.stderr


def test_an_old_opa_is_4(auditor: Auditor, folder: Path) -> None:
    old = folder / "opa"
    old.write_text("#!/bin/sh\necho Version: 1.0.0\n")
    old.chmod(0o755)
    done = auditor("engine", "status", env={"AUDITOR_OPA": str(old)})
    assert done.returncode == 4
    assert "version 1.0.0 is older than" in done.stderr


def test_an_output_that_cannot_be_written_is_4_over_all_and_the_others_are_written(
    auditor: Auditor, folder: Path
) -> None:
    write(folder, a=FAILING, b=UNDECIDED, c=BROKEN)
    (folder / "taken").write_text("")
    outputs = ("-o", "json=taken/report.json", "-o", "sarif=report.sarif", "-o", "console=.")
    done = auditor("scan", "a.yaml", "b.yaml", "c.yaml", *DEMO, *outputs)
    assert done.returncode == 4
    assert "exit 4: cannot write taken/report.json: " in done.stderr
    assert "also: cannot write .: Is a directory" in done.stderr
    assert "also: 1 verdict FAIL" in done.stderr
    assert len(json.loads((folder / "report.sarif").read_text())["runs"][0]["results"]) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "b.yaml", "c.yaml", "report.sarif", "taken"]


def test_a_full_disk_at_standard_output_is_4(auditor: Auditor, folder: Path, environ: dict[str, str]) -> None:
    write(folder, a=PASSING)
    with open("/dev/full", "w") as full:
        command = [*COMMAND, "scan", "a.yaml", *DEMO]
        done = subprocess.run(command, cwd=folder, env=environ, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 4
    assert done.stderr == "auditor: error: cannot write to standard output: No space left on device\n"
