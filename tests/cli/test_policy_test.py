"""`auditor policy test`: every way in which a policy may not hold is named with its place."""

from __future__ import annotations

import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from authoring import ID, KEY, STATUS, change, line_of, new, place
from commands import COMMAND, Auditor

PAIRLESS = (
    "- name: other\n  expect: fail\n  properties: {VersioningConfiguration: {Status: Suspended}, BucketName: b}\n"
)


@pytest.fixture
def policy(auditor: Auditor, folder: Path) -> Path:
    """The folder of a policy that holds."""
    made = new(auditor)
    assert made.returncode == 0, made.stderr
    return place(folder)


def rego(policy: Path) -> Path:
    return policy / f"{KEY}.rego"


def test_a_case_with_another_verdict_is_named_with_expected_and_got(policy: Path, auditor: Auditor) -> None:
    cases = policy / "cases.yaml"
    change(cases, "expect: pass", "expect: fail")
    done = auditor("policy", "test", ID, "--pack", "pack")
    assert done.returncode == 1
    where = f"pack/s3/{KEY}/cases.yaml:{line_of(cases, 'as it should be')}: [case]"
    assert f'{where} "as it should be" (live): expected FAIL, got PASS' in done.stdout
    assert f'{where} "as it should be" (template): expected FAIL, got PASS' in done.stdout


def test_a_failing_rego_test_is_named_with_its_line(policy: Path, auditor: Auditor) -> None:
    file = policy / f"{KEY}_test.rego"
    change(file, "== 0", "== 7")
    done = auditor("policy", "test", str(policy), "--pack", "pack")
    assert done.returncode == 1
    line = line_of(file, "test_nothing_is_denied")
    assert f'{KEY}_test.rego:{line}: [rego test] "test_nothing_is_denied"' in done.stdout


def test_format_reads_pairs_and_values_are_asked_too(policy: Path, auditor: Auditor) -> None:
    change(rego(policy), "\tnot bucket", "    not   bucket")
    change(rego(policy), f"needs: [{STATUS}]", "needs: [/BucketName]")
    cases = policy / "cases.yaml"
    text = cases.read_text()
    start, end = text.index('- name: "VersioningConfiguration.Status is Suspended"'), text.rindex("- name:")
    cases.write_text(text[:start] + PAIRLESS + "\n" + text[end:])
    done = auditor("policy", "test", "--pack", "pack")
    assert done.returncode == 1
    assert f"{KEY}.rego:1: [format] is not formatted: opa fmt --write" in done.stdout
    assert f"[reads] reads lacks needs AWS::S3::Bucket:{STATUS}" in done.stdout
    assert f"[pair] no two cases differ only in AWS::S3::Bucket:{STATUS}" in done.stdout


def test_a_value_that_can_never_stand_there_is_told_unless_turned_off_with_a_reason(
    policy: Path, auditor: Auditor
) -> None:
    file = rego(policy)
    change(file, '== "Enabled"\n', '== "Enabeld"\n')
    done = auditor("policy", "test", ID, "--pack", "pack", "--no-soundness")
    line = line_of(file, "Enabeld")
    assert f'{KEY}.rego:{line}:2: [schema-value] AWS::S3::Bucket:{STATUS} is never "Enabeld"' in done.stdout
    assert '(did you mean "Enabled"?)' in done.stdout
    change(
        file, "#   controls: {}\n", "#   controls: {}\n#   lint: {schema-value: the schema is older than the service}\n"
    )
    assert "schema-value" not in auditor("policy", "test", ID, "--pack", "pack", "--no-soundness").stdout


def test_a_misspelt_property_behind_a_function_is_told(policy: Path, auditor: Auditor) -> None:
    """OPA's type checker does not look into functions; the analysis of reads does."""
    file = rego(policy)
    text = file.read_text()
    start = text.index("deny contains")
    file.write_text(
        text[:start]
        + 'deny contains deny.missing(bucket, [], "no") if {\n\tsome bucket in input.resources["AWS::S3::Bucket"]\n'
        + "\tnot kept(bucket)\n}\n\nkept(bucket) if bucket.properties.VersioningConfigration.Status\n"
    )
    done = auditor("policy", "test", ID, "--pack", "pack", "--no-soundness")
    assert done.returncode == 1
    line = line_of(file, "Configration")
    assert f'rego:{line}:17: [schema-place] AWS::S3::Bucket has no "VersioningConfigration"' in done.stdout
    assert '(did you mean "VersioningConfiguration"?)' in done.stdout


def test_a_verdict_that_something_hidden_refutes_is_told(policy: Path, auditor: Auditor) -> None:
    """A twin of the reads test: a rule whose word says more than it knows."""
    file = rego(policy)
    text = file.read_text()
    start = text.index("deny contains")
    file.write_text(
        text[:start]
        + 'deny contains deny.found(bucket, ["BucketName"], "no") if {\n'
        + '\tsome bucket in input.resources["AWS::S3::Bucket"]\n\tstartswith(bucket.properties.BucketName, "x")\n}\n'
    )
    done = auditor("policy", "test", ID, "--pack", "pack")
    assert done.returncode == 1
    assert "[case]" in done.stdout


