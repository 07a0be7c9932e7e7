"""Bytes to a tree of nodes with marks, for YAML and JSON, whatever is thrown at it.

For every template that cfn-lint decodes, the tree equals cfn-lint's, except that keys are always text
(`2012-10-17:`, `On:`, `123456789012:` stay as they are written) and that dates stay text.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import codecs
import re
from typing import Any

import yaml
from yaml.reader import ReaderError

from auditor.sources.template.builder import TOO_DEEP, Malformed, build, malformed_at

# CloudFormation takes at most 1 MB; what is still to be packaged may be larger.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_BYTES = 5_000_000

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(raw: bytes) -> Any:
    """The tree of a file; None for an empty one. Malformed for what is no YAML, no JSON, or out of bounds."""
    if len(raw) > MAX_BYTES:
        raise Malformed(f"larger than {MAX_BYTES:,} bytes (CloudFormation takes at most 1 MB)")
    text = text_of(raw)
    try:
        return build(_json_as_yaml(text))
    except ReaderError as error:
        before = text.encode()[: error.position]
        raise Malformed(f"not valid YAML or JSON: {error.reason}", before.count(b"\n") + 1) from error
    except yaml.MarkedYAMLError as error:
        if "maximum nesting depth" in str(error.problem):  # libyaml's own limit, far over ours
            raise malformed_at(TOO_DEEP, error.problem_mark or error.context_mark) from error
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise malformed_at(f"not valid YAML or JSON: {what}", error.problem_mark or error.context_mark) from error
    except yaml.YAMLError as error:
        raise Malformed(f"not valid YAML or JSON: {error}") from error


def text_of(raw: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte order mark."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), None)
    if encoding is None and b"\0" in raw:
        raise Malformed("a binary file")
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = error.start - before.rfind(b"\n")
        message = f"not {(encoding or 'utf-8').upper()}: byte 0x{raw[error.start]:02X} (save the file as UTF-8)"
        raise Malformed(message, before.count(b"\n") + 1, column) from error


_STRING_OR_TAB = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|\t', re.DOTALL)
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _json_as_yaml(text: str) -> str:
    """JSON is YAML but for tabs between tokens, and for characters beyond U+FFFF, which it writes as two escapes."""
    if text.lstrip()[:1] != "{":
        return text
    if "\t" in text:
        text = _STRING_OR_TAB.sub(lambda match: " " if match[0] == "\t" else match[0], text)
    if "\\u" in text:
        text = _SURROGATES.sub(_as_one_escape, text)
    return text


def _as_one_escape(pair: re.Match[str]) -> str:
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
