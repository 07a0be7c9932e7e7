"""A denial with its place: where it is shown, in which file, under which fingerprint."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.data.secret_places import PLACES
from auditor.fingerprint import content_fingerprint, fingerprint
from auditor.model import Denial, Finding, Json, Path, Policy, Resource, Scope, keys_of, overlaps, reference
from auditor.projection import child

_SECRET_FACT = ("facts", "secret.scan")


def finding(
    policy: Policy,
    subject: Resource,
    denial: Denial,
    scope: Scope,
    resources: Mapping[str, Resource],
    certain: bool,
) -> Finding:
    """`denial` has source indexes. Evidence on another resource moves the place there, not the finding."""
    place, path = subject, denial.path
    if denial.evidence is not None:
        place = resources.get(denial.evidence.id, subject)
        path = path_of(place.properties, denial.evidence.pointer)
    elsewhere = place.id != subject.id
    named = (*denial.path, place.id, *path) if elsewhere else path
    return Finding(
        path=path,
        message=denial.message,
        fingerprint=fingerprint(policy.id, subject, named),
        content_fingerprint=content_fingerprint(policy.id, subject if not elsewhere else place, path),
        location=scope.locate(place.id, path),
        evidence=reference(place) if elsewhere else None,
        certain=certain,
        secret=denial.path[:2] == _SECRET_FACT or _may_hold_a_secret(place.type, path),
    )


def _may_hold_a_secret(type: str, path: Path) -> bool:
    return any(row.type == type and overlaps(row.path, path) for row in PLACES) if path else False


def path_of(properties: Json, pointer: str) -> Path:
    """The path of a JSON pointer: its digits are indexes where a list stands there."""
    path: list[str | int] = []
    node = properties
    for key in keys_of(pointer):
        step: str | int = int(key) if isinstance(node, list | tuple) and key.isdigit() else key
        path.append(step)
        node = child(node, step)
    return tuple(path)
