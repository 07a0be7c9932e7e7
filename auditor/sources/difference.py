"""Two snapshots, compared by resource and property. Both are sorted alike, so neither has to fit in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as File

from auditor.model import Json, Path, Resource, pointer
from auditor.snapshot import ResourceLine, key_of, lines

_SHOWN = 60  # characters of a value


def difference(before: File, after: File) -> Iterator[str]:
    """A line per resource that came (+) or went (-), and per property that changed (~)."""
    old, new = _resources(before), _resources(after)
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield f"- {_name(left[1])}"
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            yield f"+ {_name(right[1])}"
            right = next(new, None)
        else:
            for path, was, now in _changes(_shown(left[1]), _shown(right[1]), ()):
                yield f"~ {_name(right[1])} {pointer(path)}: {_text(was)} -> {_text(now)}"
            left, right = next(old, None), next(new, None)


def _resources(file: File) -> Iterator[tuple[tuple[str, str], Resource]]:
    """In order of account, then as the file is sorted; a merged file has its accounts in order too."""
    for line in lines(file):
        if isinstance(line, ResourceLine):
            yield (line.resource.account, key_of(line.resource)), line.resource


def _name(resource: Resource) -> str:
    return f"{resource.type} {resource.id}"


def _shown(resource: Resource) -> dict[str, Json]:
    return {**resource.properties, "tags": dict(resource.tags), "facts": dict(resource.facts)}


_NOTHING = object()


def _changes(was: Json, now: Json, path: Path) -> Iterator[tuple[Path, Json, Json]]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted({*was, *now}):
            yield from _changes(was.get(key, _NOTHING), now.get(key, _NOTHING), (*path, key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for index, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _changes(one, other, (*path, index))
    elif was != now:
        yield path, was, now


def _text(value: Json) -> str:
    text = "(none)" if value is _NOTHING else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
