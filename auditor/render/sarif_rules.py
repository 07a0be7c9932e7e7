"""The rules of a SARIF file: one per policy, and the one for what was not seen."""

from __future__ import annotations

from typing import Any

from auditor.model import Policy, Report, Severity
from auditor.render.text import controls, help_markdown, help_text

NOT_SEEN = "not-seen"

# GitHub: critical over 9.0, high 7.0 to 8.9, medium 4.0 to 6.9, low up to 3.9
# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support#reportingdescriptor-object
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_MOST_TEXT = 1024  # GitHub's limit for a description
_MOST_TAGS = 10


def rules_of(report: Report) -> list[dict[str, Any]]:
    return [*map(_rule, report.policies), _not_seen()]


def _rule(policy: Policy) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": policy.id,
        "name": "".join(word.capitalize() for word in policy.id.split("-")),
        "shortDescription": {"text": policy.title[:_MOST_TEXT]},
        "fullDescription": {"text": " ".join(policy.description.split())[:_MOST_TEXT]},
        "help": {"text": help_text(policy), "markdown": help_markdown(policy)},
        "defaultConfiguration": {"level": LEVEL[policy.severity]},
        "properties": {
            "security-severity": _SECURITY_SEVERITY[policy.severity],
            "precision": "very-high",
            "tags": ["security", policy.function, *controls(policy)][:_MOST_TAGS],
        },
    }
    if policy.references:
        rule["helpUri"] = policy.references[0]
    return rule


def _not_seen() -> dict[str, Any]:
    text = "A policy could not be decided, because something it reads was not seen. The message names the cause."
    return {
        "id": NOT_SEEN,
        "name": "NotSeen",
        "shortDescription": {"text": "A policy could not be decided"},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": "note"},
        "properties": {"precision": "very-high", "tags": ["security", "coverage"], "security-severity": "1.0"},
    }
