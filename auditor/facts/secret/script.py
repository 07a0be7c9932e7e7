"""Scripts: what user data holds, and the names that its lines give to values."""

from __future__ import annotations

import base64
import binascii
import email
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from auditor.data.secret_patterns import HOLE

LONGEST = 1 << 20  # characters of one value that are looked at
_GZIP = b"\x1f\x8b"
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

_VALUE = r"""(?:"(?P<double>[^"\n]{1,4096})"|'(?P<single>[^'\n]{1,4096})'|(?P<bare>[^\s"'`,;&|<>(){}\[\]]{1,4096}))"""
# name=value, name: value and "name": "value"; --name value and --name=value
_ASSIGNED = re.compile(
    r"(?<![\w.\-])(?:\$env:)?(?P<name>[A-Za-z_][\w.\-]{0,80})[\"']?(?P<sign>\s{0,5}(?:=>|:=|=|:)\s{0,5})" + _VALUE
)
_FLAG = re.compile(r"(?<![\w\-])--?(?P<name>[A-Za-z][\w\-]{1,80})(?P<sign>\s{1,5}|=)(?!-)" + _VALUE)
_EXPANDED = re.compile(rf"\$[\w({{]|`|{HOLE}")


class Decoded(NamedTuple):
    """The texts in a value, why some of it could not be read, and whether it was cut."""

    texts: tuple[str, ...]
    skipped: str = ""
    cut: bool = False


class Named(NamedTuple):
    name: str
    value: str


def decode(value: str) -> Decoded:
    """User data: base64 where it is encoded, gzip, MIME parts; at most LONGEST characters of it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    skipped = ""
    if _BASE64.fullmatch(value):
        try:
            raw = base64.b64decode("".join(value.split()), validate=True)
        except binascii.Error:
            raw = b""
        text, cut = _text(raw)
        if text:
            return _parts(text, cut)
        skipped = "it is no text" if len(raw) > 48 else ""  # a few words of plain text may pass for base64
    plain = _parts(value[:LONGEST], len(value) > LONGEST)
    return plain._replace(skipped=skipped or plain.skipped)


def _text(raw: bytes) -> tuple[str | None, bool]:
    """The text in some bytes, None where there is none, and whether it was cut."""
    if raw.startswith(_GZIP):
        try:
            raw = zlib.decompressobj(wbits=31).decompress(raw, LONGEST + 1)
        except zlib.error:
            return None, False
    cut = len(raw) > LONGEST
    text = raw[:LONGEST].decode(errors="replace")
    return (None if _CONTROL.search(text) else text), cut


def _parts(text: str, cut: bool) -> Decoded:
    """The text parts of MIME multi-part user data; any other text is its own only part.

    https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive
    """
    if "multipart/" not in text[:4096].lower() or "mime-version:" not in text[:4096].lower():
        return Decoded((text,), "", cut)
    try:
        parts = [part for part in email.message_from_string(text).walk() if not part.is_multipart()]
    except RecursionError:
        return Decoded((text,), "its parts are nested too deeply", cut)
    payloads = [part.get_payload(decode=True) for part in parts]
    read = [_text(payload) if isinstance(payload, bytes) else (None, False) for payload in payloads]
    skipped = "a part is no text" if any(content is None for content, _ in read) else ""
    texts = tuple(content for content, _ in read if content is not None)
    return Decoded(texts, skipped, cut or any(shortened for _, shortened in read))


def assignments(text: str) -> Iterator[Named]:
    """Values that lines give to a name: `export A=b`, `"a": "b"`, `--a b`.

    What a shell or a template fills in is left out, and so is what code computes: a bare value counts only
    directly behind `=` or a flag, or behind `name: ` at the start of a line, and if it is no mere word.
    """
    for pattern in (_ASSIGNED, _FLAG):
        for match in pattern.finditer(text):
            bare = match["bare"]
            if bare is None:
                if match["single"] or not _EXPANDED.search(match["double"]):
                    yield Named(match["name"], match["double"] or match["single"])
            elif not bare.isalpha() and not {"$", HOLE} & set(bare) and (pattern is _FLAG or _is_setting(text, match)):
                yield Named(match["name"], bare)


def _is_setting(text: str, match: re.Match[str]) -> bool:
    """`NAME=value` of a shell or a settings file, or `name: value` of YAML."""
    if match["sign"] == "=":
        return True
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    return match["sign"].strip() == ":" and not before.strip(" -")
