"""Where a SARIF result stands: a file of the repository, or for a live resource a path that stays the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_from_bytes

from auditor.model import Location, Verdict
from auditor.render.text import label

_STDIN = "-"


def place_of(verdict: Verdict, place: Location | None) -> dict[str, Any]:
    """A location with a physical place in every case: GitHub refuses a file in which one result has none."""
    if place is not None:
        region = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
        found: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}
    else:
        found = {"physicalLocation": {"artifactLocation": {"uri": synthetic(verdict)}, "region": {"startLine": 1}}}
    if verdict.resource is not None:
        found["logicalLocations"] = [
            {"fullyQualifiedName": verdict.resource.id, "kind": "resource", "name": label(verdict.resource)}
        ]
    return found


def at_file(file: str, line: int | None, column: int | None) -> dict[str, Any]:
    region = {"startLine": line or 1} | ({"startColumn": column} if line and column else {})
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": region}}


def _uri(file: str) -> str:
    """Percent-encoded (RFC 3986); absolute only for what does not lie below the current folder."""
    if file == _STDIN:
        return "stdin"
    path = quote_from_bytes(file.encode("utf-8", "surrogateescape"))
    return "file://" + path if path.startswith("/") else path


def synthetic(verdict: Verdict) -> str:
    """`aws/<account>/<region>/<service>/<id>.json`: stable, so that an alert stays the same alert."""
    place = verdict.resource or verdict.population
    assert place is not None
    service = place.type.split("::")[1].lower() if "::" in place.type else "all"
    name = verdict.resource.id if verdict.resource is not None else place.type.replace("::", "-")
    parts = ("aws", place.account, place.region or "global", service, "any" if name == "*" else name)
    return "/".join(quote(part, safe="") for part in parts) + ".json"
