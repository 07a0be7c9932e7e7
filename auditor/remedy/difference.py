"""A unified diff that `git apply` and `patch -p1` take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_ODD = re.compile(r'[\x00-\x1f"\\\x7f]')


def unified(file: str, old: str, new: str) -> Iterator[str]:
    """Pieces to be joined. `file` is relative to where the diff is applied."""
    before, after = _LINES.findall(old), _LINES.findall(new)
    for line in difflib.unified_diff(before, after, _name("a/" + file), _name("b/" + file)):
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"


def _name(path: str) -> str:
    """As git quotes it; a name with a blank ends with a tab, so that it is not taken for a date."""
    if _ODD.search(path):
        return '"' + _ODD.sub(lambda match: f"\\{ord(match[0]):03o}", path) + '"'
    return path + "\t" if " " in path else path
