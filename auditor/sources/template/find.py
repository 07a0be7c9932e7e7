"""Which files are templates: what the user names, and what looks like one in the folders that the user names.

A file that is named is a template, or an error. A file in a folder, or one that a pattern matches, is a
candidate only if its text looks like a template; the others are counted. Hidden folders, `node_modules` and
virtual environments are left out, and links to folders are not followed.
"""

from __future__ import annotations

import codecs
import fnmatch
import glob
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import msgspec

from auditor.model import Problem
from auditor.sources.template.decode import MAX_BYTES

Read = Callable[[str], bytes | Problem]

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json", ".template", ".cfn", ".cform", ".cloudformation")

_LEFT_OUT = frozenset(("node_modules", "__pycache__"))
_SNIFFED = 1_000_000  # of a file that is too large to be a template


class File(msgspec.Struct, frozen=True):
    """A path as the user would write it (posix, relative to here where it lies below). `named`: by the user."""

    path: str
    named: bool


@dataclass
class Found:
    """`files` are sorted by path, each file once. `linked`: folders that only a link leads to."""

    files: list[File] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    linked: int = 0


def find(paths: Sequence[str], named: bool = True) -> Found:
    """Files, folders, patterns (`**` included) and `-` for standard input. `named`: what `File.named` says of files."""
    found = Found()
    for path in paths:
        if path == STDIN:
            found.files.append(File(STDIN, True))
        elif os.path.isdir(path):
            found.files += _walk(path, found)
        elif os.path.lexists(path):
            found.files.append(File(_shown(path), named))
        else:
            found.files += _matches(path, found)
    found.files = sorted(_once(found.files), key=lambda file: file.path)
    return found


def read(path: str) -> bytes | Problem:
    """The bytes of a file, one more than a template may have if it is larger."""
    if path.encode("utf-8", "replace") != path.encode("utf-8", "surrogateescape"):
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return Problem("file", shown, "its name is not UTF-8, so no report could name it: rename it")
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return Problem("file", path, f"cannot be read: {error.strerror or error}")


def read_nested(path: str) -> bytes | Problem:
    """The bytes of a file that a template names; only of a regular one, since a pipe or a device might not end."""
    return read(path) if os.path.isfile(path) else Problem("file", path, "no such file")


def reader(edited: Mapping[str, bytes], otherwise: Read) -> Read:
    """Reads what stands for a file in `edited` (by its real path), and the others as they are."""
    if not edited:
        return otherwise

    def read(path: str) -> bytes | Problem:
        held = edited.get(os.path.realpath(path))
        return otherwise(path) if held is None else held

    return read


def _shown(path: str) -> str:
    if os.path.isabs(path):
        below = os.path.relpath(path)
        path = path if below.startswith(os.pardir) else below
    return PurePath(os.path.normpath(path)).as_posix()


def _walk(folder: str, found: Found) -> list[File]:
    """The candidates in a folder."""
    paths = (path for path in _files_below(folder, found) if path.lower().endswith(SUFFIXES))
    return [File(_shown(path), False) for path in paths]


def _files_below(folder: str, found: Found) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        found.problems.append(Problem("file", _shown(error.filename), f"cannot be read: {error.strerror}"))

    for here, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not _is_left_out(here, name)]
        found.linked += sum(1 for name in folders if os.path.islink(os.path.join(here, name)))
        yield from (path for name in files if os.path.isfile(path := os.path.join(here, name)))


def _is_left_out(parent: str, name: str) -> bool:
    return name.startswith(".") or name in _LEFT_OUT or os.path.exists(os.path.join(parent, name, "pyvenv.cfg"))


def _matches(pattern: str, found: Found) -> list[File]:
    """The files that a pattern matches, and the candidates in the folders that it matches."""
    if not glob.has_magic(pattern):
        found.problems.append(Problem("file", pattern, "no such file or folder"))
        return []
    if "**" in pattern:
        files = list(_matches_anywhere(pattern, found))
    else:
        files = []
        for path in sorted(glob.glob(pattern)):
            if not os.path.isdir(path):
                files.append(File(_shown(path), False))
            elif not _is_left_out(*os.path.split(path.rstrip("/"))):
                files += _walk(path, found)
    if not files:
        found.problems.append(Problem("file", pattern, "no file matches"))
    return files


def _matches_anywhere(pattern: str, found: Found) -> Iterator[File]:
    """As above for a pattern with `**`; glob's own would follow links into loops."""
    *folders, last = pattern.split("/")
    plain = list(itertools.takewhile(lambda part: not glob.has_magic(part), folders))
    base = "/".join(plain) or ("/" if pattern.startswith("/") else ".")
    wanted = (*folders[len(plain) :], *([last] if last else []))
    for path in _files_below(base, found) if os.path.isdir(base) else ():
        parts = PurePath(os.path.relpath(path, base)).parts
        if _is_match(parts, wanted) and (last not in ("", "**") or path.lower().endswith(SUFFIXES)):
            yield File(_shown(path), False)


def _is_match(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _is_match(parts, pattern[1:]) or (bool(parts) and _is_match(parts[1:], pattern))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], pattern[0]) and _is_match(parts[1:], pattern[1:])


def _once(files: Iterable[File]) -> Iterator[File]:
    """Each file once: by the name that the user gave, else by the one that is no link."""
    seen: set[str] = set()
    for file in sorted(files, key=lambda file: (not file.named, os.path.islink(file.path), file.path)):
        real = STDIN if file.path == STDIN else os.path.realpath(file.path)
        if real not in seen:
            seen.add(real)
            yield file


# --- does it look like a template -------------------------------------------------------------------------------

_FIRST_LINE = re.compile(rb"^( *+)(?!---)[^\s#%]", re.MULTILINE)
_KEY = rb"""^%s["']?%s["']?[ \t]*:"""
_TYPE = re.compile(rb"""(?<!\\)["']?Type["']?\s*:\s*(?:["']?[A-Za-z0-9]+::[A-Za-z0-9]|!)""")
_JSON_KEY = rb"""(?<!\\)"%s"\s*:"""


def looks_like_template(raw: bytes) -> bool:
    """A cheap look at the text: a format version, a SAM transform, or resources with types."""
    text = _as_utf8(raw[:_SNIFFED] if len(raw) > MAX_BYTES else raw)
    if text.lstrip()[:1] == b"{":
        keys = {name: re.search(_JSON_KEY % name, text) for name in _NAMES}
    else:
        first = _FIRST_LINE.search(text)
        indent = first[1] if first else b""
        keys = {name: re.search(_KEY % (indent, name), text, re.MULTILINE) for name in _NAMES}
    if keys[b"AWSTemplateFormatVersion"]:
        return True
    if keys[b"Transform"] and re.search(rb"AWS::(?:Serverless|LanguageExtensions)", text):
        return True
    return keys[b"Resources"] is not None and (_TYPE.search(text) is not None or b"Fn::ForEach::" in text)


_NAMES = (b"AWSTemplateFormatVersion", b"Transform", b"Resources")


def _as_utf8(raw: bytes) -> bytes:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return raw.removeprefix(codecs.BOM_UTF8)


def is_template(tree: Any) -> bool:
    """Whether a decoded file is a template at its top, and not only somewhere inside it."""
    if not isinstance(tree, dict):
        return False
    resources = tree.get("Resources")
    bodies = resources.values() if isinstance(resources, dict) else ()
    typed = any("Type" in body if isinstance(body, dict) else isinstance(body, list) for body in bodies)
    return "AWSTemplateFormatVersion" in tree or "Transform" in tree or typed
