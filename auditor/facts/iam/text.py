"""Strings of a policy that are seen in part, and three-valued glob matching over them.

An `Item` is a string, a `Text` (literal pieces and holes) or `Hidden`. Inside this module an item is *encoded*:
one string in which a hole is one private-use character, so that the regular expressions of `re` do the work.
T: it matches whatever the holes hold; F: whatever they hold, it does not; U: else.
IAM User Guide, reference_policies_elements_resource (wildcards) and reference_policies_variables.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping

from auditor.facts.iam.logic import F, T, Truth, U
from auditor.model import ACCOUNT_PLACEHOLDER, REGION_PLACEHOLDER, Hidden, Hole, Json, Reason, Text

Item = str | Text | Hidden
Parts = tuple[str | Hole, ...]

# One character per hole: a `name` holds no `*`, `?` or `:`; the ARN of a declared resource no `*` or `?`, and only what
# follows `arn:` is its hole; an `any` is any text. LITERAL stands for a `*`, `?` or `$`
# that is meant as itself (`${*}`, or what a variable was replaced with). EACH stands for *every* text at once:
# a pattern matches it only where it matches whatever stands there (every object of a bucket).
_NAME = range(0xE000, 0xF000)
_ANY = range(0xF0000, 0xF8000)
_ARN = range(0xF8000, 0xFF000)
LITERAL = {"*": "\uf000", "?": "\uf001", "$": "\uf002"}
EACH = "\U0010fffd"
_NOT_IN = {"n": ":" + LITERAL["*"] + LITERAL["?"], "r": LITERAL["*"] + LITERAL["?"], "a": ()}
_PLAIN = {character: text for text, character in LITERAL.items()}
_SYMBOL = re.compile("⟨([^⟩]*)⟩|" + re.escape(ACCOUNT_PLACEHOLDER) + "|" + re.escape(REGION_PLACEHOLDER))
_IDENTITY_ARN = re.compile(r"[^\s.]+\.[A-Za-z]*Arn")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_STARS = re.compile(r"\*+")
_UNSEEN = {ACCOUNT_PLACEHOLDER: Hole("AWS::AccountId", "name"), REGION_PLACEHOLDER: Hole("AWS::Region", "name")}


def item(value: Json) -> Item | None:
    """A scalar of a document as an item, None where it is no legal scalar.

    Numbers and booleans are compared by their text. Identity symbols in a plain string (`⟨Bucket⟩`) and the
    placeholders of account and region are holes: `!Sub "${Bucket}"` and `⟨Bucket⟩` become the same item.
    """
    if isinstance(value, str):
        return value if "⟨" not in value and "${AWS::" not in value else _joined(_split(value))
    if isinstance(value, Hidden):
        return value
    if isinstance(value, Text):
        return _joined(
            [part for piece in value.parts for part in (_split(piece) if isinstance(piece, str) else _hole(piece))],
            value,
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return None


def is_arn(hole: Hole) -> bool:
    """Whether a hole is (what follows `arn:` in) the ARN of a declared resource, so that it holds no wildcard."""
    return _IDENTITY_ARN.fullmatch(hole.symbol) is not None


def _identity(symbol: str) -> Parts:
    """An identity symbol: an ARN, or a name."""
    return ("arn:", Hole(symbol)) if is_arn(Hole(symbol)) else (Hole(symbol, "name"),)


def _hole(given: Hole) -> Parts:
    if given.symbol == "AWS::Partition":
        return ("aws",)  # unless set, and then it is no hole
    if given.symbol in ("AWS::AccountId", "AWS::Region"):
        return (Hole(given.symbol, "name"),)
    return _identity(given.symbol) if is_arn(given) else (given,)


def _split(text: str) -> list[str | Hole]:
    parts: list[str | Hole] = []
    start = 0
    for match in _SYMBOL.finditer(text):
        parts.append(text[start : match.start()])
        parts += (_UNSEEN[match[0]],) if match[0] in _UNSEEN else _identity(match[1])
        start = match.end()
    return [*parts, text[start:]]


def _joined(parts: list[str | Hole], origin: Text | None = None) -> str | Text:
    """Neighbouring literal pieces are one piece, so that equal texts are equal values."""
    merged: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if all(isinstance(part, str) for part in merged):
        return "".join(str(part) for part in merged)
    first = next(part.symbol for part in merged if isinstance(part, Hole))
    reason, detail = (origin.reason, origin.detail) if origin else (Reason.UNRESOLVED, first)
    return Text(tuple(merged), reason, detail)


def as_text(parts: Parts) -> str | Text:
    """Pieces and holes as one string."""
    return _joined(list(parts))


def parts_of(value: str | Text) -> Parts:
    return value.parts if isinstance(value, Text) else (value,)


def with_parts(value: Item, known: Mapping[str, Parts]) -> Item:
    """The item with each hole whose symbol is known replaced by its parts (of an ARN: what follows `arn:`)."""
    if not isinstance(value, Text):
        return value
    return _joined(
        [
            new
            for part in value.parts
            for new in (known.get(part.symbol, (part,)) if isinstance(part, Hole) else (part,))
        ],
        value,
    )


def holes(values: Iterable[Item]) -> set[str]:
    """The symbols of all holes."""
    return {
        part.symbol for value in values if isinstance(value, Text) for part in value.parts if isinstance(part, Hole)
    }


def has_variable(value: Item) -> bool:
    return not isinstance(value, Hidden) and any("${" in part for part in parts_of(value) if isinstance(part, str))


def variables_of(value: Item) -> set[str]:
    """The keys, in lower case, of the policy variables in a value."""
    if isinstance(value, Hidden) or not has_variable(value):
        return set()
    found = (match[1] for part in parts_of(value) if isinstance(part, str) for match in _VARIABLE.finditer(part))
    return {name.partition(",")[0].strip().lower() for name in found if name not in LITERAL}


def hole_in(text: str) -> bool:
    """Whether an encoded text holds a hole."""
    return any(_kind(character) for character in text)


def expand(value: Item, lookup: Callable[[str], str | None]) -> Item | None:
    """Replace policy variables; `lookup` gets the key in lower case. None: a variable without value or default.

    What is put in is literal text, never a wildcard; `${*}`, `${?}` and `${$}` are the characters themselves.
    """
    if isinstance(value, Hidden) or not has_variable(value):
        return value
    absent = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal absent
        name, _, default = (piece.strip() for piece in match[1].partition(","))
        if name in LITERAL:
            return LITERAL[name]
        found = lookup(name.lower())
        if found is None and default:
            found = default.strip("'")
        absent = absent or found is None
        return literal(found or "")

    parts: list[str | Hole] = [
        part if isinstance(part, Hole) else _VARIABLE.sub(replaced, part) for part in parts_of(value)
    ]
    return None if absent else _joined(parts, value if isinstance(value, Text) else None)


def blurred(value: Item) -> Item:
    """The item with each policy variable as a hole: any text."""
    if isinstance(value, Hidden) or not has_variable(value):
        return value
    parts: list[str | Hole] = []
    for part in parts_of(value):
        if isinstance(part, Hole):
            parts.append(part)
            continue
        start = 0
        for match in _VARIABLE.finditer(part):
            parts.append(part[start : match.start()])
            parts.append(LITERAL.get(match[1]) or Hole(match[0]))
            start = match.end()
        parts.append(part[start:])
    return _joined(parts, value if isinstance(value, Text) else None)


def literal(text: str) -> str:
    """Text in which no character is a wildcard."""
    for character, stand_in in LITERAL.items():
        text = text.replace(character, stand_in)
    return text


def plain(text: str) -> str:
    """The text that `literal` stands for."""
    for character, stand_in in LITERAL.items():
        text = text.replace(stand_in, character)
    return text


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
        return U
    whole = [literal(part) if isinstance(part, str) else part for part in parts_of(value)]
    return matches(_joined(whole, value if isinstance(value, Text) else None), text, fold=fold)


def encoded(values: Iterable[str | Text]) -> list[str]:
    """Strings with one character per hole; equal symbols are equal characters within one call."""
    values = list(values)
    if all(isinstance(value, str) for value in values):
        return [str(value) for value in values]
    named = {
        part.symbol for value in values for part in parts_of(value) if isinstance(part, Hole) and part.kind == "name"
    }
    symbols: dict[str, str] = {}

    def character(hole: Hole) -> str:
        base = _NAME if hole.symbol in named else _ARN if is_arn(hole) else _ANY
        return symbols.setdefault(hole.symbol, chr(base[len(symbols)]))

    return ["".join(part if isinstance(part, str) else character(part) for part in parts_of(one)) for one in values]


def widened(value: str | Text) -> str:
    """The glob with a `*` for each hole: it matches whatever the item may match."""
    return "".join(part if isinstance(part, str) else "*" for part in parts_of(value))


def shaped(value: str | Text, unseen: str, identity: str = "x") -> str:
    """The text with `unseen` for each hole that may hold a wildcard, and `identity` for a name."""
    return "".join(part if isinstance(part, str) else _shape(part, unseen, identity) for part in parts_of(value))


def _shape(hole: Hole, unseen: str, identity: str) -> str:
    if hole.kind == "name":
        return identity
    return f"aws:x:x:000000000000:{identity}" if is_arn(hole) else unseen


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
