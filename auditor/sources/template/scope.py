"""A root template in one world, as everything after the sources sees it (`model.Scope`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.model import Coverage, Gap, Hidden, Location, Path, Resource, World, home
from auditor.sources.template.canonical import Built
from auditor.sources.template.fold import Origin
from auditor.sources.template.identity import Identities
from auditor.sources.template.locate import of_property, of_resource
from auditor.sources.template.mentions import Dependencies
from auditor.sources.template.nodes import Assignment, Settings, Stack
from auditor.sources.template.resolve import Trace
from auditor.sources.template.standin import StandIn

_KEPT_TRACES = 64


class TemplateScope:
    """`declares`: of each stand-in (by id), what the template says: (type, path), `()` for an attached document."""

    def __init__(
        self,
        root: Stack,
        account: str,
        assignment: Assignment,
        settings: Settings,
        identities: Identities,
        gaps: Sequence[Gap],
        coverage: Coverage,
        built: Iterable[Built],
        stand_ins: Mapping[str, StandIn],
    ) -> None:
        self.root = root.file
        self.account = account
        self.world: World | None = assignment.world
        self.certain = assignment.certain
        self.gaps = gaps
        self.coverage = coverage
        self.declares: Mapping[str, tuple[tuple[str, Path], ...]] = {
            id: tuple(stand_in.declares()) for id, stand_in in stand_ins.items()
        }
        self._parameters = root.section("Parameters")
        self._assignment = assignment
        self._settings = settings
        self._identities = identities
        self._dependencies = Dependencies(settings)
        self._built = _by_home(built)
        self._traces: dict[str, Trace] = {}

    def resources(self, types: frozenset[str] | None = None) -> Iterator[Resource]:
        for one in self._built.values():
            if types is None or one.resource.type in types:
                yield one.resource

    def locate(self, resource_id: str, path: Path) -> Location | None:
        """The place of `path`, or of its nearest existing ancestor, in the file where it was written.

        The template as a whole, for what is about none of its resources (id ""), is its first line.
        """
        one = self._built.get(resource_id)
        if one is None:
            return None if resource_id else Location(self.root, 1, 1, 1, 2)
        path = _in_properties(one.resource, path)
        for length in range(len(path), -1, -1):
            if path[:length] in one.origins:
                origin = one.origins[path[:length]]
                return self._place(origin, path[length:])
        return self._place(Origin(one.declared), path)

    def _place(self, origin: Origin, rest: Path) -> Location | None:
        path = (*origin.path, *rest)
        return of_property(origin.resource, self._trace(origin), path) if path else of_resource(origin.resource)

    def _trace(self, origin: Origin) -> Trace:
        """Where the resolved properties of a resource stand: resolved once more, when somebody asks."""
        resource = origin.resource
        if resource.id not in self._traces:
            while len(self._traces) >= _KEPT_TRACES:
                self._traces.pop(next(iter(self._traces)))
            trace: Trace = {}
            self._identities.resolver(resource.stack).value(resource.properties, trace)
            self._traces[resource.id] = trace
        return self._traces[resource.id]

    def construct(self, resource_id: str) -> str | None:
        """`Metadata: {aws:cdk:path: ...}`, as the AWS CDK writes it."""
        one = self._built.get(resource_id)
        metadata = one.declared.node.get("Metadata") if one is not None else None
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        return str(path) if isinstance(path, str) else None

    def assumed(self, resource_id: str) -> tuple[str, ...]:
        """The parameters that stand at their default in this world, and on which the resource depends."""
        one = self._built.get(resource_id)
        if one is None:
            return ()
        parts = {id(one.declared): one.declared, **{id(o.resource): o.resource for o in one.origins.values()}}
        names = {name for part in parts.values() for name in self._dependencies.of(part.stack, part.node)}
        return tuple(sorted(name for name in names if self._is_assumed(name)))

    def _is_assumed(self, name: str) -> bool:
        declared = self._parameters.get(name)
        if not isinstance(declared, dict) or "Default" not in declared or name in self._settings.parameters:
            return False
        ranged = any(name == given for given, _ in self.world.values) if self.world else False
        return not ranged and not isinstance(self._assignment.values.get(((), name)), Hidden)


def _by_home(built: Iterable[Built]) -> dict[str, Built]:
    """By id, what belongs together side by side: an owner, then what is attached to it."""
    homes: dict[str, list[Built]] = {}
    for one in built:
        group = homes.setdefault(home(one.resource), [])
        group.insert(0, one) if home(one.resource) == one.resource.id else group.append(one)
    return {one.resource.id: one for group in homes.values() for one in group}


def _in_properties(resource: Resource, path: Path) -> Path:
    """A path of facts is the resource itself; a tag is its element in the property."""
    if path[:1] == ("facts",):
        return ()
    if path[:1] != ("tags",):
        return path
    tags = resource.properties.get("Tags")
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        if isinstance(tag, Mapping) and path[1:2] == (tag.get("Key"),):
            return ("Tags", index)
    return ("Tags", *path[1:])
