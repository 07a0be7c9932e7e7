"""The file of what was there before the gate: one line of JSON per entry, sorted (`auditor schema baseline`).

    {"format":"auditor-baseline/1"}
    {"resource":"app.yaml#Logs","policy":"s3-bucket-versioned","type":"AWS::S3::Bucket","finding":"5f0c..."}

Lines stand for themselves, so that a merge conflict is resolved by keeping the lines of both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from auditor.adoption.places import renamed
from auditor.errors import UsageError
from auditor.gate import describe
from auditor.model import Header as Run
from auditor.model import Report, Status, Verdict, pointer

FORMAT = "auditor-baseline/1"
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
Rename = Callable[[str], str]  # a file of a template, as the baseline names it
UNSEEN = "*"  # stands for the resources of a type that were not seen


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line."""

    format: Literal["auditor-baseline/1"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding by its content fingerprint, or why a policy was not decided for a resource (`causes`).

    `resource`: the id, its files relative to the folder of the baseline; "app.yaml#*" or "*" for resources that were
    not seen. `account`, `region`: of live resources. `path` is for the reader, "*" an index. `count`: equal findings.
    """

    resource: str
    policy: str
    type: str
    finding: str | None = None
    causes: tuple[str, ...] = ()
    path: str = ""
    account: str | None = None
    region: str | None = None
    count: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about."""
        if self.finding is not None:
            return (self.policy, self.resource, self.finding)
        place = (self.account or "", self.region or "", self.type) if self.account else (self.type,)
        return (self.policy, self.resource, *place)


_ENTRY = msgspec.json.Decoder(Entry)


def schema() -> dict[str, Any]:
    """The JSON Schema of a line (draft 2020-12)."""
    (header, entry), definitions = msgspec.json.schema_components([Header, Entry], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a line of an auditor baseline",
        "anyOf": [header, entry],
        "$defs": definitions,
    }


def read(file: Path) -> list[Entry]:
    """The entries, each key once. UsageError names file and line."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        hint = (
            "; `auditor baseline write` makes one of a report (--no-baseline)"
            if isinstance(error, FileNotFoundError)
            else ""
        )
        raise UsageError(f"baseline {file}: {error.strerror}{hint}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"baseline {file}: not UTF-8: {error}") from error
    return merged(_parsed(file, lines))


def _parsed(file: Path, lines: list[str]) -> Iterator[Entry]:
    header = ""
    for number, line in enumerate(lines, 1):
        if line.startswith(_CONFLICT):
            raise UsageError(
                f"baseline {file}:{number}: a merge conflict is not resolved: keep the entries of both sides and "
                "remove the lines with <<<<<<<, ======= and >>>>>>>"
            )
        if not line.strip() or line == header:
            continue
        if not header:
            _refuse_unknown(file, line)
            header = line
            continue
        try:
            entry = _ENTRY.decode(line)
        except msgspec.MsgspecError as error:
            raise UsageError(f"baseline {file}:{number}: no entry of a baseline: {error}") from error
        if (entry.finding is None) == (not entry.causes):
            raise UsageError(f"baseline {file}:{number}: an entry has a finding, or causes")
        yield entry
    if not header:
        raise UsageError(f'baseline {file}: it is empty: its first line is {{"format":"{FORMAT}"}}')


def _refuse_unknown(file: Path, line: str) -> None:
    try:
        found = msgspec.json.decode(line)
        format = found.get("format") if isinstance(found, dict) else None
    except msgspec.MsgspecError:
        format = None
    if format is None:
        raise UsageError(f'baseline {file}: no baseline of auditor: its first line is not {{"format":"{FORMAT}"}}')
    if format != FORMAT:
        raise UsageError(f"baseline {file}: a baseline of format {format}; this version of auditor reads {FORMAT}")


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Each key once, sorted: two branches may have written the same entry."""
    kept: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        known = kept.get(entry.key)
        if known is not None:
            causes = tuple(sorted({*known.causes, *entry.causes}))
            entry = msgspec.structs.replace(known, count=max(known.count, entry.count), causes=causes)
        kept[entry.key] = entry
    return sorted(kept.values(), key=lambda entry: (entry.resource, entry.policy, entry.key))


def text(entries: Iterable[Entry]) -> Iterator[str]:
    """The lines of the file."""
    yield msgspec.json.encode({"format": FORMAT}).decode() + "\n"
    for entry in merged(entries):
        yield msgspec.json.encode(entry).decode() + "\n"


def entries_of(report: Report, rename: Rename) -> list[Entry]:
    """What fails and what is not decided in a report. What is waived or accepted is answered for already."""
    counted: dict[tuple[str, ...], Entry] = {}
    for verdict in report.verdicts:
        if verdict.status in (Status.FAIL, Status.UNKNOWN) and verdict.error is None:
            for entry in entries_for(verdict, report.header, rename):
                known = counted.get(entry.key)
                more = 0 if known is None or entry.finding is None else known.count
                counted[entry.key] = msgspec.structs.replace(entry, count=entry.count + more)
    return merged(counted.values())


def entries_for(verdict: Verdict, run: Run, rename: Rename) -> Iterator[Entry]:
    """An entry per certain finding of a FAIL, and one for what is not decided about it."""
    about = subject(verdict, run, rename)
    if verdict.status is Status.FAIL:
        for finding in verdict.findings:
            if finding.certain:
                path = pointer(tuple("*" if isinstance(key, int) else key for key in finding.path))
                yield msgspec.structs.replace(about, finding=finding.content_fingerprint, path=path)
    if causes := causes_of(verdict):
        yield msgspec.structs.replace(about, causes=causes)


def subject(verdict: Verdict, run: Run, rename: Rename) -> Entry:
    """An entry that says only what a verdict is about."""
    about = verdict.resource or verdict.population
    assert about is not None
    id = verdict.resource.id if verdict.resource is not None else UNSEEN
    if run.kind != "template":
        return Entry(id, verdict.policy, about.type, account=about.account, region=about.region)
    if verdict.resource is None and verdict.location is not None:
        id = f"{verdict.location.file}#{UNSEEN}"
    return Entry(renamed(id, rename), verdict.policy, about.type)


def causes_of(verdict: Verdict) -> tuple[str, ...]:
    return tuple(sorted({describe(gap)[0] for gap in verdict.gaps}))
