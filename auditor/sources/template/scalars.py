"""What a plain YAML scalar means: null, a boolean, a number or text, by YAML 1.1 as CloudFormation reads it.

Dates, infinities and numbers too long to be meant as numbers stay text.
https://yaml.org/type/ and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html (no binary, set, timestamp ...)
"""

from __future__ import annotations

import math
import re
from typing import Any

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {
    spelling: meaning
    for meaning, words in ((True, ("yes", "true", "on")), (False, ("no", "false", "off")))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(
    r"[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)\Z", re.ASCII
)
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)\Z",
    re.ASCII,
)
_FIRST_OF_NUMBER = frozenset("-+.0123456789")
_LONGEST_NUMBER = 40


def plain_value(text: str) -> Any:
    """The value of an unquoted scalar."""
    if text in NULLS:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if text[0] in _FIRST_OF_NUMBER and len(text) <= _LONGEST_NUMBER:
        if _INTEGER.match(text):
            return _integer(text)
        if _FLOAT.match(text):
            return _float(text)
    return text


def value_of_tag(name: str, text: str) -> Any:
    """The value of a scalar with an explicit core tag (`!!str 22`); NotImplemented for what templates have not."""
    if name in ("str", "timestamp"):
        return text
    if name not in ("null", "bool", "int", "float"):
        return NotImplemented
    return plain_value(text)


def _integer(text: str) -> Any:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        if digits.startswith("0b"):
            return sign * int(digits[2:], 2)
        if digits.startswith("0x"):
            return sign * int(digits[2:], 16)
        if ":" in digits:
            return sign * _sexagesimal(digits, int)
        return sign * int(digits, 8 if len(digits) > 1 and digits.startswith("0") else 10)
    except ValueError:  # underscores only
        return text


def _float(text: str) -> Any:
    digits = text.replace("_", "")
    sign = -1.0 if digits.startswith("-") else 1.0
    digits = digits.lstrip("+-")
    try:
        number = sign * (_sexagesimal(digits, float) if ":" in digits else float(digits))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _sexagesimal(digits: str, number: Any) -> Any:
    total = 0
    for part in digits.split(":"):
        total = total * 60 + number(part)
    return total
