"""Texts in which a star is any run of characters, and nothing else is special."""

from __future__ import annotations

import re


def is_like(pattern: str, text: str) -> bool:
    """Whether the whole text is what the pattern says. Case matters."""
    head, star, tail = pattern.partition("*")
    if not star:
        return text == pattern
    if not tail:
        return text.startswith(head)
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
