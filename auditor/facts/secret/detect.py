"""Is this a credential? Decided from a value alone (fixed formats), or from a value under a name."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from auditor.data import secret_patterns as data

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_NAME = re.compile(data.SECRET_NAME)
_ABOUT_FIRST = re.compile(data.ABOUT_FIRST)
_ABOUT_LAST = re.compile(data.ABOUT_LAST)
_PLACEHOLDER_WORDS = re.compile(data.PLACEHOLDER_WORDS)
_WEAK_NAME = re.compile(data.WEAK_NAME)
_JWT = re.compile(data.JWT)
_URL_PASSWORD = re.compile(data.URL_PASSWORD)
_HEX = re.compile(r"[0-9a-fA-F]+")
_WORDS_ONLY = re.compile(r"[A-Za-z]+(?:[\s_./\-][A-Za-z]+)*")
_CLASSES = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())


class Found(NamedTuple):
    """What kind of credential, how sure (`high` is a format that nothing else has), and what told it."""

    kind: str
    confidence: Literal["high", "medium"]
    detector: Literal["format", "name", "control-name"] = "format"


def formats(text: str, name: str = "") -> Iterator[Found]:
    """Credentials that are known by their form, anywhere in a text."""
    for token, pattern in _tokens():
        if token.near and token.near not in f"{name} {text}".lower():
            continue
        if any(_is_real(match[0]) for match in pattern.finditer(text)):
            yield Found(token.kind, "high")
    if any(_is_json(match[0].split(".")[:2]) for match in _JWT.finditer(text)):
        yield Found("json-web-token", "high")
    if any(not is_placeholder(match[1]) for match in _URL_PASSWORD.finditer(text)):
        yield Found("url-password", "high")


def under_name(name: str, value: str) -> Found | None:
    """A value that is a credential because of what it is called."""
    spoken = words(name)
    if not is_secret_name(spoken) or len(value) < data.SHORTEST or is_placeholder(value, name):
        return None
    if _WEAK_NAME.search(spoken) and _WORDS_ONLY.fullmatch(value):
        return None
    needed = data.HEX_ENTROPY if _HEX.fullmatch(value) else data.ENTROPY
    if entropy(value) >= needed or classes(value) >= 3:
        return Found("secret-under-its-name", "medium", "name")
    return None


def words(name: str) -> str:
    """`DB_PASSWORD`, `dbPassword` and `db-password` are all `db password`."""
    return " ".join(_WORDS.findall(name)).lower()


def is_secret_name(spoken: str) -> bool:
    """Whether a name, split into `words`, is that of a credential, and not of something about one."""
    first, last = spoken.partition(" ")[0], spoken.rpartition(" ")[2]
    about = _ABOUT_FIRST.fullmatch(first) or _ABOUT_LAST.fullmatch(last)
    return not about and bool(_SECRET_NAME.search(spoken))


def is_placeholder(value: str, name: str = "") -> bool:
    """A value that stands where a credential is to go, or that names one without being one."""
    bare = value.strip().strip("\"'").lower()
    own = {name.lower(), words(name), words(name).replace(" ", "")}
    if data.HOLE in bare or bare in own or _PLACEHOLDER_WORDS.fullmatch(bare):
        return True
    return any(form.fullmatch(value.strip().strip("\"'")) for form in _forms())


def entropy(text: str) -> float:
    """Shannon entropy in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def classes(text: str) -> int:
    """How many of lower case, upper case, digits and others occur."""
    return sum(any(map(belongs, text)) for belongs in _CLASSES)


@cache
def _tokens() -> tuple[tuple[data.Token, re.Pattern[str]], ...]:
    return tuple((token, re.compile(token.pattern)) for token in data.TOKENS)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.DOTALL) for form in data.PLACEHOLDER_FORMS)


def _is_real(token: str) -> bool:
    """Not a documented example, and not `ghp_xxxxxxxx...`."""
    return not token.endswith(data.EXAMPLE_ENDING) and len(set(token[-16:])) > 4


def _is_json(parts: list[str]) -> bool:
    """Whether each part is a JSON object in base64url."""
    try:
        texts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts]
        return all(isinstance(json.loads(text), dict) for text in texts)
    except (binascii.Error, ValueError, RecursionError):
        return False
