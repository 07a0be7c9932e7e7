"""The console report: what a person sees, at any width, with and without colours."""

from __future__ import annotations

import io
import re
from typing import Any

import msgspec
import pytest
from reports import BROKEN, LIVE, UNSEEN, decided, failed, finding, location, reference, report, undecided, unset

from auditor.model import Decision, Gap, Header, Reason, Report, Severity, Status, Verdict
from auditor.render import FORMATS, SUMMARY, RenderOptions
from auditor.render.closing import MOST_PROBLEMS
from auditor.render.console import MOST_FAILURES, MOST_PLACES

SOURCE = {"app.yaml": ["Resources:", "  Logs:", "    Flag: false", "    Other: 1"]}


def source_line(file: str, line: int) -> str | None:
    lines = SOURCE.get(file, [])
    return lines[line - 1] if line <= len(lines) else None


def rendered(report: Report, decision: Decision | None = None, format: str = "console", **options: Any) -> str:
    out = io.StringIO()
    shown = RenderOptions(source_line=source_line, **options)
    renderer = SUMMARY if format == "summary" else FORMATS[format]
    renderer(report, decision or decided(report), shown, out)
    return out.getvalue()


def test_a_failure_says_where_what_why_and_how_to_fix_it() -> None:
    assert rendered(report(failed())) == (
        "app.yaml\n"
        "  high      bucket-high  Logs (AWS::S3::Bucket)\n"
        "      the flag is off\n"
        "      3:5 │ Flag: false\n"
        "          │ ^^^^\n"
        "      fix: First paragraph, on two lines.\n"
        "           Second paragraph.\n"
        "\n"
        "1 template, 0 other files\n"
        "1 FAIL (1 high), 0 UNKNOWN, 0 PASS\n"
        "exit 1: 1 verdict FAIL at or over severity high\n"
    )


def test_what_is_wrong_at_one_place_is_said_together() -> None:
    text = rendered(report(failed(finding("one"), finding("two"), finding("three", location=location(4)))))
    assert re.sub(r"fix:.*", "", text, flags=re.DOTALL).splitlines()[2:] == [
        "      one",
        "      two",
        "      3:5 │ Flag: false",
        "          │ ^^^^",
        "      three",
        "      4:5 │ Other: 1",
        "          │ ^^^^",
        "      ",
    ]


def test_the_remedy_stands_once_per_policy_at_its_first_finding() -> None:
    high, low = failed(), failed(severity=Severity.LOW)
    text = rendered(report(high, low, high, low))
    assert text.count("fix:") == 2
    assert text.index("fix:") < text.index("bucket-low")


def test_findings_of_a_file_stand_together_from_top_to_bottom() -> None:
    def at(file: str, line: int) -> Verdict:
        place = location(line, file=file)
        return failed(finding(f"{file}:{line}", location=place), resource=reference("Logs", "root.yaml"))

    text = rendered(report(at("nested.yaml", 2), at("app.yaml", 4), at("nested.yaml", 1), at("app.yaml", 1)))
    assert re.findall(r"^\S+yaml$|\w+\.yaml:\d", text, re.MULTILINE) == [
        "app.yaml",
        "app.yaml:1",
        "app.yaml:4",
        "nested.yaml",
        "nested.yaml:1",
        "nested.yaml:2",
    ]


def test_a_live_resource_stands_under_account_and_region_with_its_path() -> None:
    text = rendered(report(failed(finding(location=None, path=("Rules", 0, "a/b")), resource=LIVE, location=None)))
    assert text.startswith("111122223333 eu-west-1\n  high      bucket-high  logs (AWS::S3::Bucket)\n")
    assert "      at /Rules/0/a~1b\n" in text


def test_a_finding_names_its_world_its_evidence_and_its_construct() -> None:
    shown = finding(worlds=("Env is prod",), evidence=reference("Policy"))
    text = rendered(report(failed(shown, construct="App/Logs/Resource")))
    assert "the flag is off (seen in Policy (AWS::S3::Bucket)) (when Env is prod)" in text
    assert "construct App/Logs/Resource" in text


