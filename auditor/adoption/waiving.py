"""Waivers at work: which findings they cover, what remains of a verdict, and which of them are of no use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from itertools import chain

import msgspec

from auditor.adoption.parts import divided
from auditor.adoption.rules import fault, warning
from auditor.config import Waivers, nearest
from auditor.fingerprint import logical_id
from auditor.model import WHOLE_FILE, Finding, Location, ResourceRef, Status, Verdict, Waiver

# No resource has either name, so a glob that matches both matches all.
_PROBES = ("\x01.yaml#\x01", "arn:\x01")


class Waiving:
    """Call it on each verdict; ask `notes` at the end.

    `inline`: the waivers in templates, by the file in which they stand; filled while the templates are read, and
    complete for a template before its first verdict. `policies`: the ids of the pack. `rename`: the id of a resource
    with its files as `waivers` name them.
    """

    def __init__(
        self,
        waivers: Sequence[Waiver],
        inline: Mapping[str, Sequence[Waiver]],
        rules: Waivers,
        policies: Sequence[str],
        today: date,
        rename: Callable[[str], str] = str,
    ) -> None:
        self._waivers = waivers
        self._inline = inline
        self._rules = rules
        self._policies = policies
        self._today = today
        self._rename = rename
        self._used: set[Waiver] = set()
        self._by_policy: dict[str, list[Waiver]] = {}

    def __call__(self, verdict: Verdict) -> Sequence[Verdict]:
        """The verdict, or its waived part as WAIVED and what remains of it.

        What remains fails; where only doubt remains (gaps, behind which more could be found), it is UNKNOWN, unless a
        waiver says that it covers UNKNOWN too.
        """
        if verdict.status not in (Status.FAIL, Status.UNKNOWN) or verdict.error is not None:
            return (verdict,)
        waivers = [waiver for waiver in self._candidates(verdict) if self._concerns(waiver, verdict)]
        if not waivers:
            return (verdict,)
        blanket = next((each for each in waivers if each.unknown and _covers_whole(each, verdict)), None)
        if verdict.status is Status.UNKNOWN:
            return (_waived(verdict, [self._use(blanket)]),) if blanket else (verdict,)
        return self._parts(verdict, waivers, blanket)

    def _parts(self, verdict: Verdict, waivers: Sequence[Waiver], blanket: Waiver | None) -> Sequence[Verdict]:
        covered: dict[Finding, Waiver] = {}
        for finding in verdict.findings:
            waiver = next((each for each in waivers if _covers(each, finding, verdict)), None)
            if finding.certain and waiver is not None:
                covered[finding] = self._use(waiver)
        if not covered:
            return (verdict,)
        using = list(dict.fromkeys(covered.values()))
        part, rest = divided(verdict, covered, _reasons(using), using[0].by)
        if rest is None:
            return (part,)
        if rest.status is Status.FAIL or blanket is None:
            return part, rest
        return (_waived(verdict, list(dict.fromkeys([*using, self._use(blanket)]))),)

    def _use(self, waiver: Waiver) -> Waiver:
        self._used.add(waiver)
        return waiver

    def _candidates(self, verdict: Verdict) -> Iterator[Waiver]:
        """The narrowest first: what stands in the template, then what a file says."""
        if self._inline:
            places = (verdict.location, *(finding.location for finding in verdict.findings))
            for file in dict.fromkeys(place.file for place in places if place is not None):
                yield from self._inline.get(file, ())
        if verdict.policy not in self._by_policy:
            self._by_policy[verdict.policy] = [
                waiver for waiver in self._waivers if fnmatchcase(verdict.policy, waiver.policy)
            ]
        yield from self._by_policy[verdict.policy]

    def _concerns(self, waiver: Waiver, verdict: Verdict) -> bool:
        if not fnmatchcase(verdict.policy, waiver.policy) or self._fault(waiver) is not None:
            return False
        return waiver.span is not None or (verdict.resource is not None and self._names(waiver, verdict.resource))

    def _names(self, waiver: Waiver, resource: ResourceRef) -> bool:
        for glob, value in ((waiver.account, resource.account), (waiver.region, resource.region or "")):
            if glob is not None and not fnmatchcase(value, glob):
                return False
        known = {self._rename(resource.id), logical_id(resource.id), resource.id.rpartition("#")[2], resource.name}
        return any(fnmatchcase(name, glob) for name in known if name for glob in waiver.resources)

    def _fault(self, waiver: Waiver) -> str | None:
        """Why a waiver does not count."""
        if _is_everywhere(waiver) and self._is_any_policy(waiver):
            return "covers every policy on every resource and does not count: name one of them"
        return fault(self._rules, waiver.expires, self._today)

    def _is_any_policy(self, waiver: Waiver) -> bool:
        return all(fnmatchcase(id, waiver.policy) for id in self._policies)

    def notes(self, judged: Sequence[str], partial: bool) -> Iterator[str]:
        """`judged`: the ids of the policies that ran. `partial`: not all templates were, so nothing is unused."""
        for waiver in chain(self._waivers, *self._inline.values()):
            name = f"waiver {waiver.place} ({waiver.policy})"
            if not any(fnmatchcase(id, waiver.policy) for id in self._policies):
                yield f"{name}: there is no such policy{nearest(waiver.policy, self._policies)}"
                continue
            said = self._fault(waiver)
            if said is not None:
                yield f"{name} {said}"
                continue
            if (soon := warning(self._rules, waiver.expires, self._today)) is not None:
                yield f"{name} {soon}"
            if self._is_any_policy(waiver):
                yield f"{name} is too broad: it covers every policy"
            elif _is_everywhere(waiver) and waiver.by == "waiver":
                yield f"{name} is too broad: it covers every resource"
            ran = any(fnmatchcase(id, waiver.policy) for id in judged)
            if waiver not in self._used and ran and not (partial and waiver.by == "waiver"):
                yield f"{name} matched nothing: remove it"


def _is_everywhere(waiver: Waiver) -> bool:
    if waiver.span is not None:
        return waiver.span.end_line >= WHOLE_FILE
    narrowed = waiver.account or waiver.region or waiver.path
    return not narrowed and any(all(fnmatchcase(probe, glob) for probe in _PROBES) for glob in waiver.resources)


def _covers(waiver: Waiver, finding: Finding, verdict: Verdict) -> bool:
    if waiver.path and not _is_below(finding, waiver):
        return False
    return waiver.span is None or _stands_in(finding.location, waiver) or _stands_in(verdict.location, waiver)


def _covers_whole(waiver: Waiver, verdict: Verdict) -> bool:
    return not waiver.path and (waiver.span is None or _stands_in(verdict.location, waiver))


def _is_below(finding: Finding, waiver: Waiver) -> bool:
    keys = [str(key) for key in finding.path[: len(waiver.path)]]
    return len(keys) == len(waiver.path) and all(map(fnmatchcase, keys, map(str, waiver.path)))


def _stands_in(place: Location | None, waiver: Waiver) -> bool:
    span = waiver.span
    if span is None or place is None or place.file != span.file:
        return False
    return (span.line, span.column) <= (place.line, place.column) < (span.end_line, span.end_column)


def _waived(verdict: Verdict, waivers: Sequence[Waiver]) -> Verdict:
    return msgspec.structs.replace(verdict, status=Status.WAIVED, reason=_reasons(waivers), by=waivers[0].by)


def _reasons(waivers: Sequence[Waiver]) -> str:
    return "; ".join(dict.fromkeys(map(_reason, waivers)))


def _reason(waiver: Waiver) -> str:
    """What the report says of it: why, who, until when."""
    more = [waiver.ticket, waiver.owner, f"until {waiver.expires}" if waiver.expires else None]
    said = ", ".join(each for each in more if each)
    return f"{waiver.reason} ({said})" if said else waiver.reason
