"""What a fact is: a pure function over one resource, in three-valued logic, with evidence.

Only what is certain is published (`Derived.value`); what is unknown is left out and named as a gap below
the fact. Lists in a fact must only grow when more is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from auditor.model import Gap, Json, Path, Reason, Resource


class Unknown(msgspec.Struct, frozen=True):
    """A part of a fact that could not be decided: `path` is below the fact (`()` = the whole fact)."""

    path: Path
    reason: Reason
    detail: str


class Derived(msgspec.Struct, frozen=True):
    value: Json | None = None
    unknown: tuple[Unknown, ...] = ()


class View(Protocol):
    """What a fact may see besides its resource: the declared joins, and what of them is hidden."""

    def related(self, type: str) -> Sequence[Resource]:
        """All resources of a joined type in the scope."""

    def gaps(self, type: str) -> Sequence[Gap]:
        """The gaps of that type in the scope, list gaps and `*` gaps included."""

    @property
    def is_closed(self) -> bool:
        """Whether a resource that no gap hides and that is not here does not exist; a template is a part only."""


def _all(resource: Resource) -> bool:
    return True


class Fact(msgspec.Struct, frozen=True):
    """`on`: the types that carry it. `reads`: type to property paths.

    `joins`: the types that `view` must hold, and of them what `joins_with` says: it is all kept in memory.
    """

    name: str
    version: int
    on: tuple[str, ...]
    reads: Mapping[str, tuple[Path, ...]]
    compute: Callable[[Resource, View], Derived]
    joins: tuple[str, ...] = ()
    joins_with: Callable[[Resource], bool] = _all
