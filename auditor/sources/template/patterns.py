"""What a parameter's declaration allows, and texts that it allows.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
AllowedPattern is a Java regular expression; what this cannot read, or not in time, excludes nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, count, islice, product
from re import _constants as op  # type: ignore[attr-defined]  # the only parser of patterns in the standard library
from re import _parser, error  # type: ignore[attr-defined]
from typing import Any

from auditor.sources.template.declared import allowed_values, is_list, is_stored, type_of
from auditor.sources.template.texts import scalar_text

BOUNDS = frozenset({"AllowedPattern", "AllowedValues", "MaxLength", "MaxValue", "MinLength", "MinValue"})

_SECONDS = 0.1  # for one match
_LONGEST_PATTERN = 2_000
_MOST_WORDS = 200  # tried for one pattern
_PROBES = "x7Zq-_./: "  # characters to try where a pattern excludes some
_CATEGORIES = {op.CATEGORY_DIGIT: "70", op.CATEGORY_WORD: "x7", op.CATEGORY_SPACE: " "}


def allows(declared: Any, text: str) -> bool:
    """Whether a parameter may have this value (a list: as it is written, with commas)."""
    kind = type_of(declared)
    if not isinstance(declared, dict) or is_stored(kind) or not (kind == "Number" or declared.keys() & BOUNDS):
        return True
    values = [part.strip() for part in text.split(",")] if is_list(kind) else [text]
    allowed = allowed_values(declared)
    if "AllowedValues" in declared and allowed and any(value not in allowed for value in values):
        return False
    pattern = declared.get("AllowedPattern")
    if isinstance(pattern, str) and any(matches(str(pattern), value) is False for value in values):
        return False
    if kind == "Number":
        number = _number(text)
        return number is not None and _within(declared, "MinValue", "MaxValue", number)
    return is_list(kind) or _within(declared, "MinLength", "MaxLength", len(text))


def matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern matches all of a text; None for a pattern that cannot be read, or not in time."""
    import regex  # type: ignore[import-untyped]  # unlike `re`, it stops when its time is over

    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            return regex.fullmatch(pattern, text, timeout=_SECONDS) is not None
    except (regex.error, TimeoutError, RecursionError, OverflowError):
        return None


def others(declarations: Sequence[Any], taken: Collection[str], number: int, name: str) -> list[str]:
    """Texts that all declarations allow and that are not taken, as many as wanted or as are found.

    `name` keeps them apart from those of other parameters where the declarations leave room.
    """
    fitting = (
        text
        for text in dict.fromkeys(_proposals(declarations, name))
        if text not in taken and all(allows(declared, text) for declared in declarations)
    )
    return list(islice(fitting, number))


def _proposals(declarations: Sequence[Any], name: str) -> Iterator[str]:
    yield from (f"else{index}-{name}" for index in range(20))
    for declared in declarations:
        if isinstance(declared, dict) and type_of(declared) == "Number":
            lowest = _number(declared.get("MinValue"))
            yield from (str(value) for value in islice(count(7919 if lowest is None else int(lowest)), _MOST_WORDS))
    shortest = max((_length(declared, "MinLength", 0) for declared in declarations), default=0)
    longest = min((_length(declared, "MaxLength", 64) for declared in declarations), default=64)
    yield from (f"else{index}".ljust(min(shortest, 512), "x")[:longest] for index in range(20))
    yield from (letter * max(shortest, 1) for letter in "uvwxyz0123456789")
    for declared in declarations:
        pattern = declared.get("AllowedPattern") if isinstance(declared, dict) else None
        if isinstance(pattern, str):
            yield from sorted(words(str(pattern)), key=lambda word: not word)  # the empty text is special: last
        yield from (",".join(pair) for pair in product(allowed_values(declared)[:4], repeat=2))


def words(pattern: str) -> Iterator[str]:
    """Some texts that a pattern matches, and some that it does not: look-around and references are passed over."""
    if len(pattern) > _LONGEST_PATTERN:
        return
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a later Python may read otherwise
            tokens = _parser.parse(pattern)
        yield from _words(tokens)
    except (error, RecursionError, OverflowError):
        return


def _words(tokens: Iterable[Any]) -> list[str]:
    made = [""]
    for token in tokens:
        made = _spread(made, _choices(*token))
    return made


def _spread(heads: list[str], tails: list[str]) -> list[str]:
    """Each head with some tail, and each tail with some head, within the bound."""
    return list(dict.fromkeys(islice(chain.from_iterable(_diagonals(heads, tails)), _MOST_WORDS)))


def _diagonals(heads: list[str], tails: list[str]) -> Iterator[list[str]]:
    for total in range(len(heads) + len(tails) - 1):
        first = max(0, total - len(tails) + 1)
        yield [heads[index] + tails[total - index] for index in range(first, min(total + 1, len(heads)))]


def _choices(code: Any, argument: Any) -> list[str]:
    if code is op.LITERAL:
        return [chr(argument)]
    if code is op.NOT_LITERAL:
        return [letter for letter in _PROBES if ord(letter) != argument]
    if code is op.ANY:
        return list(_PROBES)
    if code is op.IN:
        return _members(argument)
    if code is op.BRANCH:
        return list(dict.fromkeys(chain.from_iterable(_words(branch) for branch in argument[1])))[:_MOST_WORDS]
    if code is op.SUBPATTERN:
        return _words(argument[-1])
    if code is op.ATOMIC_GROUP:
        return _words(argument)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        lowest, highest, tokens = argument
        return _repeated(_words(tokens), min(int(lowest), 1_000), int(highest))
    return [""]


def _repeated(made: list[str], lowest: int, highest: int) -> list[str]:
    found: list[str] = []
    for times in dict.fromkeys((lowest, min(lowest + 1, highest), min(lowest + 7, highest))):
        if times <= 1:
            found.extend(made if times else [""])
        else:
            found.extend(word * (times - 1) + other for word, other in product(made[:4], made[:20]))
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def _members(items: Sequence[Any]) -> list[str]:
    if items and items[0][0] is op.NEGATE:
        excluded = set(_members(items[1:]))
        return [letter for letter in _PROBES if letter not in excluded]
    found: list[str] = []
    for code, argument in items:
        if code is op.LITERAL:
            found.append(chr(argument))
        elif code is op.RANGE:
            low, high = argument
            found.extend(chr(value) for value in dict.fromkeys((low, min(low + 1, high), (low + high) // 2, high)))
        elif code is op.CATEGORY:
            found.extend(_CATEGORIES.get(argument, _PROBES))
    return list(dict.fromkeys(found))


def _within(declared: dict[str, Any], lowest: str, highest: str, value: float) -> bool:
    low, high = _number(declared.get(lowest)), _number(declared.get(highest))
    return (low is None or value >= low) and (high is None or value <= high)


def _length(declared: Any, name: str, otherwise: int) -> int:
    number = _number(declared.get(name)) if isinstance(declared, dict) else None
    return otherwise if number is None else max(0, min(int(number), 4096))


def _number(value: Any) -> float | None:
    try:
        number = float(scalar_text(value) or "")
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
