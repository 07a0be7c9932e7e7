"""What the analysis knows of a value in Rego: where it comes from and whether it can change when more is seen.

A term stands for several alternatives (`Values`), because a rule can have several definitions. A value is
*stable* if, once defined, it is the same however much more is seen; everything else *grows* (an object gets
keys, a list elements, a set members) and may only be iterated, indexed and searched.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from auditor.catalogue.reads.syntax import Expr, Place, Term
from auditor.model import Path

if TYPE_CHECKING:
    from auditor.catalogue.reads.scope import Scope

Kind = Literal["text", "scalar", "any"]


@dataclass(frozen=True)
class Star:
    """A step of a path that is no literal key. Equal tokens are the same key in one evaluation of a rule."""

    token: Hashable


Step = str | Star
Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Binding:
    """One occurrence of "some resource of this type". `frame`: the conjunction in which it is chosen."""

    number: int
    type: str
    frame: int


@dataclass(frozen=True)
class Known:
    """Stable: a constant or parameter (`given`), or computed from what is stable. `items`: the kind of its elements.

    `is_indexed`: made from a list index, to be told only.
    """

    kind: Kind
    items: Kind = "any"
    literal: str | int | float | None = None
    token: Hashable = None
    given: bool = False
    is_indexed: bool = False


@dataclass(frozen=True)
class Identity:
    """`id`, `name`, `arn`, `type`, `account` or `region` of a resource: never hidden."""

    binding: Binding
    field: str


@dataclass(frozen=True)
class Whole:
    """A resource."""

    binding: Binding


@dataclass(frozen=True)
class Node:
    """A value in a resource's properties (`()` is all of them), facts or tags. `shaky`: found by its position."""

    binding: Binding
    steps: Steps
    shaky: bool = False


@dataclass(frozen=True)
class Key:
    """The index of a list or the key of an object that is iterated; `element` is what stands there."""

    token: Hashable
    container: Hashable
    element: Value
    is_text: bool = False


@dataclass(frozen=True)
class Table:
    """`input.resources[type]`."""

    type: str


@dataclass(frozen=True)
class Root:
    """A part of `input` or `data` that is no value by itself: "input", "resources", "parameters", "policies"."""

    name: str
    key: str = ""


@dataclass(frozen=True)
class Written:
    """An array, object or set written out; keys are empty for arrays and sets."""

    kind: Literal["array", "object", "set"]
    items: tuple[tuple[Values, Values], ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """What produces elements: `{leaf | body}`, `{key: leaf | body}`, or one clause of a partial rule."""

    scope: Scope
    body: tuple[Expr, ...]
    keys: tuple[Term, ...]
    leaf: Term
    is_member: bool
    place: Place


@dataclass(frozen=True, eq=False)
class Entries:
    """A comprehension or a partial rule: it is followed where it is used, with the sign of that use."""

    kind: Literal["array", "object", "set"]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Word:
    """A denial; `path` None: it cannot be followed."""

    name: str
    subjects: tuple[Value, ...]
    path: Steps | None
    place: Place


Value = Known | Identity | Whole | Node | Key | Table | Root | Written | Entries | Word
Values = tuple[Value, ...]

ANY = Known("any")
SCALAR = Known("scalar")
TEXT = Known("text")


def unique(values: tuple[Value, ...] | list[Value]) -> Values:
    return tuple(dict.fromkeys(values))


def key_token(value: Value) -> Hashable:
    """What makes two dynamic keys the same key; None where nothing does."""
    if isinstance(value, Known | Key):
        return value.token
    return value if isinstance(value, Identity | Node) else None


def plain(steps: Steps) -> Path:
    """The path as `model.Access` has it."""
    return tuple("*" if isinstance(step, Star) else step for step in steps)


def covers(upper: Path, lower: Path) -> bool:
    """Whether `upper` is `lower` or an ancestor of it, with "*" in `upper` for any key."""
    return len(upper) <= len(lower) and all(a in ("*", b) for a, b in zip(upper, lower, strict=False))
