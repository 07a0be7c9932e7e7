"""Stand-ins: resources outside the template of which it declares a fragment or an attached document.

Only what the fragment declares is known. The rest is hidden with the reason `outside`: every other property,
the further elements of a list that a fragment adds to, and what else may be attached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.data.identities import BESIDE, KINDS
from auditor.data.relations import BY_TARGET
from auditor.model import Hidden, Path, Reason
from auditor.sources.template.fold import Element, Origin
from auditor.sources.template.texts import MARKERS


@dataclass
class StandIn:
    """`identity`: the value that names it, a literal or a marker. `attached`: the types that are attached to it."""

    type: str
    name: str
    identity: Any
    origin: Origin
    elements: list[Element] = field(default_factory=list)
    attached: set[str] = field(default_factory=set)

    @property
    def rest(self) -> Hidden:
        return Hidden(Reason.OUTSIDE, f"{self.name} is declared outside this template")

    def declares(self) -> Iterator[tuple[str, Path]]:
        """What is known of it: paths of its own, and () for each type of attached documents."""
        yield from ((self.type, (into,)) for into in dict.fromkeys(element.into for element in self.elements))
        yield from ((self.type, (key,)) for key in _beside(self.identity, self.type))
        yield from ((type, ()) for type in sorted(self.attached))

    def properties(self, names: Iterable[str]) -> tuple[dict[str, Any], dict[Path, Origin]]:
        """Its tree, of which `names` are the properties that anybody may ask for, and the places in it."""
        made: dict[str, Any] = {name: self.rest for name in names}
        made.update(_beside(self.identity, self.type))
        kind = KINDS.get(self.type)
        if kind is not None and kind.name and kind.ref == "{name}":
            made[kind.name] = self.identity
        origins: dict[Path, Origin] = {(): self.origin}
        lists: dict[str, list[Any]] = {}
        for element in self.elements:
            lists.setdefault(element.into, []).append(element.value)
            origins[element.into, len(lists[element.into]) - 1] = element.origin
        made.update({into: [*elements, self.rest] for into, elements in lists.items()})
        return made, origins

    def unlisted(self) -> Iterator[str]:
        """The attached types of which it may have more than the template shows. Live state is asked of no template."""
        for relation in BY_TARGET.get(self.type, ()):
            seen = relation.single and relation.type in self.attached
            if relation.kind == "attachment" and not seen and not relation.type.startswith("Auditor::"):
                yield relation.type


def _beside(identity: Any, type: str) -> Mapping[str, str]:
    """What is known of a resource that AWS makes beside another (`Vpc.DefaultSecurityGroup`)."""
    if not isinstance(identity, MARKERS):
        return {}
    attribute = str(getattr(identity, "symbol", "")).rpartition(".")[2]
    for (_, name), (beside, known) in BESIDE.items():
        if name == attribute and beside == type:
            return known
    return {}
