"""How a framework stands, in four formats: console, JSON, CSV (RFC 4180), Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from auditor.model import PolicyCount
from auditor.model.framework import Compliance, ControlResult, Standing
from auditor.render.style import Style
from auditor.render.text import encodable, inert, plain

FORMAT = "auditor-framework/1"

COLOUR = {
    Standing.PASS: "green",
    Standing.FAIL: "red",
    Standing.UNKNOWN: "yellow",
    Standing.PERSON: "cyan",
    Standing.NOT_COVERED: "magenta",
    Standing.NO_RESOURCES: None,
}
_WORDS = ("passed", "failed", "unknown", "waived", "accepted")
_WIDEST = max(len(standing) for standing in Standing)


def console(compliance: Compliance, style: Style) -> str:
    """Every control with what is behind it."""
    return "".join(line + "\n" for line in _lines(compliance, style))


def _lines(compliance: Compliance, style: Style) -> Iterator[str]:
    yield style.paint(plain(compliance.framework.title), bold=True)
    yield from style.fold(f"{_subject(compliance)}, {compliance.taken_at}")
    yield ""
    for result in compliance.results:
        yield from _control(result, style)
    yield ""
    for missed in compliance.incomplete:
        yield from style.fold(plain(missed), "incomplete: ")
    standings = _standings(compliance)
    yield ", ".join(
        style.paint(f"{number} {standing.value}", COLOUR[standing], bold=True) for standing, number in standings.items()
    )


def _control(result: ControlResult, style: Style) -> Iterator[str]:
    control, standing = result.control, result.standing
    first, *more = style.fold(plain(f"{control.id} {control.title}"), " " * (_WIDEST + 2))
    yield style.paint(f"{standing.value:<{_WIDEST}}", COLOUR[standing], bold=True) + first[_WIDEST:]
    yield from more
    indent = " " * (_WIDEST + 4)
    if judged := [policy for policy in control.policies if policy not in result.not_judged]:
        yield from style.fold(f"{_counted(result.counts)}: {', '.join(judged)}", indent)
    if len(result.accounts) > 1:
        for account, counts in result.accounts.items():
            yield from style.fold(f"{account}: {_counted(counts)}", indent)
    for policy, reason in result.not_judged.items():
        yield from style.fold(f"{policy}: {reason}", indent)
    if control.rest:
        yield from style.fold(plain(f"beyond that: {control.rest}"), indent)
    if control.otherwise and result.standing is not Standing.PASS:
        yield from style.fold(plain(f"or else: {control.otherwise}"), indent)
    if control.uncertain:
        yield from style.fold("its place in the published list is not confirmed", indent)


def markdown(compliance: Compliance) -> str:
    """A summary and one table (GitHub Flavored Markdown, 4.10)."""
    framework = compliance.framework
    lines = [f"# {_cell(framework.title)}", "", f"{_cell(_subject(compliance))}, {compliance.taken_at}.", ""]
    lines += [f"Incomplete: {_cell(missed)}." for missed in compliance.incomplete]
    lines += [] if not compliance.incomplete else [""]
    lines += ["| standing | controls |", "|---|---:|"]
    lines += [f"| {standing.value} | {number} |" for standing, number in _standings(compliance).items()]
    lines += ["", "| control | | standing | verdicts | policies |", "|---|---|---|---|---|"]
    for result in compliance.results:
        control = result.control
        title = _cell(control.title + (" (not confirmed in the published list)" if control.uncertain else ""))
        rest = f"<br>*Beyond that:* {_cell(control.rest)}" if control.rest else ""
        if control.otherwise and result.standing is not Standing.PASS:
            rest += f"<br>*Or else:* {_cell(control.otherwise)}"
        counts = [_counted(result.counts)] if len(result.not_judged) < len(control.policies) else []
        if len(result.accounts) > 1:
            counts += [f"{account}: {_counted(each)}" for account, each in result.accounts.items()]
        policies = [
            f"`{id}`" + (f" ({result.not_judged[id]})" if id in result.not_judged else "") for id in control.policies
        ]
        cells = (_cell(control.id), title + rest, result.standing.value, "<br>".join(counts), "<br>".join(policies))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def as_csv(compliance: Compliance) -> str:
    """One row per control and account, and one per control in sum, whose account is `*`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["framework", "control", "title", "how", "standing", "account", *_WORDS, "policies", "rest", "otherwise"]
    )
    for result in compliance.results:
        control = result.control
        for account, counts in {"*": result.counts, **result.accounts}.items():
            head = [compliance.framework.name, control.id, control.title, control.how, result.standing.value, account]
            numbers = [getattr(counts, word) for word in _WORDS]
            texts = [" ".join(control.policies), control.rest, control.otherwise]
            writer.writerow([inert(value) if isinstance(value, str) else value for value in (*head, *numbers, *texts)])
    return out.getvalue()


def as_json(compliance: Compliance) -> str:
    framework = compliance.framework
    document = {
        "format": FORMAT,
        "framework": {"name": framework.name, "title": framework.title, "source": framework.source},
        "snapshot": {
            "kind": compliance.kind,
            "taken_at": compliance.taken_at,
            "scope": [encodable(each) for each in compliance.scope],
        },
        "incomplete": [encodable(missed) for missed in compliance.incomplete],
        "summary": {standing.value: number for standing, number in _standings(compliance).items()},
        "controls": [_row(result) for result in compliance.results],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _row(result: ControlResult) -> dict[str, Any]:
    control = result.control
    return {
        "id": control.id,
        "title": control.title,
        "how": control.how,
        "standing": result.standing.value,
        "counts": result.counts,
        "accounts": result.accounts,
        "policies": control.policies,
        "not_judged": result.not_judged,
        "rest": control.rest,
        "otherwise": control.otherwise,
        "uncertain": control.uncertain,
    }


def _console(compliance: Compliance) -> str:
    return console(compliance, Style(colour=False, width=100))


FORMATS: Mapping[str, Callable[[Compliance], str]] = {
    "console": _console,
    "json": as_json,
    "csv": as_csv,
    "markdown": markdown,
}


def _standings(compliance: Compliance) -> dict[Standing, int]:
    return {
        standing: sum(result.standing is standing for result in compliance.results)
        for standing in Standing
        if any(result.standing is standing for result in compliance.results)
    }


def _subject(compliance: Compliance) -> str:
    """What was judged, in a few words."""
    most = 3
    scope = [plain(each) for each in compliance.scope]
    more = f" and {len(scope) - most:,} more" if len(scope) > most else ""
    noun = "templates" if compliance.kind == "template" else "accounts"
    return f"{noun} {', '.join(scope[:most])}{more}"


def _counted(counts: PolicyCount) -> str:
    numbers = [f"{getattr(counts, word):,} {word}" for word in _WORDS if getattr(counts, word)]
    return ", ".join(numbers) or "no resources"


def _cell(text: str) -> str:
    """Text that can end no cell and starts no markup of its own (GitHub Flavored Markdown, 4.10)."""
    return plain(encodable(text)).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
