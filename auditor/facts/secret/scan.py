"""secret.scan: literal credentials in configuration. No value and no part of one leaves this package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from auditor.data.secret_patterns import HOLE, REFERENCE, STORED
from auditor.data.secret_places import PLACES, REFERRING
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.secret.detect import Found, formats, under_name, words
from auditor.facts.secret.places import Value, values
from auditor.facts.secret.script import assignments, decode
from auditor.model import HIDDEN, Hidden, Json, Path, Reason, Resource, Text, pointer

_REFERENCE = re.compile(REFERENCE)
_STORED = re.compile(STORED)
_FUNCTION = re.compile(r"Fn::\w+(?:::\w+)*")
_TEMPLATE = (Reason.UNRESOLVED, Reason.OUTSIDE)


class Doubt(NamedTuple):
    reason: Reason
    detail: str


class Scan(NamedTuple):
    """What is certain about one value, and why more may be found in it. `looked`: whether there was text to look at."""

    found: tuple[Found, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    skipped: str = ""
    looked: bool = True


def compute(resource: Resource, view: View) -> Derived:
    """`findings`: [{evidence, kind, confidence, detector, place}] in the order of the places, `place` being variable,
    script or argument; `scanned`: the pointers of the values that hold text; `skipped`: [{evidence, why}] for what is
    no text. A gap at `findings` for what was not seen."""
    findings: list[Json] = []
    scanned: list[Json] = []
    skipped: list[Json] = []
    unknown: dict[Unknown, None] = {}
    for value in values(resource):
        evidence = {"id": resource.id, "pointer": pointer(value.path)}
        scan = _scan(value)
        findings += [{"evidence": evidence, **found._asdict(), "place": value.place.kind} for found in scan.found]
        scanned += [evidence["pointer"]] if scan.looked else []
        skipped += [{"evidence": evidence, "why": scan.skipped}] if scan.skipped else []
        unknown |= {Unknown(("findings",), doubt.reason, doubt.detail): None for doubt in scan.doubts}
    return Derived({"findings": findings, "scanned": scanned, "skipped": skipped}, tuple(unknown))


def _scan(value: Value) -> Scan:
    place, name, store = value.place, value.name, value.store
    if isinstance(store, str) and store in place.stored:
        return Scan(looked=False)
    text, doubts = _text(value.value)
    if not text.strip(HOLE).strip():
        return Scan(doubts=doubts, looked=False)
    known = name if isinstance(name, str) else ""
    before = value.before if place.kind == "argument" and isinstance(value.before, str) else ""
    scan = _found(known, text, place.kind, known in place.control, before)
    if isinstance(store, HIDDEN) and scan.found:  # it may be the name of a secret, not the secret
        return Scan((), (*doubts, *scan.doubts, Doubt(store.reason, store.detail)), scan.skipped)
    if isinstance(name, HIDDEN) and not scan.found and _is_literal(text):  # it may be a name that forbids any value
        doubts = (*doubts, Doubt(name.reason, name.detail))
    return Scan(scan.found, (*doubts, *scan.doubts), scan.skipped)


def _text(value: Json) -> tuple[str, tuple[Doubt, ...]]:
    """The literal text of a value with HOLE for each reference, and a doubt for what may hold more text."""
    if isinstance(value, Hidden):
        return "", () if _is_reference(value.reason, value.symbol) else (Doubt(value.reason, value.detail),)
    if isinstance(value, Text):
        text = "".join(part if isinstance(part, str) else HOLE for part in value.parts)
        symbols = [part.symbol for part in value.parts if not isinstance(part, str)]
        certain = all(_is_reference(value.reason, symbol) for symbol in symbols)
        return _REFERENCE.sub(HOLE, text), () if certain else (Doubt(value.reason, value.detail),)
    if isinstance(value, str):
        return _REFERENCE.sub(HOLE, value), ()
    return str(value) if isinstance(value, int | float) else "", ()


def _is_reference(reason: Reason, symbol: str | None) -> bool:
    """A template that refers to a parameter, an export, a resource holds no literal there."""
    return reason in _TEMPLATE and symbol is not None and REFERRING.issuperset(_FUNCTION.findall(symbol))


def _is_literal(text: str) -> bool:
    return HOLE not in text and not _STORED.fullmatch(text)


@lru_cache(maxsize=4096)
def _found(name: str, text: str, kind: str, control: bool, before: str) -> Scan:
    """Cached, because the worlds of a template share most of their texts."""
    if kind == "script":
        texts, skipped, cut = decode(text)
        found = dict.fromkeys(hit for each in texts for hit in _in_text(each, ""))
        doubts = (Doubt(Reason.UNSUPPORTED, "more than 1 MiB of text"),) if cut else ()
        return Scan(tuple(found), doubts, skipped)
    if control and _is_literal(text):
        return Scan((Found("credential-variable", "high", "control-name"),))
    found = dict.fromkeys(_in_text(text, name))
    called = name if kind == "variable" else before.lstrip("-") if before.startswith("-") else ""
    if not found and HOLE not in text and (hit := under_name(called, text)):
        found[hit] = None
    return Scan(tuple(found))


def _in_text(text: str, name: str) -> Iterator[Found]:
    paired = False
    for hit in formats(text, name):
        paired = paired or hit.kind == "aws-access-key"
        yield hit
    for named in assignments(text):
        if paired and "secret access key" in words(named.name):
            continue  # one credential: the key and its secret
        if hit_by_name := under_name(named.name, named.value):
            yield hit_by_name


def _reads() -> dict[str, tuple[Path, ...]]:
    reads: dict[str, list[Path]] = {}
    for place in PLACES:
        beside = [(*place.path[:-1], key) for key in (place.name, place.store) if key]
        reads.setdefault(place.type, []).extend([place.path, *beside])
    return {type: tuple(paths) for type, paths in reads.items()}


FACT = Fact(
    name="secret.scan",
    version=2,
    on=tuple(dict.fromkeys(place.type for place in PLACES)),
    reads=_reads(),
    compute=compute,
)
