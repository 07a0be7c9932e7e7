"""What a template hands to somebody who may attach more to it: remote stacks, stack sets, custom resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from auditor.data.folding import FOLDS
from auditor.data.relations import BY_TARGET
from auditor.model import Hole, Text
from auditor.sources.template.identity import Declared, Identities
from auditor.sources.template.nested import TEMPLATE_OF
from auditor.sources.template.relate import NAMING, Index

_RECEIVERS = frozenset(("AWS::CloudFormation::StackSet", "AWS::CloudFormation::CustomResource"))

# The function behind a custom resource is its handler; the stack set's roles are its means.
_MEANS = frozenset(("ServiceToken", "AdministrationRoleARN", "ExecutionRoleName", *TEMPLATE_OF.values()))


class Opening(NamedTuple):
    """`attachments`: the types of which `resource` may have more; `lists`: its own lists that may hold more."""

    resource: Declared
    attachments: tuple[str, ...]
    lists: tuple[str, ...]
    detail: str


def openings(
    resources: Iterable[Declared], index: Index, identities: Identities, wanted: frozenset[str]
) -> Iterator[Opening]:
    """Every resource that a receiver gets, once per receiver."""
    attachable = {
        target: tuple(dict.fromkeys(row.type for row in rows if row.kind == "attachment" and row.type in wanted))
        for target, rows in BY_TARGET.items()
    }
    foldable = {row.owner: tuple({fold.into: 0 for fold in FOLDS if fold.owner == row.owner}) for row in FOLDS}
    types = [type for type in {**attachable, **foldable} if attachable.get(type) or type in wanted and type in foldable]
    for receiver in resources:
        if not _is_receiver(receiver):
            continue
        found: dict[str, Declared] = {}
        for value in _given(receiver, identities):
            for type in types:
                one = index.find(value, type)
                if one is not None and one is not receiver:
                    found[one.id] = one
        for one in found.values():
            detail = f"{one.logical} is passed to {receiver.logical} ({receiver.type}), which was not read"
            lists = foldable.get(one.type, ()) if one.type in wanted else ()
            yield Opening(one, attachable.get(one.type, ()), lists, detail)


def _is_receiver(resource: Declared) -> bool:
    if resource.type in TEMPLATE_OF:
        return resource.logical not in resource.stack.children
    return resource.type in _RECEIVERS or resource.type.startswith("Custom::")


def _given(receiver: Declared, identities: Identities) -> Iterator[Any]:
    """The strings and markers that a receiver gets, and the symbols in them."""
    properties = identities.resolver(receiver.stack).value(receiver.properties)
    if not isinstance(properties, dict):
        return
    waiting = [value for key, value in properties.items() if key not in _MEANS]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)
        elif isinstance(value, NAMING):
            yield value
            if isinstance(value, Text):
                yield from (f"⟨{part.symbol}⟩" for part in value.parts if isinstance(part, Hole))
