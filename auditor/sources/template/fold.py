"""Fragments of a template moved into the resource that AWS folds them into, each element with its own place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from auditor.data.folding import FOLDS, TURNS, Fold, Turn, path_of
from auditor.model import Hidden, Path, Reason
from auditor.sources.template.identity import Declared, Identities
from auditor.sources.template.relate import NAMING, Index, expand
from auditor.sources.template.texts import shown

Key = tuple[str, str]  # of a resource outside: its type and its identity


class Origin(NamedTuple):
    """Where a part of a canonical tree stands in the source: below `path` of the properties of `resource`."""

    resource: Declared
    path: Path = ()


class Element(NamedTuple):
    """One more element of the list `into`. `value` may hold markers and is shared: it must not be changed."""

    into: str
    value: Any
    origin: Origin


class Piece(NamedTuple):
    """A resource before it is made canonical. `origins`: the place of each part that stands elsewhere."""

    declared: Declared
    type: str
    id: str
    symbol: str
    properties: Any
    origins: Mapping[Path, Origin] = {}


class Outside(NamedTuple):
    """An owner that is declared nowhere: the value that names it, and what it gets."""

    identity: Any
    elements: list[Element]


@dataclass
class Folded:
    """`into`: elements by the id of their owner; `outside`: owners that are declared nowhere.

    `doubts`: what may be added to a list of a declared resource, by its id.
    """

    into: dict[str, list[Element]] = field(default_factory=dict)
    outside: dict[Key, Outside] = field(default_factory=dict)
    doubts: dict[str, list[tuple[str, Hidden]]] = field(default_factory=dict)


def fold(index: Index, identities: Identities, wanted: frozenset[str]) -> Folded:
    """All fragments of the owners that are wanted."""
    folded = Folded()
    for row in FOLDS:
        if row.owner not in wanted:
            continue
        for fragment in index.of(row.fragment):
            properties = identities.resolver(fragment.stack).value(fragment.properties)
            if not isinstance(properties, dict):
                continue
            for place, owner in expand(properties, path_of(row.by)):
                element = _element(row, fragment, properties, place, identities)
                if element is not None:
                    _give(folded, row, owner, element, index)
    return folded


def _give(folded: Folded, row: Fold, owner: Any, element: Element, index: Index) -> None:
    found = index.find(owner, row.owner)
    if found is not None:
        folded.into.setdefault(found.id, []).append(element)
        return
    if not isinstance(owner, NAMING):
        return  # no name of anything: a deployment would fail
    folded.outside.setdefault((row.owner, shown(owner)), Outside(owner, [])).elements.append(element)
    fragment = element.origin.resource.logical
    for candidate in index.candidates(owner, row.owner):
        doubt = Hidden(Reason.UNRESOLVED, f"{fragment} may add to {candidate.logical}: {shown(owner)} is not known")
        folded.doubts.setdefault(candidate.id, []).append((row.into, doubt))


def _element(row: Fold, fragment: Declared, properties: Any, place: Path, identities: Identities) -> Element | None:
    if row.stays:
        arn = identities.identify(fragment.stack, fragment.logical, None)
        return Element(row.into, arn, Origin(fragment, place))
    if row.value is not None:
        value = properties.get(row.value)
        return None if value is None else Element(row.into, value, Origin(fragment, place))
    owners = {path_of(other.by)[0] for other in FOLDS if other.fragment == row.fragment}
    kept = {
        key: value for key, value in properties.items() if (key not in owners if row.take is None else key in row.take)
    }
    return Element(row.into, kept, Origin(fragment))


def with_elements(
    properties: Mapping[str, Any], elements: Iterable[Element]
) -> tuple[dict[str, Any], dict[Path, Origin]]:
    """The properties with the elements at the end of their lists, and where each of them stands."""
    lists: dict[str, list[Any]] = {}
    origins: dict[Path, Origin] = {}
    for element in elements:
        grown = lists.setdefault(element.into, list(listed(properties.get(element.into))))
        origins[element.into, len(grown)] = element.origin
        grown.append(element.value)
    return {**properties, **lists}, origins


def listed(value: Any) -> list[Any]:
    """A list as it is; what stands for a list that was not seen is its one hidden element."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def turns(index: Index, identities: Identities, wanted: frozenset[str]) -> Iterator[Piece]:
    """What becomes a resource of another type."""
    for row in TURNS:
        if row.becomes not in wanted:
            continue
        for resource in index.of(row.type):
            properties = identities.resolver(resource.stack).value(resource.properties)
            if isinstance(properties, dict) and (row.needs is None or row.needs in properties):
                yield from _turned(row, resource, properties, identities)


def _turned(row: Turn, resource: Declared, properties: Mapping[str, Any], identities: Identities) -> Iterator[Piece]:
    if not row.part:
        suffix = f".{row.becomes.rpartition('::')[2]}" if row.stays else ""
        yield _piece(row, resource, suffix, properties, (), identities)
        return
    parts = properties.get(row.part)
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(part, dict):
            yield _piece(row, resource, f".{row.part}.{number}", part, (row.part, number), identities)


def _piece(
    row: Turn, resource: Declared, suffix: str, source: Mapping[str, Any], below: Path, identities: Identities
) -> Piece:
    made: dict[str, Any] = {}
    origins: dict[Path, Origin] = {(): Origin(resource, below)}
    rest = source.get(row.rest) if row.rest else None
    if row.part:
        made.update(source)
    elif isinstance(rest, dict) and row.rest:
        made.update(rest)
        origins.update({(key,): Origin(resource, (row.rest, key)) for key in rest})
    for target, old in row.moves.items():
        value = identities.identify(resource.stack, resource.logical, None) if old == "@ref" else source.get(old)
        if value is None:
            continue
        first, *index = path_of(target)
        made[str(first)] = [value] if index else value
        if old != "@ref":
            origins[path_of(target)] = Origin(resource, (*below, old))
    return Piece(resource, row.becomes, resource.id + suffix, resource.symbol + suffix, made, origins)


def is_turned_away(type: str) -> bool:
    """Whether resources of the type are nothing but another type's."""
    return any(row.type == type and not row.stays for row in TURNS)
