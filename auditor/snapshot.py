"""The snapshot file: newline-delimited JSON, plain, gzip (`.gz`) or zstd (`.zst`) by its suffix.

    {"kind":"header", ...}      format, tool, time, source, scope
    {"kind":"account", ...}     then for each account: all its gaps,
    {"kind":"gap", ...}         then its resources in order of region, home, type, id
    {"kind":"resource", ...}
    {"kind":"trailer", ...}     coverage and counts; without it the snapshot is partial

A hidden value is `null` at its place and a gap with its path. The file is written under a temporary name with
mode 0600 and renamed when it is whole.
"""

from __future__ import annotations

import gzip
import heapq
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path as File
from typing import IO, Any

import msgspec

from auditor.errors import OutputError, SourceError
from auditor.model import HIDDEN, Coverage, Gap, Hidden, Json, Path, Reason, Resource, home

FORMAT = "auditor-snapshot/1"
CHUNK = 5_000  # resources sorted in memory at a time


class HeaderLine(msgspec.Struct, frozen=True, tag="header", tag_field="kind"):
    format: str
    tool: str
    taken_at: str
    source: str
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class AccountLine(msgspec.Struct, frozen=True, tag="account", tag_field="kind"):
    account: str


class GapLine(msgspec.Struct, frozen=True, tag="gap", tag_field="kind"):
    gap: Gap


class ResourceLine(msgspec.Struct, frozen=True, tag="resource", tag_field="kind"):
    resource: Resource


class AccountCoverage(msgspec.Struct, frozen=True):
    """`lists`: type to the regions in which its list is complete, null for all; `paths`: what was asked for.

    `left_out`: enabled regions that the user did not choose. `facts`: the versions of those that were computed at the
    source, of what is not stored.
    """

    lists: Mapping[str, tuple[str, ...] | None] = {}
    paths: Mapping[str, tuple[Path, ...]] = {}
    left_out: tuple[str, ...] = ()
    facts: Mapping[str, int] = {}


class TrailerLine(msgspec.Struct, frozen=True, tag="trailer", tag_field="kind"):
    coverage: Mapping[str, AccountCoverage]
    counts: Mapping[str, int]
    complete: bool = True


Line = HeaderLine | AccountLine | GapLine | ResourceLine | TrailerLine


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Line)


class Writer:
    """Accounts one after the other; memory holds one account's gaps and one chunk of its resources."""

    def __init__(self, file: IO[bytes], header: HeaderLine) -> None:
        self._file = file
        self._coverage: dict[str, AccountCoverage] = {}
        self._counts: Counter[str] = Counter()
        self._put(header)

    def account(
        self,
        account: str,
        resources: Iterable[Resource],
        gaps: Callable[[], Iterable[Gap]],
        coverage: Callable[[], AccountCoverage],
    ) -> None:
        """`gaps` and `coverage` are asked for after the last resource."""
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            chunks = [_sorted_chunk(File(folder) / str(n), part) for n, part in enumerate(_parts(resources))]
            self._put(AccountLine(account))
            for gap in gaps():
                self._put(GapLine(gap))
            for _, line in heapq.merge(*(_lines_of(chunk) for chunk in chunks)):
                self._file.write(line)
                written = _DECODER.decode(line)
                assert isinstance(written, ResourceLine)
                self._counts[written.resource.type] += 1
        self._coverage[account] = coverage()

    def close(self, complete: bool = True) -> None:
        self._put(TrailerLine(self._coverage, dict(self._counts), complete))

    def _put(self, line: Line) -> None:
        self._file.write(_ENCODER.encode(line) + b"\n")


def _parts(resources: Iterable[Resource]) -> Iterator[list[Resource]]:
    part: list[Resource] = []
    for resource in resources:
        part.append(resource)
        if len(part) >= CHUNK:
            yield part
            part = []
    if part:
        yield part


def key_of(resource: Resource) -> str:
    """What the resources of an account are sorted by: region, home, type, id."""
    return "\t".join((resource.region or "", home(resource), resource.type, resource.id)).replace("\n", " ")


def _nulled(resource: Resource) -> Resource:
    return msgspec.structs.replace(resource, properties=_null(resource.properties))


def _null(node: Json) -> Json:
    if isinstance(node, HIDDEN):
        return None
    if isinstance(node, Mapping):
        return {key: _null(below) for key, below in node.items()}
    return [_null(below) for below in node] if isinstance(node, list) else node


