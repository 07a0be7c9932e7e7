"""One resource of a template made canonical: coerced, folded, joined, with defaults, and a gap for all that is hidden.

Resolved trees come in with markers in them. What leaves is what `model.Resource` says: a joined identity is the
string of whom it names, and what stays hidden has a gap at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.data.identities import GLOBAL, KINDS
from auditor.data.relations import ATTACHED, BY_TYPE, Relation
from auditor.model import (
    ACCOUNT_PLACEHOLDER,
    HIDDEN,
    REGION_PLACEHOLDER,
    Gap,
    Hidden,
    Path,
    Plan,
    Reason,
    Resource,
    Text,
)
from auditor.sources.template.coerce import Shape, coerce, shape_of
from auditor.sources.template.defaults import with_defaults
from auditor.sources.template.fold import Folded, Key, Origin, Piece, listed, with_elements
from auditor.sources.template.identity import Declared, Identities
from auditor.sources.template.nodes import Identity, Settings
from auditor.sources.template.relate import NAMING, Index, expand, put
from auditor.sources.template.standin import StandIn
from auditor.sources.template.texts import MARKERS, shown

# Resources that inherit from each other, one from the next.
_LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Built:
    """A resource with its gaps. `origins`: where the parts of it stand that have another place than the rest."""

    resource: Resource
    declared: Declared
    gaps: tuple[Gap, ...]
    origins: Mapping[Path, Origin]


@dataclass
class _Draft:
    """A resource in the making."""

    type: str
    id: str
    properties: dict[str, Any]
    outside: bool = False
    gaps: list[Gap] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)


def whole(resource: Declared) -> Piece:
    return Piece(resource, resource.type, resource.id, resource.symbol, None)


class Canonical:
    """Makes the resources of one world. `stand_ins` fills up with what attached documents bring along."""

    def __init__(
        self,
        root: str,
        index: Index,
        identities: Identities,
        folded: Folded,
        settings: Settings,
        plan: Plan,
        wanted: frozenset[str],
    ) -> None:
        self.account = settings.account or ACCOUNT_PLACEHOLDER
        self.stand_ins: dict[Key, StandIn] = {}
        self._region = settings.region or REGION_PLACEHOLDER
        self._root = root
        self._index = index
        self._identities = identities
        self._folded = folded
        self._settings = settings
        self._plan = plan
        self._wanted = wanted
        self._made: dict[str, Built] = {}
        self._open: set[str] = set()
        for (type, name), outside in folded.outside.items():
            origin = outside.elements[0].origin
            stand_in = StandIn(type, name, outside.identity, Origin(origin.resource), list(outside.elements))
            self.stand_ins[type, name] = stand_in

    def gap(self, type: str, id: str | None, path: Path, marker: Hidden | Text, parent: str | None = None) -> Gap:
        return Gap(self.account, self._region_of(type), type, id, path, marker.reason, marker.detail, parent)

    def _region_of(self, type: str) -> str | None:
        return None if type.startswith(GLOBAL) else self._region

    def id_outside(self, key: Key) -> str:
        """The id of a stand-in: the file and the identity that the template names."""
        return f"{self._root}#{key[0]}/{key[1]}"

    # --- declared resources ---------------------------------------------------------------------------------

    def make(self, piece: Piece) -> Built:
        """A declared resource, made once."""
        if piece.id not in self._made:
            self._open.add(piece.id)
            self._made[piece.id] = self._make(piece)
            self._open.discard(piece.id)
        return self._made[piece.id]

    def _is_open(self, resource: Declared) -> bool:
        """Whether it is being made right now."""
        return resource.id in self._open

    def _make(self, piece: Piece) -> Built:
        raw = piece.properties
        if raw is None:
            raw = self._identities.resolver(piece.declared.stack).value(piece.declared.properties)
        elements = self._folded.into.get(piece.id, ())
        properties, origins = with_elements(self._readable(raw, piece.type), elements)
        for into, doubt in self._folded.doubts.get(piece.id, ()):
            properties[into] = [*listed(properties.get(into)), doubt]
        draft = _Draft(piece.type, piece.id, coerce(properties, self._shape(piece.type)))
        self._relate(draft, piece.declared)
        with_defaults(draft.type, draft.properties, self._settings, self._inherited)
        if piece.properties is None:
            name, arn = self._identities.name(piece.declared), self._identities.arn(piece.declared)
        else:
            name, arn = _own_name(piece, draft.properties), f"⟨{piece.symbol}.Arn⟩"
        return self._finish(draft, name, arn, piece.declared, {**piece.origins, **origins})

    def _readable(self, raw: Any, type: str) -> Mapping[str, Any]:
        """The properties as a mapping; where they were not seen at all, each one that may be asked for is hidden."""
        if isinstance(raw, dict):
            return raw
        return dict.fromkeys(self._names(type), raw) if isinstance(raw, HIDDEN) else {}

    def _names(self, type: str) -> list[str]:
        """The properties of a type that somebody may ask for."""
        asked = {str(path[0]) for path in self._plan.reads.get(type, ()) if path}
        every = self._shape(type).names if "*" in asked else ()
        return sorted({*asked, *every} - {"*", "facts", "tags"})

    def _shape(self, type: str) -> Shape:
        return shape_of(type, self._settings.region)

    def _inherited(self, type: str, source: Any, path: Path) -> Any:
        """The effective value of another resource; None where it is not declared, or inherits in a circle.

        A chain of replicas that is longer than any service allows is not followed to its end.
        """
        found = self._index.find(source, type)
        if found is None or self._is_open(found) or len(self._open) > _LONGEST_CHAIN:
            return None
        value: Any = self.make(whole(found)).resource.properties
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    # --- stand-ins ------------------------------------------------------------------------------------------

    def make_outside(self, stand_in: StandIn) -> Built:
        key = (stand_in.type, stand_in.name)
        properties, origins = stand_in.properties(self._names(stand_in.type))
        draft = _Draft(stand_in.type, self.id_outside(key), coerce(properties, self._shape(stand_in.type)), True)
        self._relate(draft, stand_in.origin.resource)
        draft.gaps.append(self.gap(stand_in.type, draft.id, ("tags",), stand_in.rest))
        for type in stand_in.unlisted():
            draft.gaps.append(self.gap(type, None, (), stand_in.rest, parent=draft.id))
        arn = self._identities.arn_outside(stand_in.type, stand_in.identity)
        return self._finish(draft, stand_in.name, arn, stand_in.origin.resource, origins)

    def _outside(self, relation: Relation, value: Any, origin: Declared) -> str:
        """The stand-in of whom a document is attached to."""
        key = (relation.target, shown(value))
        if key not in self.stand_ins:
            self.stand_ins[key] = StandIn(*key, value, Origin(origin))
        self.stand_ins[key].attached.add(relation.type)
        return self.id_outside(key)

    # --- relations ------------------------------------------------------------------------------------------

    def _relate(self, draft: _Draft, origin: Declared) -> None:
        """Put joined identities in place; note the owners of an attachment, the outermost first."""
        rows: dict[str, list[Relation]] = {}
        for relation in BY_TYPE.get(draft.type, ()):
            rows.setdefault(relation.field, []).append(relation)
        for relations in rows.values():
            for place, value in expand(draft.properties, relations[0].path):
                of_stand_in = draft.outside and getattr(value, "reason", None) is Reason.OUTSIDE
                if isinstance(value, NAMING) and not of_stand_in:
                    self._join(draft, relations, place, value, origin)

    def _join(self, draft: _Draft, relations: list[Relation], place: Path, value: Any, origin: Declared) -> None:
        first = relations[0]
        for relation in relations:
            found = self._index.find(value, relation.target)
            if found is not None:
                name = self._identities.name(found) if relation.attribute == "name" else self._identities.arn(found)
                self._name(draft, first, place, name)
                if first.kind == "attachment":
                    draft.owners += [*self._owners_of(found), found.id]
                return
        if first.kind == "attachment":
            self._name(draft, first, place, shown(value))
        candidates = [one for relation in relations for one in self._index.candidates(value, relation.target)]
        for candidate in candidates if first.kind == "attachment" else ():
            doubt = Hidden(Reason.UNRESOLVED, f"{shown(value)} may be {candidate.logical}")
            draft.gaps.append(self.gap(draft.type, None, (), doubt, parent=candidate.id))
        stands = first.stands and first.target in self._wanted
        if stands:
            draft.owners.append(self._outside(first, value, origin))
        if first.kind != "mention" and (candidates or not stands):
            rest = Hidden(Reason.OUTSIDE, f"{shown(value)} is not in this template")
            draft.gaps += [self.gap(row.target, None, (), rest, parent=draft.id) for row in relations]

    def _name(self, draft: _Draft, relation: Relation, place: Path, name: str) -> None:
        """The identity at its place; alone where CloudFormation takes a list, it becomes one."""
        put(draft.properties, place, [name] if len(place) < len(relation.path) else name)

    def _owners_of(self, resource: Declared) -> tuple[str, ...]:
        """Of an owner that is itself attached: a delivery travels with the load balancer of its source."""
        if resource.type not in ATTACHED or self._is_open(resource):
            return ()
        return self.make(whole(resource)).resource.owners

    # --- the rest -------------------------------------------------------------------------------------------

    def _finish(self, draft: _Draft, name: str, arn: str, origin: Declared, origins: Mapping[Path, Origin]) -> Built:
        self._settle(draft, draft.properties, ())
        resource = Resource(
            type=draft.type,
            id=draft.id,
            account=self.account,
            region=self._region_of(draft.type),
            name=name,
            arn=arn,
            properties=draft.properties,
            tags=dict(self._tags(draft)),
            owners=tuple(dict.fromkeys(draft.owners)),
            stand_in=draft.outside,
        )
        gaps = tuple(gap for gap in dict.fromkeys(draft.gaps) if gap.type in self._wanted)
        return Built(resource, origin, gaps, origins)

    def _settle(self, draft: _Draft, node: Any, path: Path) -> None:
        """Identities that were joined with nothing become their symbols; every other marker gets its gap."""
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                self._settle(draft, value, (*path, key))
            elif isinstance(value, MARKERS):
                kept = self._kept(value)
                node[key] = kept
                if isinstance(kept, HIDDEN):
                    draft.gaps.append(self.gap(draft.type, draft.id, (*path, key), kept))

    def _kept(self, value: Any) -> Any:
        if isinstance(value, Identity):
            return str(value) if value.content is None else value.content
        return str(value) if isinstance(value, Text) and self._identities.is_identity(value) else value

    def _tags(self, draft: _Draft) -> Iterator[tuple[str, str]]:
        """Tags by key, from either form; a hidden one is a gap."""
        tags = draft.properties.get("Tags")
        if isinstance(tags, HIDDEN):
            draft.gaps.append(self.gap(draft.type, draft.id, ("tags",), tags))
        pairs: list[tuple[Any, Any]] = []
        if isinstance(tags, dict):
            pairs = list(tags.items())
        elif isinstance(tags, list):
            pairs = [(tag.get("Key"), tag.get("Value")) if isinstance(tag, dict) else (tag, tag) for tag in tags]
        for key, value in pairs:
            if isinstance(key, str) and not isinstance(value, HIDDEN):
                yield key, value if isinstance(value, str) else shown(value)
                continue
            hidden = next((each for each in (key, value) if isinstance(each, HIDDEN)), None)
            if hidden is not None:
                place = key if isinstance(key, str) else "*"
                draft.gaps.append(self.gap(draft.type, draft.id, ("tags", place), hidden))


def _own_name(piece: Piece, properties: Mapping[str, Any]) -> str:
    """The name of what another resource turned into."""
    kind = KINDS.get(piece.type)
    given = properties.get(kind.name) if kind is not None and kind.name else None
    return shown(given) if isinstance(given, NAMING) else f"⟨{piece.symbol}⟩"
