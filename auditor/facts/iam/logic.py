"""Kleene's three values, and the step from an unseen value to an `Unknown` of a fact."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from auditor.facts.base import Unknown
from auditor.model import Hidden, Path, Reason, Text


class Truth(enum.IntEnum):
    """F < U < T, so that *and* is `min`, *or* is `max`, and *not* is `~`."""

    F = 0
    U = 1
    T = 2

    def __invert__(self) -> Truth:
        return _NOT[self]


F, U, T = Truth.F, Truth.U, Truth.T
_NOT = {F: T, U: U, T: F}


def truth(value: bool) -> Truth:
    return T if value else F


def every(values: Iterable[Truth]) -> Truth:
    """Kleene's *and*; T of nothing. Stops at the first F."""
    result = T
    for value in values:
        if value is F:
            return F
        if value is U:
            result = U
    return result


def some(values: Iterable[Truth]) -> Truth:
    """Kleene's *or*; F of nothing. Stops at the first T."""
    result = F
    for value in values:
        if value is T:
            return T
        if value is U:
            result = U
    return result


def between(lower: bool, upper: bool) -> Truth:
    """The value of a question whose certain answer is `lower` and whose possible answer is `upper`."""
    return T if lower else U if upper else F


def unknown(path: Path, cause: Hidden | Text | None, otherwise: str) -> Unknown:
    """The unknown part `path` of a fact: because of `cause`, or unsettled for the reason `otherwise`."""
    if cause is None:
        return Unknown(path, Reason.UNRESOLVED, otherwise)
    return Unknown(path, cause.reason, cause.detail)
