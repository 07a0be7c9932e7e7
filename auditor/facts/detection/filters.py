"""Whether a metric filter takes the uses of root, and nothing that others do."""

from __future__ import annotations

import functools

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.detection import probes
from auditor.facts.detection.filter_match import matches
from auditor.facts.detection.filter_parse import Malformed, parse
from auditor.facts.detection.outcome import HOLDS, Outcome, broken, unsure
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.values import flag
from auditor.model import Json, Reason, Resource

FILTER = "AWS::Logs::MetricFilter"
READS = (("LogGroupName",), ("FilterPattern",), ("ApplyOnTransformedLogs",), ("FieldSelectionCriteria",))


class Run(msgspec.Struct, frozen=True):
    """A pattern on the probes, by their names. `error`: AWS would refuse the pattern."""

    form: str
    root: dict[str, Truth]
    others: dict[str, Truth]
    services: dict[str, Truth]
    error: str = ""


@functools.lru_cache(maxsize=1024)
def run(text: str, account: str, partition: str) -> Run:
    try:
        pattern = parse(text)
        error = ""
    except Malformed as malformed:
        error = str(malformed)
    sets = (
        probes.root_usage(account, partition),
        probes.others(account, partition),
        probes.by_services(account, partition),
    )
    root, others, services = (
        {name: U if error else matches(pattern, event) for name, event in events.items()} for events in sets
    )
    return Run("none" if error else pattern.form, root, others, services, error)


def takes_root(filter: Resource, partition: str) -> Outcome:
    """The link of the filter itself."""
    text = filter.properties.get("FilterPattern")
    if not isinstance(text, str):
        return unsure("filter", text, f"the pattern of {filter.name} is not known", filter.id, "/FilterPattern")
    found = run(text, filter.account, partition)
    others = every(~each for each in found.others.values())
    if every(found.root.values()) is F:
        missed = ", ".join(name for name, each in found.root.items() if each is F)
        return broken("filter", f"the filter {filter.name} misses root ({missed})", filter.id, "/FilterPattern")
    if others is F:
        return broken("filter", f"the filter {filter.name} takes events of others", filter.id, "/FilterPattern")
    if flag(filter.properties.get("ApplyOnTransformedLogs"), False) is not F:
        return unsure("filter", None, f"the filter {filter.name} reads transformed logs", filter.id)
    if filter.properties.get("FieldSelectionCriteria") not in (None, ""):
        value = filter.properties["FieldSelectionCriteria"]
        return unsure("filter", value, f"the filter {filter.name} selects by system fields", filter.id)
    if min(every(found.root.values()), others) is U:
        why = found.error or "what AWS does with the pattern is not documented"
        return unsure("filter", None, f"the filter {filter.name}: {why}", filter.id, "/FilterPattern")
    taken = [name for name, each in found.services.items() if each is T]
    notes = (f"the filter {filter.name} also takes root {', '.join(taken)}",) if taken else ()
    return msgspec.structs.replace(HOLDS, path=(filter.id,), notes=notes)


def _compute(filter: Resource, view: View) -> Derived:
    text = filter.properties.get("FilterPattern")
    if not isinstance(text, str):
        cause = unsure("", text, f"the pattern of {filter.name} is not known").causes[0]
        return Derived(None, (Unknown((), cause.reason, cause.detail),))
    found = run(text, filter.account, "aws")
    answers = {**found.root, **found.others, **found.services}
    value: Json = {
        "parsed": not found.error,
        "form": found.form,
        "matches": {name: each is T for name, each in answers.items() if each is not U},
    }
    detail = found.error or "what AWS does with the pattern is not documented"
    unknown = [Unknown(("matches", name), Reason.UNRESOLVED, detail) for name, each in answers.items() if each is U]
    return Derived(value | ({"error": found.error} if found.error else {}), tuple(unknown))


# `detect.pattern` of a metric filter, its pattern on sample events: `{parsed, form, matches: {probe: bool}, error}`.
FACT = Fact(name="detect.pattern", version=1, on=(FILTER,), reads={FILTER: (("FilterPattern",),)}, compute=_compute)
