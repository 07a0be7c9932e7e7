"""JSON arrays written item by item, so that a long one needs no more memory than a short one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import msgspec


def write_array(items: Iterable[dict[str, Any]], out: IO[str], end: str = "\n") -> None:
    """One item a line."""
    separator = "[\n"
    for item in items:
        out.write(separator + text(item))
        separator = ",\n"
    out.write(("[" if separator == "[\n" else "\n") + "]" + end)


def text(value: object) -> str:
    return msgspec.json.encode(value).decode()
