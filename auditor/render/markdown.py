"""Markdown for a comment on a pull request: within GitHub's limit, and saying what was cut.

The most severe findings come first, then what is not decided and why. Text from outside can make no markup, no link, no
mention and no reference. https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO

from auditor.model import Decision, Policy, Report, Status
from auditor.render.options import RenderOptions
from auditor.render.rows import SEVERITIES, Row, clipped, file_of, most_severe, problem_text, rows
from auditor.render.text import fix_markdown, label, paragraphs, plain, subject

# A comment holds 65,536 characters; counted here in bytes, which are never fewer.
LIMIT = 65_536
_SPARE = 1_000  # for the lines that say what was cut
_MOST_TEXT = 500
_SMALLEST = 60  # bytes that no row is under: how many can fit at most
_MOST_CAUSES = 12
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&$]|^[-+=]|^\d+(?=[.)]))")
_LINK = re.compile(r"@|:(?=//)|\bwww(?=\.)|\\#|\bGH-", re.IGNORECASE)
_GAP = "&#8203;"  # a zero-width space: what it divides is no mention, no reference and no address


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    write(report, decision, options, out, LIMIT)


def write(report: Report, decision: Decision, options: RenderOptions, out: IO[str], limit: int) -> None:
    """No more than `limit` bytes."""
    page = _Page(out, limit - _SPARE)
    page.section("", [*_head(report, decision), *_tally(report), ""], "", 0)
    problems = [f"- {text(problem_text(problem))}" for problem in report.problems]
    page.section("### Not judged", problems, "things that could not be judged", len(problems))
    total: Counter[Status] = Counter(row.verdict.status for row in rows(report, options, Status.FAIL, Status.UNKNOWN))
    failed = most_severe(report, options, limit // _SMALLEST, Status.FAIL)
    head = "### Findings\n\n| severity | where | what | policy |\n|---|---|---|---|"
    page.section(head, map(_failure, failed), "findings", total[Status.FAIL])
    page.section("### Why not decided", _causes(decision), "causes", min(len(decision.causes), _MOST_CAUSES))
    head = "### Not decided\n\n| severity | what | why | policy |\n|---|---|---|---|"
    undecided = most_severe(report, options, limit // _SMALLEST, Status.UNKNOWN)
    page.section(head, map(_undecided, undecided), "undecided verdicts", total[Status.UNKNOWN])
    fixes = {row.policy.id: row.policy for row in failed}
    page.section("### How to fix", map(_explained, fixes.values()), "explanations", len(fixes))
    page.end(limit)


class _Page:
    """Sections within a room; what does not fit is counted."""

    def __init__(self, out: IO[str], room: int) -> None:
        self._out = out
        self._room = room
        self._cut: list[str] = []

    def section(self, head: str, blocks: Iterable[str], noun: str, total: int) -> None:
        """`blocks` as far as they fit, under a head where there is one block at least; `total`: of all there are."""
        written = 0
        for block in blocks:
            piece = ("\n" + head + "\n" + ("" if "|" in head else "\n") if head and not written else "") + block + "\n"
            size = len(piece.encode())
            if size > self._room:
                break
            self._out.write(piece)
            self._room -= size
            written += 1
        if written < total:
            self._cut.append(f"{total - written:,} of {total:,} {noun}")

    def end(self, limit: int) -> None:
        if self._cut:
            cut = ", ".join(self._cut)
            self._out.write(f"\n**Cut:** {cut} are not shown: only {limit:,} bytes fit here. ")
            self._out.write("`-o json=FILE` or `-o html=FILE` has them all.\n")


def _head(report: Report, decision: Decision) -> Iterator[str]:
    first, *more = decision.reasons or ("passed",)
    yield f"## auditor: {text(first)}"
    yield ""
    for reason in more:
        yield f"Also: {text(reason)}."
        yield ""
    for note in report.notes[:_MOST_CAUSES]:
        yield f"- {text(clipped(note, _MOST_TEXT))}"
    if report.notes:
        yield ""


def _tally(report: Report) -> Iterator[str]:
    yield "| | FAIL | UNKNOWN | waived | accepted | PASS |"
    yield "|---|---:|---:|---:|---:|---:|"
    for severity in SEVERITIES:
        counts = [report.counts[policy.id] for policy in report.policies if policy.severity is severity]
        numbers = [
            sum(count.failed for count in counts),
            sum(count.unknown for count in counts),
            sum(count.waived for count in counts),
            sum(count.accepted for count in counts),
            sum(count.passed for count in counts),
        ]
        yield f"| {severity.value} | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def _causes(decision: Decision) -> Iterator[str]:
    for cause in decision.causes[:_MOST_CAUSES]:
        remedy = f" → {code(cause.remedy)}" if cause.remedy else ""
        yield f"- {cause.count:,} not decided: {text(clipped(cause.why, _MOST_TEXT))}{remedy}"


def _failure(row: Row) -> str:
    verdict = row.verdict
    assert verdict.resource is not None
    where = f"{file_of(row)}:{row.place.line}" if row.place is not None else verdict.resource.id
    what = f"{code(label(verdict.resource))} {text(clipped(row.message, _MOST_TEXT))}"
    return f"| {verdict.severity.value} | {code(where)} | {what} | {code(row.policy.id)} |"


def _undecided(row: Row) -> str:
    why = text(clipped(row.message, _MOST_TEXT))
    return f"| {row.verdict.severity.value} | {code(subject(row.verdict))} | {why} | {code(row.policy.id)} |"


def _explained(policy: Policy) -> str:
    body = "\n\n".join([*paragraphs(policy.description), *fix_markdown(policy)])
    return f"<details><summary><code>{policy.id}</code></summary>\n\n{body}\n\n</details>\n"


def code(words: str) -> str:
    """A code span, inert whatever is in it (GitHub Flavored Markdown, 6.3), also in a cell of a table (4.10)."""
    words = clipped(plain(words), _MOST_TEXT).replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    pad = " " if words.startswith("`") or words.endswith("`") or not words.strip() else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def text(words: str) -> str:
    """Words as they are: no markup, and nothing that GitHub makes a link of."""
    escaped = _MARKUP.sub(r"\\\1", plain(words))
    return _LINK.sub(lambda match: match.group() + _GAP, escaped)
