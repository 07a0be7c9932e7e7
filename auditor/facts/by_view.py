"""Indexes over what a view holds, built once per scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from auditor.facts.base import View

P = ParamSpec("P")
T = TypeVar("T")


def by_view(build: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
    """`build`, remembered for as long as the view lives; a view must not change, and its arguments are positional."""
    built: WeakKeyDictionary[View, dict[tuple[Any, ...], T]] = WeakKeyDictionary()

    def remembered(view: View, /, *args: P.args, **kwargs: P.kwargs) -> T:
        known = built.setdefault(view, {})
        if args not in known:
            known[args] = build(view, *args, **kwargs)
        return known[args]

    return remembered
