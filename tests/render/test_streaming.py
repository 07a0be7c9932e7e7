"""A long report needs no more memory than a short one: verdicts are rendered as they are read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import msgspec
import pytest
from hostile import DENIED_GAP
from reports import LIVE, decided, failed, finding, report, undecided

from auditor.model import Header, Severity, Verdict
from auditor.render import FORMATS, RenderOptions

SHORT, LONG = 300, 1_500
MOST_MORE = 300_000  # bytes; the verdicts of the long report alone would be over a million


class Verdicts:
    """Made anew each time, as a spool reads them."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __iter__(self) -> Iterator[Verdict]:
        for number in range(self.size):
            about = msgspec.structs.replace(LIVE, id=f"arn:aws:s3:::bucket-{number}", name=f"bucket-{number}")
            severity = list(Severity)[number % 4]
            denial = finding(f"{number} is off", fingerprint=f"{number:064}", location=None)
            yield failed(denial, resource=about, location=None, severity=severity)
            yield undecided(DENIED_GAP, resource=about, location=None, severity=severity)


class Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        for _ in lines:
            pass


def peak(format: str, size: int) -> int:
    made = report(header=Header("2026-11-22T20:00:00Z", "live", ("111122223333",)))
    long = msgspec.structs.replace(made, verdicts=Verdicts(size))
    decision = decided(made)
    tracemalloc.start()
    FORMATS[format](long, decision, RenderOptions(), Nowhere())  # type: ignore[arg-type]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


# The Markdown formats hold as many of the most severe as their room can hold, which is a bound of its own.
@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"markdown", "github-summary"}))
def test_memory_does_not_grow_with_the_report(format: str) -> None:
    peak(format, 10)
    assert peak(format, LONG) - peak(format, SHORT) < MOST_MORE


def test_markdown_holds_no_more_than_fits() -> None:
    peak("markdown", 10)
    assert peak("markdown", 2 * LONG) < 1.3 * peak("markdown", LONG)