def test_a_doubtful_finding_of_a_failure_is_not_shown() -> None:
    assert "doubtful" not in rendered(report(failed(finding(), finding("doubtful", certain=False))))


def test_the_most_severe_are_shown_where_there_are_too_many() -> None:
    low = [failed(severity=Severity.LOW) for _ in range(MOST_FAILURES + 5)]
    text = rendered(report(*low, failed(severity=Severity.CRITICAL)))
    assert text.count("bucket-critical") == 1
    assert text.count("bucket-low") == MOST_FAILURES - 1
    assert "6 more FAIL, none of them more severe: --all shows them" in text
    assert rendered(report(*low), everything=True).count("bucket-low") == len(low)


def test_the_places_of_one_failure_are_bounded() -> None:
    many = failed(*(finding(f"m{n}", location=location(n + 1)) for n in range(MOST_PLACES + 3)))
    assert "and at 3 more places" in rendered(report(many))
    assert "more places" not in rendered(report(many), everything=True)


def test_min_severity_hides_findings_but_neither_counts_nor_the_exit_code() -> None:
    text = rendered(report(failed(), failed(severity=Severity.LOW)), min_severity=Severity.CRITICAL)
    assert "the flag is off" not in text
    assert "2 FAIL (1 high, 1 low)" in text
    assert "exit 1:" in text


ALL = report(
    failed(finding("a longer message that has to be folded where the terminal is narrow", worlds=("Env is prod",))),
    failed(severity=Severity.CRITICAL, construct="Application/Storage/Logs/Resource"),
    undecided(unset("PeerNetworkAddressRange"), unset("Other")),
    undecided(resource=None, location=None, population=UNSEEN, severity=Severity.CRITICAL),
    undecided(severity=Severity.LOW, error="policy.rego:3: eval_conflict_error: object keys must be unique"),
    problems=(BROKEN,),
    notes=("not judged, since their templates lie elsewhere: a.yaml#One, b.yaml#Two",),
    tally={"templates": 1, "other files": 1, "nested stacks": 2, "resources": 30, "resources that no policy reads": 1},
    complete=False,
)


@pytest.mark.parametrize("width", [40, 60, 100, 250])
@pytest.mark.parametrize("format", ["console", "summary"])
def test_every_line_fits_the_terminal(width: int, format: str) -> None:
    for line in rendered(ALL, format=format, width=width).splitlines():
        assert len(line) <= min(width, 110), line


def test_colours_change_nothing_but_colours() -> None:
    coloured = rendered(ALL, colour=True)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == rendered(ALL, colour=False)


