"""An explanation for people: the verdict, what was not seen, the facts, and the way through the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from auditor.model import Json, Location, Status
from auditor.render.excerpt import Secrets, SourceLine, excerpt
from auditor.render.style import SEVERITY, STATUS, Style
from auditor.render.text import named, plain
from auditor.workbench.explain.explanation import Denied, Explanation, Known, NotSeen
from auditor.workbench.explain.rules import Line, Rule, Way
from auditor.workbench.explain.values import Value

_INDENT = "  "
_MOST_WAYS = 4
_MOST_GAPS = 8
_MOST_PROOFS = 8
_LONGEST = 240
_STANDS = {
    "found": "it was seen, so it stands whatever else is hidden",
    "absent": "it stands unless that very path is hidden",
    "missing": "it stands only if nothing is hidden that the policy needs",
}
_SIGNS = {
    ("needs",): "seeing it could only take denials away",
    ("seeks",): "seeing it could only add denials",
    ("needs", "seeks"): "seeing it could add denials or take them away",
}


class Page:
    """Writes one explanation; `source_line` gives a line of the template."""

    def __init__(self, style: Style, source_line: SourceLine) -> None:
        self._style = style
        self._source_line = source_line

    def lines(self, found: Explanation) -> Iterator[str]:
        yield from self._head(found)
        for denial in found.denials:
            yield ""
            yield from self._denial(denial, found)
        if found.not_seen:
            yield from ("", self._title("Not seen"))
            yield from self._not_seen(found.not_seen)
        if found.facts:
            yield from ("", self._title("Facts"))
            for fact in found.facts:
                yield from self._fact(fact)
        if found.parameters:
            yield from ("", self._title("Parameters"))
            yield from (f"{_INDENT}{name} = {_json(value)}" for name, value in found.parameters.items())
        for rule in found.rules:
            yield ""
            yield from self._rule(rule)
        for note in found.notes:
            yield from ("", f"note: {plain(note)}")

    def _title(self, text: str) -> str:
        return self._style.paint(text, bold=True)

    def _head(self, found: Explanation) -> Iterator[str]:
        status = self._style.paint(found.status.value, STATUS.get(found.status), bold=True)
        severity = self._style.paint(found.severity.value, SEVERITY[found.severity])
        yield f"{status}  {self._title(found.policy)}  {severity}  {plain(found.title)}"
        where = f"  {_place(found.location)}" if found.location else ""
        yield f"{_INDENT}{plain(named(found.resource))}{where}"
        yield f"{_INDENT}{plain(found.resource.id)}"
        if found.worlds:
            for world in found.worlds:
                shown = "  (explained here)" if world.label == found.world else ""
                yield f"{_INDENT}{world.status.value:<7}  when {plain(world.label)}{shown}"
        if found.error is not None:
            yield from self._style.fold(f"the policy failed: {plain(found.error)}", _INDENT)
        elif not found.denials:
            yield f"{_INDENT}{self._silence(found)}"
        if found.assumed:
            yield f"{_INDENT}with the default of {', '.join(found.assumed)}"

    def _silence(self, found: Explanation) -> str:
        if found.status is Status.UNKNOWN:
            return "the policy denies nothing, but what was not seen could make it deny"
        return "the policy denies nothing, and nothing that was not seen could change that"

    def _denial(self, denial: Denied, found: Explanation) -> Iterator[str]:
        seen = f" (seen in {named(denial.place)})" if denial.place is not None else ""
        yield from self._style.fold(plain(denial.message + seen), _INDENT)
        at = f" at {denial.pointer}" if denial.pointer else ""
        doubt = "" if denial.certain else "; what was not seen may take it away"
        yield from self._style.fold(
            f"deny.{denial.word}{plain(at)}: {_STANDS.get(denial.word, '')}{doubt}", _INDENT * 2
        )
        if denial.location is not None:
            yield f"{_INDENT * 2}{_place(denial.location)}"
            rows = list(excerpt(denial.location, self._source_line, _secrets(found), self._style.width - 8))
            margin = max((len(row.margin) for row in rows), default=0)
            for row in rows:
                text = self._style.paint(row.text, "red", bold=True) if row.caret else row.text
                yield f"{_INDENT * 2}{row.margin:>{margin}} │ {text}"

    def _not_seen(self, gaps: Sequence[NotSeen]) -> Iterator[str]:
        for gap in gaps[:_MOST_GAPS]:
            what = f"{gap.id}{gap.pointer}" if gap.id is not None else f"the list of {gap.type}"
            weight = "this decides" if gap.decides else "it changes nothing here"
            sign = f"; {_SIGNS[gap.signs]}" if gap.signs in _SIGNS else ""
            yield from self._style.fold(f"{plain(what)}: {plain(gap.why)}{sign}: {weight}", _INDENT, _INDENT * 2)
        if (more := len(gaps) - _MOST_GAPS) > 0:
            yield f"{_INDENT}and {more:,} more"

    def _fact(self, fact: Known) -> Iterator[str]:
        yield f"{_INDENT}{fact.name} of {plain(named(fact.resource))} = {_json(fact.value)}"
        for proof in fact.evidence[:_MOST_PROOFS]:
            where = f"  {_place(proof.location)}" if proof.location is not None else ""
            yield f"{_INDENT * 2}evidence: {plain(proof.id)}{plain(proof.pointer)}{where}"
        for why in fact.unknown:
            yield from self._style.fold(f"not decided {plain(why)}", _INDENT * 2)

    def _rule(self, rule: Rule) -> Iterator[str]:
        held = sum(way.held for way in rule.ways)
        outcome = f"held {_times(held)}" if held else "did not hold"
        yield f"{self._title(plain(rule.text))}  {_file(rule)}: {outcome}"
        for way in rule.ways[:_MOST_WAYS]:
            yield f"{_INDENT}{_verdict(way)}"
            yield from self._way(way, _INDENT * 2)
        if (more := len(rule.ways) - _MOST_WAYS) > 0:
            yield f"{_INDENT}and {more:,} more (--json has them all)"

    def _way(self, way: Way, indent: str) -> Iterator[str]:
        for line in way.lines:
            mark = self._style.paint("✓", "green") if line.held else self._style.paint("✗", "red", bold=True)
            yield f"{indent}{mark} {line.line:>3}  {plain(line.text)}"
            below = indent + " " * 7
            for value in line.values:
                yield below + self._style.paint(plain(_value(value)), dim=True)
            if not line.held or line.text.startswith("not "):  # that a plain call held is seen from its values
                yield from self._because(line, below)

    def _because(self, line: Line, indent: str) -> Iterator[str]:
        for rule in line.because:
            outcome = "held" if rule.held else "did not hold"
            yield f"{indent}{plain(rule.text)}  ({rule.line}) {outcome}" if rule.text else f"{indent}{_collected(rule)}"
            for way in rule.ways:
                if len(way.lines) == 1 and way.lines[0].text == rule.text:  # a rule that is only a comprehension
                    yield from self._because(way.lines[0], indent + _INDENT)
                else:
                    yield from self._way(way, indent + _INDENT)
            if rule.more:
                yield f"{indent}{_INDENT}and {rule.more:,} more"


def _secrets(found: Explanation) -> Secrets:
    return {
        (denial.location.file, denial.location.line): denial.masked_from
        for denial in found.denials
        if denial.location is not None and denial.masked_from is not None
    }


def _collected(rule: Rule) -> str:
    """A comprehension holds with whatever its body found."""
    held = sum(way.held for way in rule.ways)
    return f"collected ({rule.line}): " + (_times(held) if held else "nothing")


def _verdict(way: Way) -> str:
    return "this way it holds:" if way.held else "this way it does not:"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _value(value: Value) -> str:
    if value.state == "absent":
        return f"{value.name} is not there"
    if value.state == "hidden":
        return f"{value.name} was not seen: {value.why}"
    return f"{value.name} = {_json(value.value)}"


def _json(value: Json) -> str:
    if isinstance(value, Mapping) and value.keys() == {"type", "id", "name"}:
        return str(value["name"] or value["id"]).strip("⟨⟩")
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _place(place: Location | None) -> str:
    return f"{plain(place.file)}:{place.line}:{place.column}" if place is not None else ""


def _file(rule: Rule) -> str:
    return f"{Path(rule.file).name}:{rule.line}"
