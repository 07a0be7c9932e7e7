"""Three-valued glob matching over strings that are seen in part.

T: it matches whatever the holes hold; F: whatever they hold, it does not; U: else. Items are *encoded* for it: one
string in which a hole is one private-use character, so that the regular expressions of `re` do the work.
IAM User Guide, reference_policies_elements_resource (wildcards).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable

from auditor.facts.iam.logic import F, T, Truth, U
from auditor.facts.iam.text import LITERAL, Item, as_text, is_arn, literal, parts_of
from auditor.model import Hidden, Hole, Text

# One character per hole: of a name, of any text, of what follows `arn:` in the ARN of a declared resource.
_NAME = range(0xE000, 0xF000)
_ANY = range(0xF0000, 0xF8000)
_ARN = range(0xF8000, 0xFF000)
# Stands for *every* text at once: a pattern matches it only where it matches whatever stands there (each object).
EACH = "\U0010fffd"
_NOT_IN = {"n": ":" + LITERAL["*"] + LITERAL["?"], "r": LITERAL["*"] + LITERAL["?"], "a": ()}
_PLAIN = {character: text for text, character in LITERAL.items()}
_STARS = re.compile(r"\*+")


def matches(pattern: Item, text: str | Text, *, segments: bool = False, fold: bool = False) -> Truth:
    """Whether the glob `pattern` matches `text`.

    `segments`: only a `*` that ends its `:`-segment certainly runs over colons, other wildcards stay within theirs
    (whether they cross is not settled: U); else they run over everything. `fold`: case does not matter.
    """
    if isinstance(pattern, Hidden):
        return U
    if pattern == "*":
        return T
    left, right = encoded([pattern, text])
    if fold:
        left, right = left.lower(), right.lower()
    if _regex(left, segments).fullmatch(right):
        return T
    return U if _may_match(left, right) else F


def is_match(pattern: str, text: str) -> bool:
    """Whether a plain glob matches a text, where neither has holes."""
    return pattern == "*" or _regex(pattern, False).fullmatch(text) is not None


def matcher(pattern: str, segments: bool) -> Callable[[str], object]:
    """The same for many texts without holes: true where the pattern, which has none either, matches."""
    return _regex(pattern, segments).fullmatch


def is_in_segments(text: str) -> bool:
    """Whether no hole of an encoded text can hold a colon."""
    return not any(_kind(character) in ("a", "r") for character in text)


def segment_matches(pattern: str, text: str) -> Truth:
    """The same for two `:`-segments that are encoded already (the last one may hold colons)."""
    if _regex(pattern, False).fullmatch(text):
        return T
    return U if _may_match(pattern, text) else F


def equals(value: Item, text: str | Text, *, fold: bool = False) -> Truth:
    """Whether `value`, in which no character is a wildcard, is `text`."""
    if isinstance(value, Hidden):
        answers = {equals(one, text, fold=fold) for one in value.among}
        return answers.pop() if len(answers) == 1 else U
    whole = [literal(part) if isinstance(part, str) else part for part in parts_of(value)]
    return matches(as_text(tuple(whole)), text, fold=fold)


def encoded(values: Iterable[str | Text]) -> list[str]:
    """Strings with one character per hole; equal symbols are equal characters within one call."""
    return encoding(values)[0]


def encoding(values: Iterable[str | Text]) -> tuple[list[str], dict[str, Hole]]:
    """The same, and the hole that each character stands for."""
    values = list(values)
    if all(isinstance(value, str) for value in values):
        return [str(value) for value in values], {}
    found = [part for value in values for part in parts_of(value) if isinstance(part, Hole)]
    named = {part.symbol for part in found if part.kind == "name"}
    characters: dict[str, str] = {}
    meaning: dict[str, Hole] = {}
    for part in found:
        if part.symbol not in characters:
            base = _NAME if part.symbol in named else _ARN if is_arn(part) else _ANY
            characters[part.symbol] = chr(base[len(characters)])
            meaning[characters[part.symbol]] = part
    return [
        "".join(part if isinstance(part, str) else characters[part.symbol] for part in parts_of(value))
        for value in values
    ], meaning


@functools.lru_cache(maxsize=4096)
def _regex(pattern: str, segments: bool) -> re.Pattern[str]:
    out = []
    pattern = _STARS.sub("*", pattern)
    for index, character in enumerate(pattern):
        if character == "*":
            within = segments and pattern[index + 1 : index + 2] not in ("", ":")
            out.append("[^:\U000f0000-\U0010fffd]*" if within else ".*")
        elif character == "?":
            out.append(
                "[^:\ue000-\uefff\U000f0000-\U0010fffd]" if segments else "[^\ue000-\uefff\U000f0000-\U0010fffd]"
            )
        else:
            out.append(re.escape(_PLAIN.get(character, character)))
    return re.compile("".join(out), re.DOTALL)


def _kind(character: str) -> str:
    """`n` a name, `r` an ARN, `a` any text, `""` no hole."""
    code = ord(character)
    return "n" if code in _NAME else "r" if code in _ARN else "a" if code in _ANY else ""


@functools.lru_cache(maxsize=4096)
def _may_match(pattern: str, text: str) -> bool:
    """Whether some filling of the holes on both sides, wildcards included, makes the glob match."""
    start, end = _alike(pattern, text), _alike(pattern[::-1], text[::-1])
    if start + end <= min(len(pattern), len(text)):
        pattern, text = pattern[start : len(pattern) - end], text[start : len(text) - end]
    todo, seen = [(0, 0)], {(0, 0)}
    while todo:
        i, j = todo.pop()
        if i == len(pattern) and j == len(text):
            return True
        p, t = pattern[i : i + 1], text[j : j + 1]
        run = "a" if p == "*" else _kind(p) if p else ""
        gap = _kind(t) if t else ""
        nexts = []
        if run:
            nexts.append((i + 1, j))
            if t and (run == "a" or (t != EACH and (run == "r" or t != ":"))):
                nexts.append((i, j + 1))
        if gap:
            nexts.append((i, j + 1))
            if p and p not in _NOT_IN[gap]:
                nexts.append((i + 1, j))
        if p and t and t != EACH and (p in (t, "?") or _PLAIN.get(p) == t):
            nexts.append((i + 1, j + 1))
        for state in nexts:
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return False


def _alike(left: str, right: str) -> int:
    """How many characters both begin with that hold no wildcard, so that they match each other and nothing else."""
    pairs = enumerate(zip(left, right, strict=False))
    differs = (index for index, (one, other) in pairs if one != other or one in "*?" or _kind(one) == "a")
    return next(differs, min(len(left), len(right)))
