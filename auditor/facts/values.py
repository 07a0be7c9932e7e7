"""Reading trees in which values may be hidden."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts.iam.logic import F, T, Truth, U
from auditor.model import HIDDEN, Hidden, Json, Reason


def at(node: Json, *path: str) -> Json:
    """The value at a path; the `Hidden` on the way to it; None where there is none."""
    for key in path:
        if isinstance(node, HIDDEN):
            return node
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def flag(value: Json, default: bool) -> Truth:
    """A switch; U where it was not seen or is none."""
    if value is None:
        value = default
    return (T if value else F) if isinstance(value, bool) else U


def first_hidden(value: Json) -> Hidden | None:
    """Why some part of a tree was not seen; None where all of it was."""
    if isinstance(value, HIDDEN):
        return Hidden(value.reason, value.detail)
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return next(filter(None, map(first_hidden, parts)), None)


def hidden(value: Json, otherwise: str) -> Hidden:
    """What hides a value itself, or `otherwise` where it is only not what it should be."""
    known = isinstance(value, HIDDEN)
    return Hidden(value.reason, value.detail) if known else Hidden(Reason.UNRESOLVED, otherwise)


def doubt(value: Json, otherwise: str) -> Hidden:
    """Why a value is not known: what of it was not seen, else `otherwise`."""
    return first_hidden(value) or Hidden(Reason.UNRESOLVED, otherwise)