def test_without_colours_there_is_no_escape_whatever_the_names_are() -> None:
    hostile = "a\x1b[31mb\nc\r\u202ed"
    text = rendered(
        report(
            failed(finding(hostile, worlds=(hostile,)), resource=reference(hostile, hostile), construct=hostile),
            undecided(Gap("a", None, "t", None, (), Reason.UNRESOLVED, hostile), resource=reference(hostile)),
            problems=(msgspec.structs.replace(BROKEN, subject=hostile),),
            notes=(hostile,),
        )
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert r"a\x1b[31mb\nc\r\u202ed" in text


def test_no_blank_lines_but_one_after_each_block() -> None:
    assert "\n\n\n" not in rendered(ALL)
    assert not rendered(ALL, format="summary").startswith("\n")


# --- the closing lines ------------------------------------------------------------------------------------------


def test_undecided_verdicts_that_count_are_named_by_cause() -> None:
    text = rendered(report(undecided(), undecided(unset("Other")), undecided(severity=Severity.LOW)))
    assert text.splitlines()[:6] == [
        "Not decided, high or more severe",
        "  parameter Name has no value",
        "      app.yaml:3 Logs (AWS::S3::Bucket): bucket-high",
        "  parameter Other has no value",
        "      app.yaml:3 Logs (AWS::S3::Bucket): bucket-high",
        "",
    ]


def test_the_subjects_of_a_cause_and_the_causes_are_bounded() -> None:
    subjects = [undecided(resource=reference(f"B{n}")) for n in range(10)]
    causes = [undecided(unset(f"P{n}")) for n in range(20)]
    text = rendered(report(*subjects, *causes))
    assert "      and 7 more\n" in text
    assert "  9 more for other causes: --all shows them\n" in text
    assert "9 not decided for other causes: --all names them" in text
    assert " more" not in rendered(report(*subjects, *causes), everything=True).replace("or more severe", "")


def test_an_unseen_population_is_named() -> None:
    text = rendered(report(undecided(resource=None, location=None, population=UNSEEN)))
    assert "AWS::S3::Bucket of 111122223333 in eu-west-1 that were not seen: bucket-high" in text


def test_the_last_lines_group_causes_with_their_remedy() -> None:
    text = rendered(report(undecided(), undecided(severity=Severity.LOW)), format="summary")
    assert text.splitlines() == [
        "1 template, 0 other files",
        "0 FAIL, 2 UNKNOWN, 0 PASS",
        "2 not decided: parameter Name has no value → --parameter Name=...",
        "exit 3: 1 verdict UNKNOWN at or over severity high",
    ]


def test_every_reason_is_said_and_the_first_one_decides() -> None:
    lines = rendered(report(failed(), undecided(), problems=(BROKEN,)), format="summary").splitlines()
    assert lines[0] == "error bro ken.yaml:3:7: not valid YAML"
    assert lines[-3:] == [
        "exit 1: 1 verdict FAIL at or over severity high",
        "   also: 1 verdict UNKNOWN at or over severity high",
        "   also: 1 file could not be judged",
    ]


def test_a_passed_run_says_so() -> None:
    assert rendered(report(), format="summary").endswith("exit 0: passed\n")


def test_an_interrupted_run_says_so_first() -> None:
    lines = rendered(report(failed(), complete=False), format="summary").splitlines()
    assert lines[-2].startswith("exit 130: interrupted")
    assert lines[-1].startswith("   also: 1 verdict FAIL")


def test_errors_keep_their_lines_and_their_number_is_bounded() -> None:
    policy = msgspec.structs.replace(BROKEN, kind="policy", subject="p", message="one\ntwo", line=None, column=None)
    text = rendered(report(problems=(policy, *(BROKEN,) * MOST_PROBLEMS)), format="summary")
    assert text.startswith("error p: one\n  two\nerror bro ken.yaml")
    assert "1 more errors: --all shows them" in text


def test_waived_and_accepted_are_counted_where_there_are_any() -> None:
    waived = msgspec.structs.replace(failed(), status=Status.WAIVED)
    accepted = msgspec.structs.replace(undecided(), status=Status.ACCEPTED)
    assert "0 FAIL, 0 UNKNOWN, 0 PASS, 1 WAIVED, 1 ACCEPTED\n" in rendered(report(waived, accepted))


@pytest.mark.parametrize(("number", "words"), [(1, "1 nested stack"), (1234, "1,234 nested stacks")])
def test_what_was_counted_is_said_in_its_number(number: int, words: str) -> None:
    assert words in rendered(report(tally={"templates": 1, "nested stacks": number}))


def test_the_last_lines_say_where_an_account_was_not_asked() -> None:
    left_out = tuple(f"us-east-{n}" for n in range(1, 6))
    header = Header("2026-11-22T20:00:00Z", "snapshot", ("111122223333",), ("eu-west-1",), left_out, ("AWS::X::Y",))
    text = rendered(report(header=header, tally={"accounts": 1}))
    assert "1 account\nregions: eu-west-1\nregions left out: us-east-1, us-east-2, us-east-3 and 2 more\n" in text
    assert "not collected: AWS::X::Y\n" in text
    assert "us-east-5" in rendered(report(header=header), everything=True)
    assert "regions" not in rendered(report())