def _sorted_chunk(file: File, part: list[Resource]) -> File:
    with file.open("wb") as out:
        for resource in sorted(part, key=key_of):
            out.write(key_of(resource).encode() + b"\n" + _ENCODER.encode(ResourceLine(_nulled(resource))) + b"\n")
    return file


def _lines_of(chunk: File) -> Iterator[tuple[bytes, bytes]]:
    with chunk.open("rb") as file:
        for key in file:
            yield key, file.readline()


@contextmanager
def writing(path: File, header: HeaderLine) -> Iterator[Writer]:
    """A snapshot under its final name only when it is whole. OutputError when it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as raw, _packed(raw, path) as out:
            yield Writer(out, header)
        os.replace(name, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        File(name).unlink(missing_ok=True)


@contextmanager
def _packed(raw: IO[bytes], path: File) -> Iterator[Any]:
    if path.suffix == ".gz":
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:
            yield out
    elif path.suffix == ".zst":
        with _zstandard(path).ZstdCompressor().stream_writer(raw) as out:
            yield out
    else:
        yield raw


def _zstandard(path: File) -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise SourceError(f"{path}: zstd needs the zstandard package: pip install zstandard, or use .gz") from error
    return zstandard


def _damage(path: File) -> tuple[type[Exception], ...]:
    """What reading a file raises that cannot be read, or is packed and damaged."""
    packed = (_zstandard(path).ZstdError,) if path.suffix == ".zst" else ()
    return (OSError, EOFError, zlib.error, *packed)


def lines(path: File) -> Iterator[Line]:
    """Each line of a snapshot. SourceError names file and line where it is no snapshot."""
    number = 0
    try:
        with _unpacked(path) as file:
            for line in file:
                number += 1
                yield _DECODER.decode(line)
    except msgspec.MsgspecError as error:
        raise SourceError(f"{path}:{number}: not a line of a snapshot: {error}") from error
    except _damage(path) as error:
        raise SourceError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


@contextmanager
def _unpacked(path: File) -> Iterator[Iterable[bytes]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as file:
            yield file
    elif path.suffix == ".zst":
        import io

        with path.open("rb") as raw, _zstandard(path).ZstdDecompressor().stream_reader(raw) as stream:
            yield io.BufferedReader(stream)
    else:
        with path.open("rb") as file:
            yield file


def coverage_of(line: AccountCoverage | None) -> Coverage:
    """No trailer: nothing is proven to be complete."""
    return Coverage(lists={}) if line is None else Coverage(line.lists, line.paths, left_out=line.left_out)


def plant(resource: Resource, gaps: Iterable[Gap]) -> Resource:
    """The resource with a `Hidden` at the path of each of its gaps, where the facts will look."""
    properties: Json = dict(resource.properties)
    for gap in gaps:
        if gap.path and gap.path[0] not in ("facts", "tags"):
            properties = _planted(properties, gap.path, Hidden(gap.reason, gap.detail))
    return msgspec.structs.replace(resource, properties=properties)


def _planted(node: Json, path: Path, hidden: Hidden) -> Json:
    if not path or isinstance(node, HIDDEN):
        return hidden
    key, rest = path[0], path[1:]
    if isinstance(node, list):
        return [
            _planted(element, rest, hidden) if key in ("*", index) else element for index, element in enumerate(node)
        ] + ([hidden] if isinstance(key, int) and key >= len(node) else [])
    below = dict(node) if isinstance(node, Mapping) else {}
    for name in list(below) if key == "*" else [str(key)]:
        below[name] = _planted(below.get(name), rest, hidden)
    return below


def unplanted(resource: Resource) -> Iterator[tuple[Path, Reason, str]]:
    """Path, reason and detail of every hidden value in a resource."""
    yield from _hidden_in(resource.properties, ())


def _hidden_in(node: Json, path: Path) -> Iterator[tuple[Path, Reason, str]]:
    if isinstance(node, HIDDEN):
        yield path, node.reason, node.detail
    elif isinstance(node, Mapping):
        for key, below in node.items():
            yield from _hidden_in(below, (*path, key))
    elif isinstance(node, list):
        for index, below in enumerate(node):
            yield from _hidden_in(below, (*path, index))
