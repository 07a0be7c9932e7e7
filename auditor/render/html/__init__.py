"""One page for people: it needs no network and no other file, and what it shows is data in it, drawn by `app.js`.

The page allows only its own script and style, by their hashes, so that no name of a resource becomes code. Verdicts are
written one by one; the page draws them a hundred at a time.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from string import Template
from typing import IO, Any

import msgspec

from auditor.model import Decision, Finding, Gap, Policy, Reason, Report, Verdict, pointer
from auditor.render.excerpt import Secrets, excerpt, secrets_of
from auditor.render.options import RenderOptions, shown
from auditor.render.rows import file_name, problem_text
from auditor.render.text import encodable, label, named, paragraphs, plain, unseen_of, when

_DATA = "<!--data-->"
_WIDTH = 160  # columns of a source line
_MOST_SCOPE = 3


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    style, script = _file("style.css"), _file("app.js")
    page = Template(_file("page.html")).substitute(
        policy=escape(_content_policy(style, script)),
        style=style,
        script=script,
        title=escape(f"auditor: {_scope(report)}"),
        scope=escape(_scope(report)),
        verdict=escape(plain((decision.reasons or ("passed",))[0])),
        also="".join(f"<li>{escape(plain(reason))}</li>" for reason in decision.reasons[1:]),
        code=decision.code,
        taken=escape(report.header.taken_at),
        version=escape(f"auditor {report.tool_version}, OPA {report.engine_version}"),
        totals=_totals(report),
    )
    head, tail = page.split(_DATA)
    out.write(head)
    out.write(_json(_overview(report, decision, options))[:-1] + ',"verdicts":[')
    secrets = secrets_of(report.verdicts)
    index = {policy.id: number for number, policy in enumerate(report.policies)}
    separator = "\n"
    for verdict in shown(report, options):
        out.write(separator + _json(_verdict(verdict, index, options, secrets)))
        separator = ",\n"
    out.write("\n]}" + tail)


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _content_policy(style: str, script: str) -> str:
    """https://www.w3.org/TR/CSP3/: nothing is fetched, and only the page's own style and script count."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: object) -> str:
    """JSON that no parser of HTML can read as the end of its element, or as a comment."""
    text = msgspec.json.encode(value).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _scope(report: Report) -> str:
    scope = [plain(encodable(each)) for each in report.header.scope]
    more = f" and {len(scope) - _MOST_SCOPE:,} more" if len(scope) > _MOST_SCOPE else ""
    noun = "template" if report.header.kind in ("template", "plan") else "account"
    if not scope:
        return f"no {noun}s"
    return f"{noun}{'s' if len(scope) > 1 else ''} {', '.join(scope[:_MOST_SCOPE])}{more}"


def _totals(report: Report) -> str:
    """The numbers stand in the page itself, also where no script runs."""
    counts = report.counts.values()
    numbers = {
        "FAIL": sum(count.failed for count in counts),
        "UNKNOWN": sum(count.unknown for count in counts),
        "WAIVED": sum(count.waived for count in counts),
        "ACCEPTED": sum(count.accepted for count in counts),
        "PASS": sum(count.passed for count in counts),
    }
    kept = {name: number for name, number in numbers.items() if number or name in ("FAIL", "UNKNOWN", "PASS")}
    return "".join(
        f'<div class="total {name.lower()}"><dd>{number:,}</dd><dt>{name}</dt></div>' for name, number in kept.items()
    )


def _overview(report: Report, decision: Decision, options: RenderOptions) -> dict[str, Any]:
    return {
        "kind": "template" if report.header.kind in ("template", "plan") else "account",
        "lowest": options.min_severity.value,
        "policies": [_policy(policy) for policy in report.policies],
        "causes": [
            {"count": cause.count, "why": plain(cause.why), "remedy": plain(cause.remedy)} for cause in decision.causes
        ],
        "problems": [plain(encodable(problem_text(problem))) for problem in report.problems],
        "notes": [plain(encodable(note)) for note in report.notes],
    }


def _policy(policy: Policy) -> dict[str, Any]:
    properties = policy.remediation.properties
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity.value,
        "why": paragraphs(policy.description),
        "fix": paragraphs(policy.remediation.text),
        "properties": msgspec.json.format(msgspec.json.encode(properties), indent=2).decode() if properties else "",
        "cli": policy.remediation.cli.strip(),
        "controls": policy.controls,
        "references": policy.references,
    }


def _verdict(verdict: Verdict, index: dict[str, int], options: RenderOptions, secrets: Secrets) -> dict[str, Any]:
    about = verdict.resource or verdict.population
    assert about is not None
    row = {
        "policy": index[verdict.policy],
        "status": verdict.status.value,
        "name": plain(label(verdict.resource)) if verdict.resource is not None else "",
        "about": "" if verdict.population is None else plain(unseen_of(verdict.population)),
        "type": plain(about.type),
        "account": plain(about.account),
        "region": plain(about.region or ""),
        "id": plain(verdict.resource.id) if verdict.resource is not None else "",
        "root": _root(verdict),
        "place": f"{plain(file_name(verdict.location.file))}:{verdict.location.line}" if verdict.location else "",
        "findings": [_finding(finding, options, secrets) for finding in verdict.findings if finding.certain],
        "gaps": [_gap(gap) for gap in verdict.gaps],
        "error": plain(verdict.error or ""),
        "reason": plain(verdict.reason or ""),
        "construct": plain(verdict.construct or ""),
    }
    return {key: value for key, value in row.items() if value not in ("", [], None)}


def _root(verdict: Verdict) -> str:
    """The root template; nothing in an account."""
    if verdict.location is None or verdict.resource is None:
        return ""
    return plain(file_name(verdict.resource.id.partition("#")[0]))


def _finding(finding: Finding, options: RenderOptions, secrets: Secrets) -> dict[str, Any]:
    place = finding.location
    row: dict[str, Any] = {
        "message": plain(finding.message + when(finding)),
        "path": plain(pointer(finding.path)),
        "seen": plain(named(finding.evidence)) if finding.evidence is not None else "",
    }
    if place is not None:
        row["place"] = f"{plain(file_name(place.file))}:{place.line}"
        row["source"] = list(_source(finding, options, secrets))
    return {key: value for key, value in row.items() if value}


def _source(finding: Finding, options: RenderOptions, secrets: Secrets) -> Iterator[tuple[str, str, bool]]:
    assert finding.location is not None
    for row in excerpt(finding.location, options.source_line, secrets, _WIDTH):
        yield row.margin.partition(":")[0], row.text, row.caret


def _gap(gap: Gap) -> dict[str, Any]:
    """`permission` where a call was denied: the action that is missing."""
    denied = gap.reason is Reason.DENIED
    row = {
        "reason": gap.reason.value,
        "detail": plain(gap.detail),
        "type": "anything" if gap.type == "*" else plain(gap.type),
        "id": plain(gap.id or ""),
        "path": plain(pointer(gap.path)),
        "account": plain(gap.account),
        "region": plain(gap.region or ""),
        "permission": plain(gap.detail) if denied else "",
    }
    return {key: value for key, value in row.items() if value}
