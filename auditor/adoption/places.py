"""The ids of a template's resources, and the files in them."""

from __future__ import annotations

import re
from collections.abc import Callable

_STAND_IN = re.compile(r"[A-Za-z0-9]+(::[A-Za-z0-9]+)+/")


def files_of(resource_id: str) -> tuple[str, ...]:
    """The root template, then the nested ones: `a.yaml#Stack/b.yaml#Logs`."""
    root, *hops = resource_id.split("#")
    return (root, *(file for hop in hops[:-1] if (file := hop.partition("/")[2])))


def renamed(resource_id: str, rename: Callable[[str], str]) -> str:
    """The id with every file in it renamed."""
    root, *hops = resource_id.split("#")
    parts = [rename(root)]
    for hop in hops[:-1]:
        stack, slash, file = hop.partition("/")
        parts.append(f"{stack}/{rename(file)}" if slash else hop)
    return "#".join([*parts, *hops[-1:]])


def stack_of(resource_id: str) -> str | None:
    """The id of the nested stack in which a resource lies; None for one of the root."""
    above, _, _ = resource_id.rpartition("#")
    return above.rpartition("#")[0] + "#" + above.rpartition("#")[2].partition("/")[0] if "#" in above else None


def is_stand_in(resource_id: str) -> bool:
    """A resource that is declared outside, and of which the template says something."""
    return _STAND_IN.match(resource_id.rpartition("#")[2]) is not None
