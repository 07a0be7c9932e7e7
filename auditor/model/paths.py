"""Paths into resources, and JSON pointers.

A *path* is a tuple of keys and list indexes. It starts at a resource's properties, except
`("facts", name, ...)` and `("tags", key)`, which stand beside them (property names are PascalCase,
so nothing collides). Indexes are always the source's own; the indexes that OPA sees exist only
between `projection` and `judge`. `"*"` stands for any key or index (in reads and gaps only).
`()` is the resource itself.
"""

from __future__ import annotations

from typing import Any

Json = Any
Key = str | int
Path = tuple[Key, ...]


def pointer(path: Path) -> str:
    """The JSON pointer of a path (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of a JSON pointer, all as text (an index stays "0")."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]) if text else ()


def overlaps(left: Path, right: Path) -> bool:
    """Whether one path is at, above or below the other; "*" is any key, and 0 and "0" are one."""
    for a, b in zip(left, right, strict=False):  # noqa: SIM110  (the hottest loop of a scan: all() takes twice as long)
        if a != b and a != "*" and b != "*" and str(a) != str(b):
            return False
    return True
