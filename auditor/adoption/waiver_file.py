"""`waivers.yaml`: who answers for which finding, why, and until when (`auditor schema waivers`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from auditor.errors import UsageError
from auditor.model import Json, Waiver, keys_of

FORMAT = "auditor-waivers/1"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`policy`, `account`, `region` are globs. `resources` are globs over the id of a resource as the report writes it
    (files relative to the folder of this file), its logical id, its name and its ARN. `path` is a JSON pointer: only
    findings at or below it, "*" is any key. `unknown`: UNKNOWN is waived too.
    """

    policy: str
    resources: tuple[str, ...]
    owner: str
    reason: str
    expires: date | None = None
    ticket: str | None = None
    account: str | None = None
    region: str | None = None
    path: str | None = None
    unknown: bool = False


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["auditor-waivers/1"]
    waivers: tuple[Row, ...]


def schema() -> dict[str, Json]:
    """The JSON Schema of the file (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor waivers",
        **msgspec.json.schema(Document),
    }


def read(file: Path) -> list[Waiver]:
    """The waivers of a file. UsageError for one that cannot be read, is of another format, or breaks the schema."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        tree = yaml.load(text, Loader=yaml.BaseLoader)  # to which every scalar is text
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: the waivers cannot be read: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{file}: not valid YAML: {error}") from error
    if not isinstance(tree, dict) or "format" not in tree:
        raise UsageError(f'{file}: no file of waivers: it begins with "format: {FORMAT}" (auditor schema waivers)')
    if tree["format"] != FORMAT:
        raise UsageError(f"{file}: waivers of format {tree['format']}; this version of auditor reads {FORMAT}")
    _refuse_twins(node, file)
    lines = _lines(node)
    try:
        document = msgspec.convert(tree, Document, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        at = re.search(r"\$\.waivers\[(\d+)\]", str(error))
        where = f":{lines[int(at[1])]}" if at else ""
        raise UsageError(f"{file}{where}: {error} (auditor schema waivers)") from error
    return [_waiver(row, f"{file}:{line}") for row, line in zip(document.waivers, lines, strict=True)]


def _waiver(row: Row, place: str) -> Waiver:
    for name in ("policy", "owner", "reason"):
        if not getattr(row, name).strip():
            raise UsageError(f"{place}: a waiver needs a {name}")
    if not row.resources:
        raise UsageError(f"{place}: a waiver needs resources: globs over their ids")
    if row.path is not None and (row.unknown or not row.path.startswith("/")):
        why = "with a path it waives findings alone, so not unknown" if row.unknown else "a path begins with /"
        raise UsageError(f"{place}: {why}")
    given = msgspec.structs.asdict(row) | {"path": keys_of(row.path or "")}
    return Waiver(place=place, **given)


def _lines(node: Any) -> list[int]:
    """The line, from 1, of each waiver."""
    for key, value in node.value:
        if key.value == "waivers" and isinstance(value, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in value.value]
    return []


def _refuse_twins(node: Any, file: Path) -> None:
    """YAML forbids a key that stands twice; PyYAML takes the last."""
    for mapping in _mappings(node):
        keys: set[str] = set()
        for key, _ in mapping.value:
            if str(key.value) in keys:
                raise UsageError(f'{file}:{key.start_mark.line + 1}: the key "{key.value}" stands there twice')
            keys.add(str(key.value))


def _mappings(node: Any) -> Iterator[yaml.MappingNode]:
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or not isinstance(one, yaml.CollectionNode):
            continue
        seen.add(id(one))
        if isinstance(one, yaml.MappingNode):
            yield one
            waiting += [value for _, value in one.value]
        else:
            waiting += one.value
