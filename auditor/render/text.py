"""Words that the formats share: what a verdict is about, why it is not decided, what a policy asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from auditor.model import ACCOUNT_PLACEHOLDER, Finding, Gap, Policy, Population, Reason, ResourceRef, Verdict

# What moves the cursor, colours the terminal, hides text or turns its reading order, and what is no text at all:
# control characters, line separators, zero-width and bidirectional marks (Unicode TR 36), lone surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MOST_WORLDS = 3
_MOST_CAUSES = 3
_SAID = {Reason.DENIED: "denied", Reason.THROTTLED: "throttled", Reason.FAILED: "failed"}


def plain(text: str) -> str:
    """Text from outside on one line, with escapes in the place of what a terminal would obey."""
    return _UNPRINTABLE.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: the name of a file may be any bytes."""
    return text.encode("utf-8", "backslashreplace").decode()


def inert(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula (OWASP, CSV injection); full-width signs are signs too."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def label(resource: ResourceRef) -> str:
    """What people call a resource: the logical id in its template; in an account the name, else the id.

    A stand-in for what is declared outside has its type before its symbol, which is left out.
    """
    if "#" in resource.id and not resource.id.startswith(("arn:", resource.account + "/")):
        return resource.id.rpartition("#")[2].removeprefix(resource.type + "/")
    return resource.name or resource.id


def named(resource: ResourceRef) -> str:
    return f"{label(resource)} ({resource.type})"


def unseen_of(population: Population) -> str:
    what = "resources" if population.type == "*" else population.type
    if population.account == ACCOUNT_PLACEHOLDER:
        return f"{what} of the template that were not seen"
    where = f" in {population.region}" if population.region else ""
    return f"{what} of {population.account}{where} that were not seen"


def subject(verdict: Verdict) -> str:
    """What the verdict is about, in words."""
    if verdict.resource is not None:
        return named(verdict.resource)
    assert verdict.population is not None
    return unseen_of(verdict.population)


def when(finding: Finding) -> str:
    """` (when Env is prod)`; nothing where there is one world only."""
    if not finding.worlds:
        return ""
    more = len(finding.worlds) - _MOST_WORLDS
    return f" (when {' or '.join(finding.worlds[:_MOST_WORLDS])}{f' and in {more:,} more cases' if more > 0 else ''})"


def why_unseen(gap: Gap) -> str:
    """A gap in a few words."""
    if gap.detail and gap.reason in _SAID:
        return f"{gap.detail} {_SAID[gap.reason]}"
    return "; ".join(dict.fromkeys(gap.detail.split("; "))) if gap.detail else f"{gap.type} {gap.reason.value}"


def _causes(verdict: Verdict) -> list[str]:
    if verdict.error is not None:
        return [f"the policy errored: {verdict.error}"]
    return list(dict.fromkeys(why_unseen(gap) for gap in verdict.gaps)) or ["no cause was recorded"]


def first_cause(verdict: Verdict) -> str:
    return _causes(verdict)[0]


def why_undecided(verdict: Verdict) -> str:
    causes = _causes(verdict)
    more = len(causes) - _MOST_CAUSES
    return "; ".join(causes[:_MOST_CAUSES]) + (f" and {more:,} more causes" if more > 0 else "")


def joined(names: Iterable[str], most: int) -> str:
    """`a, b and 3 more`."""
    known = list(names)
    more = len(known) - most
    return ", ".join(known[:most]) + (f" and {more:,} more" if more > 0 else "")


# --- what a policy asks for -------------------------------------------------------------------------------------


def paragraphs(text: str) -> list[str]:
    """Metadata is wrapped at the author's width; a paragraph ends at an empty line or where a list item begins."""
    return [" ".join(part.split()) for part in _BREAK.split(text) if part.strip()]


def controls(policy: Policy) -> list[str]:
    return [f"{framework}/{control}" for framework, items in policy.controls.items() for control in items]


def help_text(policy: Policy) -> str:
    return "\n\n".join([*paragraphs(policy.description), *paragraphs(policy.remediation.text)])


def fix_markdown(policy: Policy) -> list[str]:
    """How to fix it, in blocks: the text, the properties, the command."""
    parts = paragraphs(policy.remediation.text) or [""]
    if policy.remediation.properties:
        body = msgspec.json.format(msgspec.json.encode(policy.remediation.properties), indent=2).decode()
        parts.append(f"```json\n{body}\n```")
    if policy.remediation.cli:
        parts.append(f"```sh\n{policy.remediation.cli.strip()}\n```")
    return parts


def help_markdown(policy: Policy) -> str:
    """The text that a person reads beside an alert: what must hold, how to fix it, where AWS says so."""
    first, *rest = fix_markdown(policy)
    parts = [*paragraphs(policy.description), f"**How to fix.** {first}", *rest]
    if policy.controls:
        parts.append("**Controls.** " + ", ".join(controls(policy)))
    if policy.references:
        parts.append("\n".join(f"- <{reference}>" for reference in policy.references))
    return "\n\n".join(parts)
