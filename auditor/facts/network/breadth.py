"""net.breadth: over how many ports a security group lets public space in.

Value: `{"at_least": [{protocol, addresses, ports, evidence}], "at_most": [{protocol, addresses, ports}]}`.
- `at_least`: `ports` ports are open for certain to at least `addresses` public addresses each (as `openings.publish`
  counts them). It is a lower bound by its name and never has a gap.
- `at_most`: no more than `ports` ports may be open to more than `addresses`; one entry per number of addresses that
  occurs, 0 among them, for each protocol. To be read under `not ... ports <= limit`; a gap where it is above the
  lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.data.protocols import TRANSPORTS
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.network import rules
from auditor.model import Json, Resource


def compute(group: Resource, view: View) -> Derived:
    found = rules.compute(group, view)
    assert found.value is not None
    unknown = tuple(Unknown(("at_most",), u.reason, u.detail) for u in found.unknown if u.path == ("public_at_most",))
    return Derived({"at_least": found.value["exposed"], "at_most": _steps(found.value["public_at_most"])}, unknown)


def _steps(runs: Sequence[dict[str, Json]]) -> list[Json]:
    steps: list[Json] = []
    for protocol in TRANSPORTS.values():
        own = [(run["addresses"], run["to"] - run["from"] + 1) for run in runs if run["protocol"] == protocol]
        for limit in sorted({0, *(addresses for addresses, _ in own)}):
            ports = sum(length for addresses, length in own if addresses > limit)
            steps.append({"protocol": protocol, "addresses": limit, "ports": ports})
    return steps


FACT = Fact(
    name="net.breadth",
    version=1,
    on=rules.FACT.on,
    reads=rules.FACT.reads,
    compute=compute,
    joins=rules.FACT.joins,
)
