"""Snapshots of different accounts into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as File

from auditor.errors import SourceError, UsageError
from auditor.snapshot import (
    FORMAT,
    AccountCoverage,
    AccountLine,
    GapLine,
    HeaderLine,
    Line,
    ResourceLine,
    TrailerLine,
    lines,
    writing,
)


def merge(files: Sequence[File], into: File) -> int:
    """Write one snapshot with the accounts of all, in order; the number of accounts.

    Its time is the oldest of all: what it says of an account held then or later. It is partial if one of them is.
    UsageError where two hold the same account.
    """
    headers = {file: _header(file) for file in files}
    by_account: dict[str, File] = {}
    for file, header in headers.items():
        for account in header.accounts:
            if account in by_account:
                raise UsageError(f"the account {account} is in {by_account[account]} and in {file}")
            by_account[account] = file
    accounts = tuple(sorted(by_account))
    regions = tuple(sorted({region for header in headers.values() for region in header.regions}))
    taken_at = min(header.taken_at for header in headers.values())
    first = headers[files[0]]
    trailers = {file: _trailer(file) for file in files}
    with writing(into, HeaderLine(FORMAT, first.tool, taken_at, first.source, accounts, regions)) as writer:
        for account in accounts:
            file = by_account[account]
            trailer = trailers[file]
            coverage = trailer.coverage.get(account, AccountCoverage()) if trailer is not None else AccountCoverage()
            gaps = [line.gap for line in _of(file, account) if isinstance(line, GapLine)]
            resources = (line.resource for line in _of(file, account) if isinstance(line, ResourceLine))
            writer.account(account, resources, lambda gaps=gaps: gaps, lambda coverage=coverage: coverage)  # type: ignore[misc]
        writer.close(all(trailer is not None and trailer.complete for trailer in trailers.values()))
    return len(accounts)


def _of(file: File, account: str) -> Iterator[Line]:
    current = None
    for line in lines(file):
        if isinstance(line, AccountLine):
            current = line.account
        elif current == account:
            yield line


def _header(file: File) -> HeaderLine:
    first = next(lines(file), None)
    if not isinstance(first, HeaderLine) or first.format != FORMAT:
        raise SourceError(f"{file}: not a snapshot of the format {FORMAT}")
    return first


def _trailer(file: File) -> TrailerLine | None:
    return next((line for line in lines(file) if isinstance(line, TrailerLine)), None)
