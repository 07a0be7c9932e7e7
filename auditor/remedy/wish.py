"""What is to hold of a resource, and why it is left alone where it cannot be written."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from auditor.model import Json, Policy, Status, Verdict


class Refused(Exception):
    """A wish that is left alone; the text says why."""


class Wish(msgspec.Struct, frozen=True):
    """A resource that fails a policy, and the properties with which it would pass.

    `file` as its report names it, `logical` the key below `Resources`.
    """

    policy: str
    resource: str  # its id
    type: str
    file: str
    logical: str
    properties: Mapping[str, Json]

    @property
    def key(self) -> tuple[str, str]:
        return self.policy, self.resource


def wish_of(verdict: Verdict, policy: Policy, place: tuple[str, str] | None) -> Wish:
    """The wish that a FAIL makes. Refused where the properties of its policy cannot stand for it.

    `place`: file and logical id of the resource in a root template; None where it is declared in none.
    """
    assert verdict.status is Status.FAIL and verdict.resource is not None
    if place is None:
        raise Refused("it is in a nested stack, or made by a transform or a loop")
    if any(finding.worlds for finding in verdict.findings):
        raise Refused("it fails only for some parameters")
    _refuse_unwritable(policy.remediation.properties)
    return Wish(policy.id, verdict.resource.id, verdict.resource.type, *place, policy.remediation.properties)


def _refuse_unwritable(properties: Mapping[str, Json]) -> None:
    for key, value in properties.items():
        if is_function(key):
            raise Refused("the fix refers to a resource that you have to choose")
        if isinstance(value, Mapping) and value:
            _refuse_unwritable(value)
        elif not isinstance(value, str | bool | int | float):
            raise Refused(f"the fix would take away what {key} holds")


def is_function(key: str) -> bool:
    return key == "Ref" or key.startswith("Fn::")


def together(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    """Both. Refused where they contradict each other."""
    found = dict(one)
    for key, value in other.items():
        held = found.get(key, value)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            found[key] = together(held, value)
        elif held == value:
            found[key] = value
        else:
            raise Refused(f"another policy wants another {key}")
    return found
