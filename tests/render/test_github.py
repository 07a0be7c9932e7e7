"""Annotations, read as the runner reads them: one command a line, escaped as it is unescaped there.

https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec
import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from rendering import rendered
from reports import BROKEN, LIVE, failed, finding, location, report, undecided

from auditor.model import Report, Severity

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


class Annotation(NamedTuple):
    level: str
    properties: dict[str, str]
    message: str


def plain(text: str, property: bool) -> str:
    for escape, sign in [
        *([("%3A", ":"), ("%2C", ",")] if property else []),
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%25", "%"),
    ]:
        text = text.replace(escape, sign)
    return text


def annotations(made: Report, everything: bool = False) -> list[Annotation]:
    *lines, last = rendered("github", made, everything=everything).splitlines()
    assert last.startswith("auditor: ")
    found = []
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        pairs = [pair.partition("=") for pair in match[2].split(",")]
        properties = {name: plain(value, property=True) for name, _, value in pairs}
        assert set(properties) <= {"title", "file", "line", "endLine"}
        found.append(Annotation(match[1], properties, plain(match[3], property=False)))
    return found


@pytest.mark.parametrize("made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"])
def test_every_line_is_one_command_whatever_the_names(made: Report) -> None:
    annotations(made)
    annotations(made, everything=True)


def test_all_of_them_on_request() -> None:
    assert len(annotations(TEMPLATES, everything=True)) == (2 + 2 + 2) * len(NAMES)


def test_it_stands_at_the_lines_of_the_finding() -> None:
    place = msgspec.structs.replace(location(3), end_line=6, end_column=1)
    ((level, properties, message),) = annotations(report(failed(finding("a: 50%, b", location=place))))
    assert level == "error"
    assert properties == {"title": "high: Buckets are high", "file": "app.yaml", "line": "3", "endLine": "5"}
    assert message == "Logs: a: 50%, b"


@pytest.mark.parametrize(
    ("severity", "level", "unknown"),
    [
        ("critical", "error", "warning"),
        ("high", "error", "warning"),
        ("medium", "warning", "warning"),
        ("low", "notice", "notice"),
    ],
)
def test_severity_becomes_a_level_and_what_is_not_decided_is_never_silent(
    severity: str, level: str, unknown: str
) -> None:
    made = report(failed(severity=Severity(severity)), undecided(severity=Severity(severity)))
    told = {("not decided" in each.properties["title"]): each.level for each in annotations(made)}
    assert told == {False: level, True: unknown}


def test_ten_of_a_kind_are_shown_and_the_last_says_how_many_more_there_are() -> None:
    many = [failed(severity=Severity.HIGH) for _ in range(30)] + [failed(severity=Severity.CRITICAL)]
    told = annotations(report(*many, *(undecided() for _ in range(10))))
    errors = [each for each in told if each.level == "error"]
    assert len(errors) == 10
    assert errors[0].properties["title"].startswith("critical")
    assert errors[-1].message.startswith("22 more of this kind")
    assert len([each for each in told if each.level == "warning"]) == 10


def test_a_live_resource_has_no_line_and_a_broken_file_has_its_own() -> None:
    made = report(failed(finding(location=None), resource=LIVE, location=None), problems=(BROKEN,))
    broken, live = annotations(made)
    assert broken.properties == {"title": "not judged", "file": "bro ken.yaml", "line": "3", "endLine": "3"}
    assert "file" not in live.properties and live.message.startswith("logs: ")
