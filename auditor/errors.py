"""The errors that end a run. Each knows its exit code; only `auditor.cli` catches them.

What fails for one file, one account or one policy is no error but a `Problem` in the report.
"""

from __future__ import annotations


class AuditorError(Exception):
    """Base: the message says what failed, on which input, and what to do."""

    exit_code = 4


class UsageError(AuditorError):
    """The command line or the configuration asks for something that does not exist or cannot be."""

    exit_code = 2


class PackError(AuditorError):
    """A policy pack cannot be used: names file, line and column where there is one."""

    exit_code = 2


class EngineError(AuditorError):
    """OPA is missing, too old, did not start, or answered what it must not."""

    exit_code = 4


class SourceError(AuditorError):
    """A source cannot be read at all (no credentials, no such snapshot)."""

    exit_code = 2


class OutputError(AuditorError):
    """A report could not be written where it was asked for."""

    exit_code = 4
