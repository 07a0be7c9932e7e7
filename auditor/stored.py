"""A JSON report from disk (`-o json=FILE`), as the run that wrote it had it; verdicts are spooled."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from auditor.errors import SourceError
from auditor.model import (
    Cause,
    Decision,
    Finding,
    Gap,
    Header,
    Key,
    Policy,
    PolicyCount,
    Problem,
    Reason,
    Remediation,
    Report,
    Severity,
    Status,
    Verdict,
    keys_of,
)
from auditor.model import Path as Keys
from auditor.render import document as doc
from auditor.spool import Spool

_HINT = "-o json=FILE writes one"
_CUT = "the report was cut off; run it again"


class Stored(msgspec.Struct, frozen=True):
    """A report with what its run made of it: the gate's decision, and what the gate and the writer were told."""

    report: Report
    decision: Decision
    fail_on: Severity
    min_severity: Severity  # nothing below is in the report


def read_report(path: Path | str) -> Report:
    """The report alone; errors as `read`."""
    return read(path).report


def read(path: Path | str) -> Stored:
    """The stored report ("-" is standard input).

    SourceError where it cannot be read, is no report, is of another format, was cut off, or contradicts itself. A file
    as this tool writes it (a line per verdict) is read line by line; the same document laid out anew, as a whole.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        with _opened(path) as file:
            return _streamed(file)
    except OSError as error:
        raise SourceError(f"{name}: the report cannot be read: {error.strerror}") from error
    except _Broken as error:
        raise SourceError(f"{name}: {error}") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        if "truncated" in str(error):
            raise SourceError(f"{name}: {_CUT}") from error
        raise SourceError(f"{name}: not a JSON report of auditor ({_HINT}): {error}") from error


class _Broken(Exception):
    """A report that cannot be used; the message says why."""


class _Head(msgspec.Struct, frozen=True):
    format: str
    tool: doc.Tool
    snapshot: doc.SnapshotHeader
    policies: tuple[doc.PolicyRow, ...]


class _Tail(msgspec.Struct, frozen=True):
    errors: tuple[doc.ErrorRow, ...]
    summary: doc.Summary


class _Format(msgspec.Struct, frozen=True):
    format: str


_CODES = (0, 1, 3, 4, 130)
_FORMAT = msgspec.json.Decoder(_Format)
_ROW = msgspec.json.Decoder(doc.VerdictRow)


def _opened(path: Path | str) -> IO[bytes]:
    if str(path) != "-":
        return Path(path).open("rb")
    return io.BytesIO(sys.stdin.buffer.read() if sys.stdin is not None else b"")


def _streamed(file: IO[bytes]) -> Stored:
    first, second = file.readline(), file.readline()
    if second.strip() != b'"verdicts":[':
        return _whole(first + second + file.read())
    head = first.rstrip().removesuffix(b",") + b"}"
    _known_format(head)
    lines = _lines(file)
    spool, parsed = Spool(), msgspec.json.decode(head, type=_Head)
    policies = {row.id for row in parsed.policies}
    for line in lines:
        spool.add(_verdict(_ROW.decode(line), policies))
    tail = file.read()
    if not tail.strip():
        raise _Broken(_CUT)
    return _stored(parsed, spool, msgspec.json.decode(b"{" + tail, type=_Tail))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The verdicts, up to the end of their list."""
    for line in file:
        text = line.rstrip()
        if text == b"],":
            return
        if not line.endswith(b"\n"):
            break
        yield text.removesuffix(b",")
    raise _Broken(_CUT)


def _whole(raw: bytes) -> Stored:
    _known_format(raw)
    document = msgspec.json.decode(raw, type=doc.ReportDocument)
    head = _Head(document.format, document.tool, document.snapshot, document.policies)
    spool, policies = Spool(), {row.id for row in document.policies}
    for row in document.verdicts:
        spool.add(_verdict(row, policies))
    return _stored(head, spool, _Tail(document.errors, document.summary))


