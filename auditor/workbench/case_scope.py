"""A case in its two forms: as what a collector would have seen in an account, and as a template.

`live_scope` holds the case's own values, with `Hidden` where the case hides something; `template_text` says the same
in CloudFormation, with a parameter without a value at each such place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from auditor.data.identities import ABSENT, GLOBAL, KINDS
from auditor.data.relations import BY_TYPE, Relation
from auditor.model import (
    Coverage,
    Gap,
    Hidden,
    Json,
    Key,
    Location,
    Path,
    Policy,
    Reason,
    Resource,
    World,
    home,
    keys_of,
)
from auditor.workbench.cases import SUBJECT, Case, Neighbour

ACCOUNT = "111122223333"
REGION = "eu-west-1"

# The state of an account as a whole has no region either.
_NO_REGION = (*GLOBAL, "Auditor::S3::", "Auditor::IAM::", "Auditor::Account::", "Auditor::Organizations::")
_UNSEEN = "hidden by the case"
_FIELD = re.compile(r"\{(\w+)\}")


class CaseScope(msgspec.Struct, frozen=True):
    """One account in memory. It has no file, so nothing in it has a place."""

    root: str
    account: str
    gaps: tuple[Gap, ...]
    coverage: Coverage
    held: tuple[Resource, ...]
    world: World | None = None
    certain: bool = True
    declares: Mapping[str, tuple[tuple[str, Path], ...]] = {}

    def resources(self, types: frozenset[str] | None = None) -> Iterator[Resource]:
        return (each for each in self.held if types is None or each.type in types)

    def locate(self, resource_id: str, path: Path) -> Location | None:
        return None

    def construct(self, resource_id: str) -> str | None:
        return None

    def assumed(self, resource_id: str) -> tuple[str, ...]:
        return ()


def live_scope(case: Case, policy: Policy) -> CaseScope:
    """The case as an account: everything was listed and asked for, but for what the case hides.

    The subject is the first resource; the others follow, each behind its owner.
    """
    subject = _resource(Neighbour(case.subject, case.properties, case.hide, case.arn), "subject")
    others = [_resource(each, f"other{n}") for n, each in enumerate(case.neighbours, 1) if not each.missing]
    held = [_owned(each, (subject, *others)) for each in (subject, *others)]
    order = {each.id: position for position, each in enumerate(held)}
    held.sort(key=lambda each: order.get(home(each), len(order)))
    hides = [
        (subject, case.hide),
        *zip(others, (each.hide for each in case.neighbours if not each.missing), strict=True),
    ]
    return CaseScope(
        root=case.name,
        account=ACCOUNT,
        gaps=(
            *(_hidden(resource, pointer) for resource, pointers in hides for pointer in pointers),
            *(_unlisted(each.type, subject) for each in case.neighbours if each.missing),
        ),
        coverage=Coverage(),
        held=tuple(held),
    )


def template_text(case: Case, policy: Policy) -> str:
    """The case as a CloudFormation template in JSON; the subject is `Subject`, the neighbours `Other1`, `Other2`."""
    if case.template is not None:
        return json.dumps(case.template, indent=1)
    subject = Neighbour(case.subject, case.properties, case.hide)
    resources: dict[str, Json] = {}
    parameters: dict[str, Json] = {}
    for name, each in ((SUBJECT, subject), *((f"Other{n}", each) for n, each in enumerate(case.neighbours, 1))):
        properties = _copy(each.properties)
        for pointer in each.hide:
            parameter = f"Hidden{len(parameters) + 1}"
            parameters[parameter] = {"Type": "String"}
            _plant(properties, pointer, {"Ref": parameter})
        resources[name] = {"Type": each.type, "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": resources}
    if not parameters:
        del template["Parameters"]
    return json.dumps(template, indent=1)


def place(properties: Json, pointer: str) -> Path:
    """The path of a JSON pointer, with integers where the properties hold lists."""
    path: list[Key] = []
    node = properties
    for key in keys_of(pointer):
        if isinstance(node, list | tuple) and key.isdigit():
            path.append(int(key))
            node = node[int(key)] if int(key) < len(node) else None
        else:
            path.append(key)
            node = node.get(key) if isinstance(node, Mapping) else None
    return tuple(path)


def _resource(each: Neighbour, label: str) -> Resource:
    name, arn = _identity(each, label)
    region = None if each.type.startswith(_NO_REGION) else REGION
    properties = _copy(each.properties)
    for pointer in each.hide:
        _plant(properties, pointer, Hidden(Reason.DENIED, _UNSEEN))
    made_up = each.type.startswith("Auditor::")
    tags = properties.get("Tags")
    return Resource(
        type=each.type,
        id=f"{ACCOUNT}/{region}/{each.type}/{name}" if made_up else arn,
        account=ACCOUNT,
        region=region,
        name=name,
        arn=arn,
        properties=properties,
        tags={tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else {},
    )


def _identity(each: Neighbour, label: str) -> tuple[str, str]:
    """Name and ARN, from the properties that hold them or made up as AWS would."""
    kind = KINDS.get(each.type)
    service, thing = each.type.split("::")[1:3]
    named = (*((kind.name,) if kind and kind.name else ()), *(kind.ids if kind else (f"{thing}Id", f"{thing}Name")))
    name = next((str(each.properties[key]) for key in named if key in each.properties), label)
    if kind is None or kind.arn is None:
        return name, each.arn or f"arn:aws:{service.lower()}:{REGION}:{ACCOUNT}:{thing.lower()}/{name}"
    known = {"partition": "aws", "region": REGION, "account": ACCOUNT, "suffix": "amazonaws.com", "id": name}
    stated = next((str(each.properties[key]) for key in kind.arns if key in each.properties), None)

    def value(field: re.Match[str]) -> str:
        key = field[1]
        return name if key == "name" else known.get(key) or str(each.properties.get(key, ABSENT.get(key, "")))

    arn = each.arn or stated or _FIELD.sub(value, kind.arn)
    return arn if kind.ref == kind.arn else name, arn


def _owned(resource: Resource, all: Sequence[Resource]) -> Resource:
    owners = [
        target.id
        for relation in BY_TYPE.get(resource.type, ())
        if relation.kind == "attachment"
        for target in all
        if target.type == relation.target
        and _identity_of(target, relation) in _values(resource.properties, relation.path)
    ]
    return msgspec.structs.replace(resource, owners=tuple(dict.fromkeys(owners)))


def _identity_of(target: Resource, relation: Relation) -> str:
    return target.arn if relation.attribute == "arn" else target.name


def _values(node: Json, path: Path) -> list[Json]:
    if not path:
        return [node]
    if path[0] == "*":
        return [value for each in node if isinstance(node, list) for value in _values(each, path[1:])]
    return _values(node[path[0]], path[1:]) if isinstance(node, Mapping) and path[0] in node else []


def _hidden(resource: Resource, pointer: str) -> Gap:
    path = ("tags",) if pointer == "/Tags" else place(resource.properties, pointer)
    return Gap(resource.account, resource.region, resource.type, resource.id, path, Reason.DENIED, _UNSEEN)


def _unlisted(type: str, subject: Resource) -> Gap:
    """The list was refused; what belongs to a resource is asked for that resource."""
    asked_for = any(row.kind == "attachment" and row.target == subject.type for row in BY_TYPE.get(type, ()))
    region = None if type.startswith(_NO_REGION) else REGION
    return Gap(ACCOUNT, region, type, None, (), Reason.DENIED, _UNSEEN, parent=subject.id if asked_for else None)


def _plant(properties: dict[str, Json], pointer: str, value: Any) -> None:
    """Put a value at a pointer; what is not there on the way is made."""
    *parents, last = place(properties, pointer)
    node: Any = properties
    for key in parents:
        node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
    node[last] = value


def _copy(value: Mapping[str, Json]) -> dict[str, Json]:
    copied: dict[str, Json] = json.loads(json.dumps(value))
    return copied
