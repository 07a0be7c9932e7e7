"""What is written where, through the real command."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from commands import COMMAND, DEMO, FAILING, LOW, PASSING, UNDECIDED, Auditor, write

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_every_output_is_written_and_stdout_holds_only_what_was_asked_for(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=UNDECIDED)
    done = auditor("scan", ".", *DEMO, "-o", "json", "-o", "sarif=out/deep/a.sarif", "-o", "console=report.txt")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["verdicts"]) == 2
    assert json.loads((folder / "out/deep/a.sarif").read_text())["version"] == "2.1.0"
    assert (folder / "report.txt").read_text().startswith("a.yaml\n  high ")
    assert done.stderr.endswith(
        "exit 1: 1 verdict FAIL at or over severity high\n   also: 1 verdict UNKNOWN at or over severity high\n"
    )
    assert "old versions are not kept" not in done.stderr


def test_the_console_report_on_stdout_needs_no_summary_beside_it(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", *DEMO, "-o", "console", "-o", f"json={os.devnull}")
    assert done.stdout.count("exit 1:") == 1
    assert done.stderr == ""
    assert Path(os.devnull).is_char_device()


def test_a_file_is_replaced_and_a_link_is_written_through(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING)
    (folder / "real.json").write_text("old")
    (folder / "link.json").symlink_to("real.json")
    auditor("scan", "a.yaml", *DEMO, "-o", "json=link.json", "-o", "sarif=/dev/stdout")
    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "real.json").read_text())["format"] == "auditor-report/1"


def test_passed_verdicts_are_in_the_json_report_on_request(auditor: Auditor, folder: Path) -> None:
    write(folder, a=PASSING, b=LOW)
    done = auditor("scan", ".", *DEMO, "--include-passed", "-o", "json")
    assert [verdict["status"] for verdict in json.loads(done.stdout)["verdicts"]] == ["PASS", "FAIL"]


def test_standard_input_is_judged_and_its_lines_are_shown(auditor: Auditor) -> None:
    done = auditor("scan", "-", *DEMO, stdin=FAILING)
    assert done.returncode == 1
    assert done.stdout.startswith("-\n  high      demo-bucket-versioned  Logs (AWS::S3::Bucket)\n")
    assert "      2:3 │ Logs:\n" in done.stdout


@pytest.mark.parametrize("text", ["", "services: {web: {image: x}}", "\x00\x01"])
def test_standard_input_that_is_no_template_is_an_error(text: str, auditor: Auditor) -> None:
    done = auditor("scan", "-", *DEMO, stdin=text)
    assert done.returncode == 3
    assert done.stdout.startswith("error -")


def test_a_folder_without_templates_passes_and_says_so(auditor: Auditor, folder: Path) -> None:
    (folder / "package.json").write_text('{"name": "x"}')
    (folder / "chart.yaml").write_text("a: {{ .Values.b }}\n")
    done = auditor("scan", ".", *DEMO)
    assert done.returncode == 0
    assert "note: no template found in . (2 other files)" in done.stdout
    assert "0 templates, 2 other files" in done.stdout


def test_hostile_names_reach_no_terminal(auditor: Auditor, folder: Path) -> None:
    name = "new\nline\x1b[31m \u202eGröße.yaml"
    logical = '"B\\e]0;owned\\a\\nÜ日本"'
    (folder / name).write_text(FAILING.replace("Logs", logical), encoding="utf-8")
    (folder / "broken\x1b[2J.yaml").write_text("Resources: [")
    done = auditor("scan", ".", name, "broken\x1b[2J.yaml", *DEMO)
    assert done.returncode == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", done.stdout + done.stderr)
    assert r"new\nline\x1b[31m \u202eGröße.yaml" in done.stdout
    assert "Ü日本 (AWS::S3::Bucket)" in done.stdout
    usage = auditor("scan", ".", "--pack", "x\x1b[2J")
    assert r"x\x1b[2J" in usage.stderr


def test_a_name_that_is_no_text_is_no_crash(auditor: Auditor, folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    (folder / name).write_text(FAILING)
    done = auditor("scan", name, *DEMO, "-o", "sarif=a.sarif", "-o", "json")
    assert done.returncode in (1, 3)
    assert json.loads(done.stdout)["format"] == "auditor-report/1"


def test_no_output_tells_a_secret(auditor: Auditor, folder: Path) -> None:
    """Nor does a finding of another policy that stands on its line."""
    secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz"
    (folder / "a.yaml").write_text(
        "Resources:\n"
        "  Take:\n"
        "    Type: AWS::Lambda::Function\n"
        "    Properties: {Environment: {Variables: {DB_PASSWORD: " + secret + ", STAGE: prod}}}\n"
        "  Logs: {Type: AWS::S3::Bucket, Metadata: {PASSWORD: x}}\n"
    )
    outputs = ("-o", "console", "-o", "json=a.json", "-o", "sarif=a.sarif")
    done = auditor("scan", "a.yaml", "--policy", "secrets-*", *outputs)
    assert done.returncode == 1
    assert "DB_PASSWORD: ********" in done.stdout
    for text in (done.stdout, done.stderr, (folder / "a.json").read_text(), (folder / "a.sarif").read_text()):
        assert secret not in text


# --- terminals and pipes ----------------------------------------------------------------------------------------


def at_terminal(folder: Path, environ: dict[str, str], columns: int) -> str:
    """What a person sees; a pseudo terminal ends lines with carriage return and line feed."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([*COMMAND, "scan", "a.yaml", *DEMO], cwd=folder, env=environ, stdout=side, stderr=side):
        os.close(side)
        seen = b""
        try:
            while piece := os.read(main, 1 << 16):
                seen += piece
        except OSError:  # Linux: the other side was closed
            pass
    os.close(main)
    return seen.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_its_own_width(auditor: Auditor, folder: Path, environ: dict[str, str]) -> None:
    write(folder, a=FAILING)
    plain = auditor("scan", "a.yaml", *DEMO).stdout
    coloured = at_terminal(folder, {**environ, "TERM": "xterm"}, 100)
    assert "\x1b" not in plain
    assert "\x1b[31m" in coloured
    assert ESCAPE.sub("", coloured) == plain
    narrow = at_terminal(folder, {**environ, "TERM": "xterm", "NO_COLOR": "1"}, 44)
    assert "\x1b" not in narrow
    assert max(map(len, narrow.splitlines())) <= 44


def test_a_reader_that_goes_away_changes_nothing_but_what_it_reads(folder: Path, environ: dict[str, str]) -> None:
    """`auditor scan ... | head -1` under `pipefail`: the code is still the gate's."""
    resources = "".join(f"  B{n}:\n    Type: AWS::S3::Bucket\n" for n in range(900))
    write(folder, a="Resources:\n" + resources)
    command = [*COMMAND, "scan", "a.yaml", *DEMO, "--all"]
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"a.yaml\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_list_that_nobody_reads_ends_quietly(folder: Path, environ: dict[str, str]) -> None:
    """Nor 1, which click makes of it: that would be an assertion that does not hold."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, "policy", "list"], cwd=folder, env=environ, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (4, b"")
