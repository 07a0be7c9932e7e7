"""The `reads` of a policy's metadata: read, compared with what is derived, and written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path as File
from typing import Any

from auditor.catalogue.reads.derive import Derived
from auditor.config import nearest
from auditor.errors import PackError
from auditor.model import Access, Path, Sign, keys_of, pointer

Declared = frozenset[tuple[str, Path, Sign]]

_SIGNS = (Sign.NEEDS, Sign.SEEKS)
_WIDTH = 120
_PLAIN = re.compile(r"[\w/.*~@-]+")


def declared(reads: Any, where: str) -> Declared:
    """The declared reads, a path in both lists once for each; PackError starts with `where`."""
    if not isinstance(reads, dict):
        raise PackError(f"{where}: reads must be an object: type -> {{needs: [...], seeks: [...]}}")
    found = set()
    for type, lists in reads.items():
        if not isinstance(lists, dict):
            raise PackError(f"{where}: reads of {type} must be {{needs: [...], seeks: [...]}}")
        for sign, paths in lists.items():
            if sign not in _SIGNS:
                raise PackError(f'{where}: reads of {type}: "{sign}" is no sign{nearest(str(sign), _SIGNS)}')
            if not isinstance(paths, list):
                raise PackError(f"{where}: reads of {type}: {sign} must be a list of pointers")
            found |= {(str(type), _path(item, f"{where}: reads of {type}"), Sign(sign)) for item in paths}
    return frozenset(found)


def atoms(accesses: Iterable[Access]) -> Declared:
    """Accesses as they are declared: of the subject or of others is not said, `both` is in both lists."""
    return frozenset(
        (access.type, access.path, sign)
        for access in accesses
        for sign in (_SIGNS if access.sign is Sign.BOTH else (access.sign,))
    )


def compare(derived: Derived, written: Declared) -> list[str]:
    """What the declared reads lack or have too much, one message each; none where they are equal."""
    read = atoms(derived.accesses)
    messages = []
    for type, path, sign in sorted(read - written, key=_order):
        place = derived.places[type, path, sign]
        messages.append(f"reads lacks {sign} {_named(type, path)} ({File(place.file).name}:{place.line})")
    for type, path, sign in sorted(written - read, key=_order):
        messages.append(f"reads has {sign} {_named(type, path)}, which the policy does not read")
    return messages


def render(accesses: Iterable[Access], width: int = _WIDTH) -> str:
    """The `reads` of the metadata as YAML, every line ending with a newline."""
    grouped: dict[str, dict[Sign, list[str]]] = {}
    for type, path, sign in sorted(atoms(accesses), key=_order):
        grouped.setdefault(type, {}).setdefault(sign, []).append(_scalar(pointer(path)) if path else "[]")
    if not grouped:
        return "reads: {}\n"
    lines = ["reads:"]
    for type, signs in grouped.items():
        lines.append(f"  {type}:")
        for sign in _SIGNS:
            paths = signs.get(sign, [])
            line = f"    {sign}: [{', '.join(paths)}]"
            if paths and len(line) > width:
                lines += [f"    {sign}:", *(f"      - {path}" for path in paths)]
            elif paths:
                lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def write(file: File, accesses: Iterable[Access]) -> bool:
    """Put the reads into the metadata of a policy file; whether that changed it. All else stays byte for byte.

    PackError if there is no METADATA comment with `custom` above the package.
    """
    before = file.read_bytes()
    after = replaced(before.decode(), accesses, str(file)).encode()
    if after == before:
        return False
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_bytes(after)
    temporary.chmod(file.stat().st_mode)
    temporary.replace(file)
    return True


def replaced(text: str, accesses: Iterable[Access], where: str) -> str:
    """The text of a policy with these reads in its metadata."""
    lines = text.splitlines(keepends=True)
    package = next((n for n, line in enumerate(lines) if line.startswith("package ")), len(lines))
    starts = [n for n in range(package) if lines[n].strip() == "# METADATA"]
    if not starts:
        raise PackError(f"{where}:{package + 1}:1: no METADATA comment above the package")
    block = range(starts[-1] + 1, package)
    custom = next((n for n in block if re.fullmatch(r"#\s*custom:\s*", lines[n])), None)
    if custom is None:
        raise PackError(f"{where}:{starts[-1] + 1}:1: the METADATA has no `custom`")
    inside = _block(lines, custom, package)
    indent = min((_indent(lines[n]) for n in inside if _indent(lines[n])), default=_indent(lines[custom]) + 2)
    keys = {n: lines[n][1:].split(":")[0].strip() for n in inside if _indent(lines[n]) == indent}
    ending = "\r\n" if lines[custom].endswith("\r\n") else "\n"
    prefix = "#" + " " * indent
    new = [prefix + line + ending for line in render(accesses, _WIDTH - len(prefix)).splitlines()]
    at = next((n for n, key in keys.items() if key == "reads"), None)
    if at is not None:
        end = max([at, *_block(lines, at, package)]) + 1
        return "".join([*lines[:at], *new, *lines[end:]])
    after = [n for n, key in keys.items() if key in ("subject", "scope", "applies")]
    last = max([custom, *inside]) if not after else max([after[-1], *_block(lines, after[-1], package)])
    return "".join([*lines[: last + 1], *new, *lines[last + 1 :]])


def _block(lines: list[str], start: int, end: int) -> list[int]:
    """The lines below a key: those further to the right, without the empty ones that follow."""
    found = []
    for number in range(start + 1, end):
        indent = _indent(lines[number])
        if indent and indent <= _indent(lines[start]) or not lines[number].startswith("#"):
            break
        if indent:
            found.append(number)
    return list(range(start + 1, found[-1] + 1)) if found else []


def _indent(line: str) -> int:
    """How far the text of a comment line stands from its `#`; 0 for an empty one."""
    content = line[1:].rstrip()
    return len(content) - len(content.lstrip()) if content else 0


def _path(item: Any, where: str) -> Path:
    if item == [] or item == "[]":
        return ()
    if not isinstance(item, str) or not item.startswith("/"):
        raise PackError(f'{where}: {json.dumps(item)} is no pointer: write "/Property/...", or [] for existence')
    return keys_of(item)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _named(type: str, path: Path) -> str:
    return f"{type}:{pointer(path) or '[]'}"


def _order(atom: tuple[str, Path, Sign]) -> tuple[str, list[str], str]:
    type, path, sign = atom
    return type, [str(key) for key in path], sign
