"""Strings of a policy that are seen in part: literal pieces, holes, and policy variables.

An `Item` is a string, a `Text` or `Hidden`. A hole of kind `name` holds no `*`, `?` or `:`; the ARN of a declared
resource (`⟨Bucket.Arn⟩`, written `arn:` and a hole) holds no `*` or `?`; any other hole is any text.
IAM User Guide, reference_policies_variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from auditor.model import ACCOUNT_PLACEHOLDER, REGION_PLACEHOLDER, Hidden, Hole, Json, Reason, Text

Item = str | Text | Hidden
Parts = tuple[str | Hole, ...]

# Stand for a `*`, `?` or `$` that is meant as itself (`${*}`, or what a variable was replaced with).
LITERAL = {"*": "\uf000", "?": "\uf001", "$": "\uf002"}
_SYMBOL = re.compile("⟨([^⟩]*)⟩|" + re.escape(ACCOUNT_PLACEHOLDER) + "|" + re.escape(REGION_PLACEHOLDER))
_IDENTITY_ARN = re.compile(r"[^\s.]+\.[A-Za-z]*Arn")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_UNSEEN = {ACCOUNT_PLACEHOLDER: Hole("AWS::AccountId", "name"), REGION_PLACEHOLDER: Hole("AWS::Region", "name")}


def item(value: Json) -> Item | None:
    """A scalar of a document as an item, None where it is no legal scalar.

    Numbers and booleans are compared by their text. Identity symbols in a plain string (`⟨Bucket⟩`) and the
    placeholders of account and region are holes: `!Sub "${Bucket}"` and `⟨Bucket⟩` become the same item.
    """
    if isinstance(value, str):
        return value if "⟨" not in value and "${AWS::" not in value else _joined(_split(value))
    if isinstance(value, Hidden):
        # not seen, but one account: `aws:SourceAccount: !Ref AWS::AccountId` fixes the caller
        return item(ACCOUNT_PLACEHOLDER) if value.symbol == "AWS::AccountId" else value
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
