"""The prefix lengths that a pattern leaves to a CIDR text which matches all of it.

Not a matcher: the pattern is followed only for what can stand behind the last slash. What this cannot follow, and
what Java and Python may read differently, leaves every length. Anchors and look-around only exclude texts, so that
they may be passed over.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]  # the only parser of patterns in the standard library
from re import _parser, error  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_MOST = 300  # texts that are told apart
_LONGEST = 2_000
_ZERO_WIDTH = (op.AT, op.ASSERT, op.ASSERT_NOT)


class _Tails(NamedTuple):
    """What stands behind the last slash of the texts that have one, and the texts without; None: any."""

    behind: frozenset[str] | None
    without: frozenset[str] | None


_NOTHING: frozenset[str] = frozenset()
_EMPTY = _Tails(_NOTHING, frozenset(("",)))
_NONE = _Tails(_NOTHING, _NOTHING)
_ANY = _Tails(None, None)


@lru_cache(maxsize=256)
def shortest(pattern: str) -> int | None:
    """The least number that can stand behind the last slash; None where anything else can, or there may be none."""
    if len(pattern) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings(action="error"):  # of sets within sets, which Java knows and Python does not
            tails = _sequence(_parser.parse(pattern))
    except (error, RecursionError, OverflowError, Warning):
        return None
    if not tails.behind or tails.without != _NOTHING:
        return None
    return min(map(int, tails.behind)) if all(text.isascii() and text.isdigit() for text in tails.behind) else None


def _sequence(tokens: Iterable[Any]) -> _Tails:
    found = _EMPTY
    for code, argument in tokens:
        found = _then(found, _one(code, argument))
    return found


def _then(first: _Tails, second: _Tails) -> _Tails:
    carried = _joined(first.behind, second.without)
    return _Tails(_united(second.behind, carried), _joined(first.without, second.without))


def _joined(heads: frozenset[str] | None, tails: frozenset[str] | None) -> frozenset[str] | None:
    if heads == _NOTHING or tails == _NOTHING:
        return _NOTHING
    if heads is None or tails is None or len(heads) * len(tails) > _MOST:
        return None
    return frozenset(head + tail for head, tail in itertools.product(heads, tails))


def _united(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    if left is None or right is None or len(left) + len(right) > _MOST:
        return None
    return left | right


def _one(code: Any, argument: Any) -> _Tails:
    if code is op.LITERAL:
        return _characters([chr(argument)])
    if code is op.IN:
        return _characters(_members(argument))
    if code in _ZERO_WIDTH:
        return _EMPTY
    if code is op.BRANCH:
        found = _NONE
        for branch in argument[1]:
            each = _sequence(branch)
            found = _Tails(_united(found.behind, each.behind), _united(found.without, each.without))
        return found
    if code is op.SUBPATTERN:
        return _sequence(argument[-1])
    if code is op.ATOMIC_GROUP:
        return _sequence(argument)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeated(*argument)
    return _ANY


def _repeated(lowest: Any, highest: Any, tokens: Iterable[Any]) -> _Tails:
    each = _sequence(tokens)
    if int(highest) > 64:  # without a slash in it, it adds only what has none
        without = None if lowest == 0 or each.without != _NOTHING else _NOTHING
        return _Tails(_NOTHING if each.behind == _NOTHING else None, without)
    found, times = _NONE, _EMPTY
    for count in range(int(highest) + 1):
        if count >= int(lowest):
            found = _Tails(_united(found.behind, times.behind), _united(found.without, times.without))
        times = _then(times, each)
    return found


def _characters(letters: Iterable[str] | None) -> _Tails:
    if letters is None:
        return _ANY
    known = frozenset(letters)
    return _Tails(frozenset(("",)) if "/" in known else _NOTHING, known - {"/"})


def _members(items: Iterable[Any]) -> list[str] | None:
    found: list[str] = []
    for code, argument in items:
        if code is op.LITERAL:
            found.append(chr(argument))
        elif code is op.RANGE and argument[1] - argument[0] < _MOST:
            found += map(chr, range(argument[0], argument[1] + 1))
        elif code is op.CATEGORY and argument is op.CATEGORY_DIGIT:
            found += "0123456789"
        else:
            return None
    return found
