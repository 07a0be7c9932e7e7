"""Policy documents as frozen statements, with what was not seen as a value.

`parse` never fails: what AWS would refuse is noted, and its statement is doubtful (`Statement.doubt`).
IAM User Guide, reference_policies_elements and reference_policies_grammar.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from auditor.facts.iam.text import Item, is_arn, item
from auditor.model import Hidden, Json, Path, Reason, Text

_ELEMENTS = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)
_PRINCIPALS = frozenset(("AWS", "Service", "Federated", "CanonicalUser"))
_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")


class Terms(msgspec.Struct, frozen=True):
    """`Action`, `Resource` or, `negated`, their `Not` form. A list that was not seen is one `Hidden` element."""

    items: tuple[Item, ...]
    negated: bool = False


class Element(msgspec.Struct, frozen=True):
    """One element of `Principal`: `kind` is AWS, Service, Federated, CanonicalUser, `*` for everyone, `?` if unseen."""

    kind: str
    value: Item
    path: Path


class Principals(msgspec.Struct, frozen=True):
    elements: tuple[Element, ...]
    negated: bool = False


class Condition(msgspec.Struct, frozen=True):
    """One key under one operator. `operator` is bare (`StringLike`); "" where the block was not seen.

    `key` is in lower case. `values` that were not seen are one `Hidden` element.
    """

    operator: str
    key: str
    values: tuple[Item, ...]
    quantifier: Literal["", "ForAllValues", "ForAnyValue"] = ""
    if_exists: bool = False


class Statement(msgspec.Struct, frozen=True):
    """`path` starts at the document. `effect` None: not seen, or malformed. An absent element is None.

    `doubt`: why it is not certain that this statement stands as it is written; None where it is.
    """

    path: Path
    effect: Literal["Allow", "Deny"] | None
    actions: Terms
    resources: Terms | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    doubt: Hidden | None = None


class Document(msgspec.Struct, frozen=True):
    """`doubt`: why statements may be missing. `variables`: `${...}` are policy variables (Version 2012-10-17)."""

    statements: tuple[Statement, ...] = ()
    variables: bool = False
    doubt: Hidden | None = None


@dataclass(frozen=True)
class _Content:
    """A tree and its canonical bytes, so that equal documents are parsed once."""

    key: bytes
    tree: Any = field(compare=False)


class _Duplicate:
    """Stands for a JSON object in which a key occurs twice."""


def parse(tree: Json) -> Document:
    """A document: an object, JSON text, `Text` that is JSON whatever its holes hold, or `Hidden`. Memoised."""
    try:
        key = msgspec.json.encode(tree, enc_hook=str)
    except (TypeError, ValueError, RecursionError):  # keys that are no text, an endless alias
        return Document(doubt=_malformed("the document is no JSON value"))
    return _parse(_Content(key, tree))


def cause(values: Iterable[Item]) -> Hidden | None:
    """Why the first element that was not seen in full was not."""
    for value in values:
        if not isinstance(value, str):
            return Hidden(value.reason, value.detail)
    return None


def statement_doubt(statement: Statement) -> Hidden | None:
    """The first thing about a statement that was not seen; what it is about comes last."""
    return (
        statement.doubt
        or cause(statement.actions.items)
        or cause(element.value for element in (statement.principals.elements if statement.principals else ()))
        or cause(value for condition in statement.conditions for value in condition.values)
        or cause(statement.resources.items if statement.resources else ())
    )


@functools.lru_cache(maxsize=8192)
def _parse(content: _Content) -> Document:
    tree = content.tree
    inside = True  # a pointer can lead into the tree
    if isinstance(tree, Text):
        tree, inside = _json(_as_json(tree)), False
    elif isinstance(tree, str):
        tree, inside = _json(tree), False
    if isinstance(tree, Hidden):
        return Document(doubt=tree)
    if not isinstance(tree, Mapping):
        return Document(doubt=_malformed("the document is no object"))
    version = tree.get("Version", "2008-10-17")
    extra = next((key for key in tree if key not in ("Version", "Id", "Statement")), None)
    doubt = _malformed(f"unknown element {extra}") if extra else None
    if "Statement" not in tree:
        return Document(doubt=doubt)
    listed = tree["Statement"]
    if isinstance(listed, Mapping):
        statements = [_statement(listed, ("Statement",) if inside else ())]
    elif isinstance(listed, Sequence) and not isinstance(listed, str):
        statements = [_statement(one, ("Statement", index) if inside else ()) for index, one in enumerate(listed)]
    else:
        return Document(doubt=listed if isinstance(listed, Hidden) else _malformed("Statement is no statement"))
    if doubt:
        statements = [msgspec.structs.replace(one, doubt=one.doubt or doubt) for one in statements]
    return Document(tuple(statements), str(version) != "2008-10-17")


def _as_json(text: Text) -> str | Hidden:
    """JSON text whose holes are names or ARNs, which cannot end the string they stand in."""
    if all(isinstance(part, str) or part.kind == "name" or is_arn(part) for part in text.parts):
        return str(text)
    return Hidden(text.reason, text.detail)


def _json(text: str | Hidden) -> Json:
    if isinstance(text, Hidden):
        return text

    def unique(pairs: list[tuple[str, Json]]) -> Json:
        found = dict(pairs)
        return found if len(found) == len(pairs) else _Duplicate()

    try:
        return json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        return None


def _malformed(what: str) -> Hidden:
    return Hidden(Reason.UNRESOLVED, f"malformed policy: {what}")


def _statement(tree: Json, path: Path) -> Statement:
    if not isinstance(tree, Mapping):
        is_unseen = isinstance(tree, Hidden | Text)
        unseen = Hidden(tree.reason, tree.detail) if is_unseen else _malformed("a statement is no object")
        terms, everyone = Terms((unseen,)), Principals((Element("?", unseen, path),))
        return Statement(path, None, terms, terms, everyone, (Condition("", "", (unseen,)),), unseen)
    doubts: list[Hidden] = [_malformed(f"unknown element {key}") for key in tree if key not in _ELEMENTS]
    effect = tree.get("Effect")
    if effect not in ("Allow", "Deny"):
        value = item(effect)
        doubts.append((value is not None and cause([value])) or _malformed("Effect"))
        effect = None
    actions = _terms(tree, "Action", doubts)
    if actions is None:
        doubts.append(_malformed("no Action"))
        actions = Terms((doubts[-1],))
    resources = _terms(tree, "Resource", doubts)
    principals = _principals(tree, path, doubts)
    conditions = _conditions(tree.get("Condition", {}), doubts)
    return Statement(path, effect, actions, resources, principals, conditions, doubts[0] if doubts else None)


def _items(value: Json, doubts: list[Hidden], what: str) -> tuple[Item, ...]:
    found = []
    for one in value if isinstance(value, list | tuple) else (value,):
        known = item(one)
        if known is None:
            doubts.append(_malformed(what))
            known = doubts[-1]
        found.append(known)
    return tuple(found)


def _terms(tree: Mapping[str, Json], name: str, doubts: list[Hidden]) -> Terms | None:
    negated = "Not" + name in tree
    if negated and name in tree:
        doubts.append(_malformed(f"both {name} and Not{name}"))
        return Terms((doubts[-1],))
    if not negated and name not in tree:
        return None
    return Terms(_items(tree["Not" + name if negated else name], doubts, name), negated)


def _principals(tree: Mapping[str, Json], path: Path, doubts: list[Hidden]) -> Principals | None:
    negated = "NotPrincipal" in tree
    name = "NotPrincipal" if negated else "Principal"
    if name not in tree:
        return None
    value, at = tree[name], (*path, name) if path else ()
    if negated and "Principal" in tree:
        doubts.append(_malformed("both Principal and NotPrincipal"))
        value = doubts[-1]
    if not isinstance(value, Mapping):
        known = item(value)
        if known == "*":
            return Principals((Element("*", "*", at),), negated)
        if known is None or isinstance(known, str):
            doubts.append(_malformed(name))
            known = doubts[-1]
        return Principals((Element("?", known, at),), negated)
    elements = []
    for kind, listed in value.items():
        if kind not in _PRINCIPALS:
            doubts.append(_malformed(f"{name} {kind}"))
        many = isinstance(listed, list | tuple)
        for index, one in enumerate(_items(listed, doubts, name)):
            place = ((*at, kind, index) if many else (*at, kind)) if at else ()
            elements.append(Element("*" if kind == "AWS" and one == "*" else kind, one, place))
    return Principals(tuple(elements), negated)


def _conditions(tree: Json, doubts: list[Hidden]) -> tuple[Condition, ...]:
    if not isinstance(tree, Mapping):
        if not isinstance(tree, Hidden | Text):
            doubts.append(_malformed("Condition"))
            tree = doubts[-1]
        return (Condition("", "", (Hidden(tree.reason, tree.detail),)),)
    found = []
    for name, block in tree.items():
        match = _OPERATOR.fullmatch(name)
        quantifier: Any = match[1] or "" if match else ""
        operator, if_exists = (match[2], bool(match[3])) if match else (name, False)
        if not isinstance(block, Mapping):
            if not isinstance(block, Hidden | Text):
                doubts.append(_malformed(f"Condition {name}"))
                block = doubts[-1]
            found.append(Condition("", "", (Hidden(block.reason, block.detail),)))
            continue
        for key, values in block.items():
            items = _items(values, doubts, f"Condition {key}")
            found.append(Condition(operator, key.lower(), items, quantifier, if_exists))
    return tuple(found)