def _known_format(raw: bytes) -> None:
    found = _FORMAT.decode(raw).format
    if found != doc.FORMAT:
        raise _Broken(f"a report of format {found}; this version of auditor reads {doc.FORMAT}")


# --- from rows to values ----------------------------------------------------------------------------------------


def _stored(head: _Head, verdicts: Spool, tail: _Tail) -> Stored:
    summary, snapshot = tail.summary, head.snapshot
    policies = tuple(map(_policy, head.policies))
    keys = {policy.id: policy.key for policy in policies}
    report = Report(
        header=Header(
            snapshot.taken_at,
            snapshot.kind,
            snapshot.scope,
            snapshot.regions,
            snapshot.left_out or (),
            snapshot.not_collected or (),
        ),
        tool_version=head.tool.version,
        pack_revision=head.tool.pack,
        engine_version=head.tool.engine,
        policies=policies,
        counts={row.id: _count(row.counts) for row in head.policies},
        verdicts=verdicts,
        problems=tuple(Problem(**msgspec.structs.asdict(row)) for row in tail.errors),
        tally=summary.counted,
        notes=summary.notes,
        parameters={keys[row.id]: row.parameters for row in head.policies if row.parameters},
        complete=summary.complete,
        accounts={row.id: {name: _count(count) for name, count in row.accounts.items()} for row in head.policies},
    )
    if summary.exit_code not in _CODES:
        raise _Broken(f"{summary.exit_code} is no exit code of a run")
    causes = tuple(Cause(**msgspec.structs.asdict(row)) for row in summary.undecided)
    decision = Decision(summary.exit_code, summary.reasons, causes)
    return Stored(report, decision, summary.fail_on, summary.min_severity)


def _policy(row: doc.PolicyRow) -> Policy:
    """What it reads is not in a report: nothing is judged by it again."""
    return Policy(
        id=row.id,
        key=row.id.replace("-", "_"),
        title=row.title,
        description=row.description,
        severity=row.severity,
        function=row.function,  # type: ignore[arg-type]
        stage=row.stage,  # type: ignore[arg-type]
        subjects=(),
        scope="account",
        applies="both",
        accesses=(),
        parameters={},
        controls=row.controls,
        remediation=Remediation(row.remediation, row.remediation_properties, row.remediation_cli),
        references=row.references,
        file="",
    )


def _count(row: doc.Counts) -> PolicyCount:
    return PolicyCount(row.PASS, row.FAIL, row.UNKNOWN, row.WAIVED, row.ACCEPTED)


def _verdict(row: doc.VerdictRow, policies: set[str]) -> Verdict:
    if row.policy not in policies:
        raise _Broken(f'a verdict of the policy "{row.policy}", which the report does not list')
    if (row.resource is None) == (row.population is None):
        raise _Broken(f"a verdict of {row.policy} that is about nothing, or about two things")
    if row.status is Status.FAIL and row.resource is None:
        raise _Broken(f"a FAIL of {row.policy} without its resource")
    given = {name: getattr(row, name) for name in row.__struct_fields__}
    return Verdict(**given | {"findings": tuple(map(_finding, row.findings)), "gaps": tuple(map(_gap, row.gaps))})


def _finding(row: doc.FindingRow) -> Finding:
    given = {name: getattr(row, name) for name in row.__struct_fields__}
    return Finding(**given | {"path": _keys(row.path)})


def _gap(row: doc.GapRow) -> Gap:
    given = {name: getattr(row, name) for name in row.__struct_fields__}
    return Gap(**given | {"path": _keys(row.path), "reason": Reason(row.reason)})


def _keys(text: str) -> Keys:
    """A number is an index: an element of a list may be a secret itself, where a key is only its name."""
    return tuple(map(_key, keys_of(text)))


def _key(key: str) -> Key:
    return int(key) if key.isascii() and key.isdigit() and str(int(key)) == key else key
