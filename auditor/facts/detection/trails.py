"""Whether a trail records the uses of root at all: everywhere, now, reads and writes.

The reading of event selectors is that of the account's coverage (`logging`). The sources that can be excluded (KMS, RDS
Data API) are none of the probes'.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.detection.outcome import HOLDS, Outcome, all_of, broken, unsure
from auditor.facts.detection.probes import SOURCES
from auditor.facts.iam.logic import F, T, every
from auditor.facts.logging.classes import Class, taken
from auditor.facts.logging.recorders import Check, everywhere
from auditor.facts.logging.selectors import selectors_of
from auditor.model import Resource

READS = (("IsMultiRegionTrail",), ("IsLogging",), ("EventSelectors",), ("AdvancedEventSelectors",))


def records(trail: Resource) -> Outcome:
    """The link of the trail itself."""
    return all_of(_link(trail, check) for check in (*everywhere(trail), _management(trail)))


def _link(trail: Resource, check: Check) -> Outcome:
    if check.holds is T:
        return HOLDS
    at = (trail.id, f"/{check.place}")
    if check.holds is F:
        return broken("trail", f"{trail.name}: {check.why}", *at)
    return unsure("trail", check.cause, f"{trail.name}: whether {check.why} is not known", *at)


def _management(trail: Resource) -> Check:
    selectors = selectors_of(trail.properties)
    holds = every(taken(selectors, events) for events in _probes())
    place = "AdvancedEventSelectors" if trail.properties.get("AdvancedEventSelectors") else "EventSelectors"
    cause = next((one.doubt for one in selectors if one.doubt), None)
    return Check(holds, "the trail does not record all reads and writes of management", place, cause)


def _probes() -> Iterator[Class]:
    for read_only in ("true", "false"):
        for source in SOURCES:
            yield Class((("eventCategory", "Management"), ("readOnly", read_only), ("eventSource", source)))