def test_junit_holds_the_same_failures(policy: Path, auditor: Auditor, folder: Path) -> None:
    change(policy / "cases.yaml", "expect: pass", "expect: fail")
    done = auditor("policy", "test", "--pack", "pack", "--junit", "out/policies.xml")
    assert done.returncode == 1
    (suite,) = ET.parse(folder / "out" / "policies.xml").getroot()
    assert suite.get("name") == ID
    failed = {case.get("name"): failure.text or "" for case in suite for failure in case}
    assert {"case", "cases"} <= set(failed)  # no case passes now
    assert "expected FAIL, got PASS" in failed["case"]
    assert int(suite.get("tests", "0")) > int(suite.get("failures", "0")) == len(failed)


def test_junit_says_why_a_pack_cannot_be_loaded(policy: Path, auditor: Auditor, folder: Path) -> None:
    file = rego(policy)
    change(file, "deny contains", "deny containz")
    done = auditor("policy", "test", "--pack", "pack", "--junit", "out/policies.xml")
    assert done.returncode == 2
    (suite,) = ET.parse(folder / "out" / "policies.xml").getroot()
    (case,) = suite  # nothing else was asked, so nothing else is said to hold
    assert (case.get("file") or "").endswith(file.name)
    assert case.get("line") == str(line_of(file, "containz"))


def test_coverage_names_the_lines_and_has_a_threshold(policy: Path, auditor: Auditor) -> None:
    file = rego(policy)
    with file.open("a") as out:
        out.write('\nunused_helper(x) := y if {\n\tis_string(x)\n\ty := concat("", [x, x])\n}\n')
    line = line_of(file, "is_string")
    done = auditor("policy", "test", ID, "--pack", "pack", "--coverage", "--no-soundness")
    assert done.returncode == 0, done.stdout
    assert "not covered: lines" in done.stdout
    assert str(line) in done.stdout
    low = auditor("policy", "test", ID, "--pack", "pack", "--threshold", "99", "--no-soundness")
    assert low.returncode == 1
    assert "[coverage]" in low.stdout
    assert "99 % wanted" in low.stdout


def test_many_policies_are_tested_side_by_side(auditor: Auditor, folder: Path) -> None:
    for number in range(3):
        assert new(auditor, f"s3-bucket-number-{'abc'[number]}").returncode == 0
    change(place(folder, "s3-bucket-number-b") / "cases.yaml", "expect: pass", "expect: unknown")
    done = auditor("policy", "test", "pack", "--jobs", "3", "--no-soundness")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAIL")] == ["s3-bucket-number-b"]
    assert done.stdout.count("ok    s3-bucket-number") == 2
    only = auditor("policy", "test", "s3-bucket-number-[ac]", "--pack", "pack", "--no-soundness")
    assert only.returncode == 0, only.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["s3-bucket-tls-requird"], 'no policy "s3-bucket-tls-requird" (did you mean "s3-bucket-tls-required"?)'),
        (["--pack", "nowhere"], "--pack nowhere: no such folder"),
        (["--watch", "--junit", "x.xml"], "--watch writes no report"),
    ],
)
def test_what_does_not_exist_is_a_usage_error(arguments: list[str], said: str, auditor: Auditor) -> None:
    done = auditor("policy", "test", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


class Watching:
    """`auditor policy test --watch`, and what it says."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._out = folder / "watch.log"
        self._seen = 0
        with self._out.open("w") as out:
            command = [*COMMAND, "policy", "test", "--pack", "pack", "--watch"]
            environ = {**environ, "PYTHONUNBUFFERED": "1"}
            self.process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out)

    def turn(self) -> str:
        """What the next turn says."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            text = self._out.read_text()[self._seen :]
            if "waiting for a file" in text:
                length = text.index("waiting for a file") + len("waiting for a file")
                self._seen += length
                return text[:length]
            assert self.process.poll() is None, self._out.read_text()
            time.sleep(0.05)
        raise AssertionError(self._out.read_text())


@pytest.fixture
def watching(folder: Path, environ: dict[str, str]) -> Iterator[Callable[[], Watching]]:
    started: list[Watching] = []

    def start() -> Watching:
        started.append(Watching(folder, environ))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_watching_runs_what_was_saved_and_survives_what_happens_to_files(
    policy: Path, auditor: Auditor, folder: Path, watching: Callable[[], Watching]
) -> None:
    assert new(auditor, "s3-bucket-other").returncode == 0
    other = place(folder, "s3-bucket-other")
    watched = watching()
    first = watched.turn()
    assert "ok    s3-bucket-versioned" in first
    assert "ok    s3-bucket-other" in first

    change(policy / "cases.yaml", "expect: pass", "expect: fail")
    turn = watched.turn()
    assert "FAIL  s3-bucket-versioned" in turn
    assert "expected FAIL, got PASS" in turn
    assert "s3-bucket-other" not in turn

    whole = rego(policy).read_text()
    rego(policy).write_text(whole[: len(whole) - 40])  # half of it is saved
    assert f"{KEY}.rego:" in watched.turn()
    rego(policy).write_text(whole)
    assert "FAIL  s3-bucket-versioned" in watched.turn()

    change(policy / "cases.yaml", "expect: fail", "expect: pass")
    assert "ok    s3-bucket-versioned" in watched.turn()

    moved = policy.with_name("elsewhere")
    policy.rename(moved)
    assert "elsewhere" in watched.turn()  # its package does not fit the folder now
    moved.rename(policy)
    assert "ok    s3-bucket-versioned" in watched.turn()

    for file in sorted(other.iterdir()):
        file.unlink()
    other.rmdir()
    assert "gone: " in watched.turn()
    change(policy / "cases.yaml", "as it should be", "as it must be")
    assert "ok    s3-bucket-versioned" in watched.turn()

    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(timeout=30) == 130
