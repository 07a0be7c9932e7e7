"""Bodies that are no answer of AWS (half of one, the page of a proxy): botocore takes them for an empty answer."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.parsers import ResponseParserError

from auditor.model import Json

_ROOT = re.compile(rb"\s*(?:<\?.*?\?>\s*)?<(?!!)(?:\w+:)?(\w+)", re.DOTALL)


def require_whole(http_response: Any, parsed: Json, model: Any, **_: Any) -> None:
    """For the event `after-call` of a session. ResponseParserError where nothing was found in what is no answer."""
    shape = model.output_shape
    if parsed.keys() - {"ResponseMetadata"} or http_response.status_code >= 300 or not (shape and shape.members):
        return
    if not _is_answer(http_response.content, "json" in model.service_model.resolved_protocol, shape.members):
        raise ResponseParserError(f"{model.name}: the body is no answer of AWS")


def _is_answer(body: bytes, is_json: bool, members: Any) -> bool:
    """An object with no member or a known one; an element that is no page."""
    if not is_json:
        root = _ROOT.match(body)
        return root is not None and root.group(1).lower() != b"html"
    try:
        found = json.loads(body)
    except ValueError:
        return False
    names = {member.serialization.get("name", name) for name, member in members.items()}
    return isinstance(found, dict) and (not found or not names.isdisjoint(found))
