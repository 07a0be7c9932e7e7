"""net.default_group: the rules of a VPC's default security group.

Value: `{"rules": [{"direction": "ingress" or "egress", "evidence": place}]}`: empty for every other group, whatever its
rules hold; unknown at `("rules",)` where the name may be `default` and there may be a rule.
https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.facts.base import Derived, Fact, View
from auditor.facts.network.reading import Doubt, doubt_of, of_gap
from auditor.facts.network.rules import EGRESS, INGRESS, TYPE, Direction
from auditor.facts.network.unlisted import beyond, unlisted
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, Text

_NAME = "default"
_DIRECTIONS = {"ingress": INGRESS, "egress": EGRESS}


def compute(group: Resource, view: View) -> Derived:
    name = group.properties.get("GroupName", _unnamed(group, view))
    if not _may_be(name):
        return Derived({"rules": []})
    rules: list[Json] = []
    doubts: list[Doubt] = []
    for word, direction in _DIRECTIONS.items():
        seen, unseen = _rules(group, direction, view)
        evidence = [{"id": group.id, "pointer": f"/{direction.rules}/{index}"} for index in seen]
        rules += [{"direction": word, "evidence": place} for place in evidence]
        doubts += unseen
    if isinstance(name, HIDDEN):
        doubts = [doubt_of(name, "/GroupName")] if rules or doubts else []
        rules = []
    return Derived({"rules": rules}, tuple(doubt.at("rules") for doubt in dict.fromkeys(doubts)))


def _may_be(name: Json) -> bool:
    """Whether it can be the name of the default group. No other group can take that name."""
    if isinstance(name, Text):
        pattern = "".join(re.escape(part) if isinstance(part, str) else ".*" for part in name.parts)
        return re.fullmatch(pattern, _NAME) is not None
    return isinstance(name, Hidden) or name == _NAME


def _unnamed(group: Resource, view: View) -> Hidden | None:
    """The name that is not said: AWS makes one up for a group that a template declares, and tells it otherwise."""
    if group.stand_in:
        return Hidden(Reason.OUTSIDE, f"{group.name} is declared outside this template")
    return Hidden(Reason.UNRESOLVED, f"{group.name} has no name") if view.is_closed else None


def _rules(group: Resource, direction: Direction, view: View) -> tuple[list[int], list[Doubt]]:
    """The places of the rules that are there, and why there may be more."""
    listed = group.properties.get(direction.rules) or ()
    listed = listed if isinstance(listed, list | tuple) else (listed,)
    unseen = [one for one in listed if isinstance(one, HIDDEN) and not beyond(group, one.reason)]
    doubts = [doubt_of(one, f"/{direction.rules}") for one in unseen]
    doubts += [of_gap(gap) for gap in unlisted(group, direction.standalone, direction.rules, view)]
    return [index for index, one in enumerate(listed) if isinstance(one, Mapping)], doubts


FACT = Fact(
    name="net.default_group",
    version=1,
    on=(TYPE,),
    reads={TYPE: (("GroupName",), (INGRESS.rules, "*"), (EGRESS.rules, "*"))},
    compute=compute,
    joins=(INGRESS.standalone, EGRESS.standalone),
)
