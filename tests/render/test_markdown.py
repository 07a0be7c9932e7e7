"""Markdown, read by markdown-it with what GitHub adds: within the limit, and names make no markup."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rendering import rendered
from reports import BROKEN, failed, finding, reference, report, undecided, unset

from auditor.model import Report, Severity, Status, Verdict
from auditor.render import github_summary, markdown

REPORTS = pytest.mark.parametrize(
    "made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"]
)


def tokens(text: str) -> list[Token]:
    found = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        found += [token, *(token.children or ())]
    return found


@REPORTS
def test_names_make_no_markup(made: Report) -> None:
    read = tokens(rendered("markdown", made))
    kinds = {token.type for token in read}
    assert not kinds & {"link_open", "image", "html_inline", "em_open", "hr"}
    blocks = "".join(token.content for token in read if token.type == "html_block")
    assert not re.sub(r"</?(?:details|summary|code)>|[a-z-]+|\s", "", blocks)


@REPORTS
def test_nothing_that_github_makes_a_link_of_stands_in_text(made: Report) -> None:
    """Mentions, references and addresses in running text; in code they are inert."""
    said = " ".join(token.content for token in tokens(rendered("markdown", made)) if token.type == "text")
    assert not re.search(r"@\w|#\d|\bGH-\d|://|www\.", said)


@REPORTS
def test_a_name_opens_no_cell_of_its_own(made: Report) -> None:
    """Read with two columns more than there are: they stay empty."""
    lines = [
        line for line in rendered("markdown", made).splitlines() if line.startswith(("| critical | `", "| high | `"))
    ]
    for line in lines:
        read = tokens(f"| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n{line}\n")
        cells = [after.content for token, after in pairwise(read) if token.type == "td_open"]
        assert cells[3:] in (["`bucket-critical`", "", ""], ["`bucket-high`", "", ""])
    assert len(lines) == sum(
        len(verdict.findings) + (verdict.status is Status.UNKNOWN)
        for verdict in made.verdicts
        if verdict.status in (Status.FAIL, Status.UNKNOWN) and verdict.severity in (Severity.CRITICAL, Severity.HIGH)
    )


def test_it_says_what_failed_what_is_not_decided_and_how_to_fix() -> None:
    text = rendered("markdown", report(failed(), undecided(), problems=(BROKEN,)))
    assert text.startswith("## auditor: 1 verdict FAIL at or over severity high\n")
    assert "- bro ken.yaml could not be judged: not valid YAML\n" in text
    assert "| high | `app.yaml:3` | `Logs` the flag is off | `bucket-high` |\n" in text
    assert "- 1 not decided: parameter Name has no value → `--parameter Name=...`\n" in text
    assert "| high | `Logs (AWS::S3::Bucket)` | parameter Name has no value | `bucket-high` |\n" in text
    assert "<details><summary><code>bucket-high</code></summary>" in text
    assert "Cut" not in text


@pytest.mark.parametrize(("format", "limit"), [("markdown", markdown.LIMIT), ("github-summary", github_summary.LIMIT)])
def test_a_long_report_stays_within_the_limit_and_says_what_was_cut(format: str, limit: int) -> None:
    def about(number: int) -> Verdict:
        return failed(finding("日本 " * 60), resource=reference(f"Bucket{number}"), severity=Severity.LOW)

    many = [about(number) for number in range(4000)]
    first = failed(finding("the worst"), severity=Severity.CRITICAL)
    text = rendered(format, report(*many, first, undecided(unset("A"))))
    assert len(text.encode()) <= limit
    listed = sum(line.startswith(("| low | `", "| critical | `")) for line in text.splitlines())
    assert f"**Cut:** {4001 - listed:,} of 4,001 findings" in text
    assert text.index("the worst") < text.index("Bucket0")
    assert "1 not decided" in text or "1 of 1 causes" in text


def test_a_report_of_only_hostile_names_is_not_cut_short_by_them() -> None:
    text = rendered("markdown", TEMPLATES)
    unknown = sum(1 for verdict in TEMPLATES.verdicts if verdict.status is Status.UNKNOWN)
    assert sum(line.startswith("| critical | `") for line in text.splitlines()) == 2 * len(NAMES)
    assert unknown == 2 * len(NAMES)
