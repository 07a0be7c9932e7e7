"""What declarations of parameters allow, and the texts that are found to satisfy them."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.sources.template.patterns import allows, matches, others, words

PATTERNS = [
    "(true|false)",
    "^$|^arn:aws:kms:.*$",
    "[a-z][a-z0-9-]{2,61}[a-z0-9]",
    r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$",
    r"(?=.*\d)(?=.*[a-z]).{8,20}",
    r"arn:aws(-cn)?:iam::\d{12}:role/[\w+=,.@/-]+",
    r"[^\s@]+@[^\s@]+\.[a-z]+",
    "(a|b){3}",
    "[^/]*",
    "a++b?",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_are_found_for_patterns_as_templates_have_them(pattern: str) -> None:
    declared = {"Type": "String", "AllowedPattern": pattern}
    found = others([declared], {"true", "aaa"}, 1, "P")
    assert found and matches(pattern, found[0])


@pytest.mark.parametrize(
    ("declared", "yes", "no"),
    [
        ({"AllowedValues": ["a", True, 1]}, ("a", "true", "1"), ("b", "True")),
        ({"AllowedPattern": "a+"}, ("a", "aa"), ("", "ab", "ba")),
        ({"MinLength": 1, "MaxLength": "3"}, ("a", "abc"), ("", "abcd")),
        ({"Type": "Number", "MinValue": 1, "MaxValue": 10}, ("1", "9.5"), ("0", "11", "x", "")),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, ("a", "b, a"), ("a,c",)),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "AllowedValues": ["/a"]}, ("anything",), ()),
        ({"AllowedPattern": "[["}, ("anything",), ()),
        ({"AllowedPattern": 3, "AllowedValues": "x", "MinLength": []}, ("anything",), ()),
        (None, ("anything",), ()),
    ],
)
def test_a_declaration_allows(declared: Any, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert all(allows(declared, text) for text in yes)
    assert not any(allows(declared, text) for text in no)


def test_no_text_is_found_where_none_is_left() -> None:
    assert others([{"Type": "String", "AllowedPattern": "a|b"}], {"a", "b"}, 1, "P") == []
    assert others([{"Type": "Number", "MinValue": 1, "MaxValue": 2}], {"1"}, 3, "P") == ["2"]


def test_a_pattern_that_explodes_is_stopped() -> None:
    started = time.process_time()
    assert matches("(a|a|b?)+(a|a)+$", "a" * 5000 + "c") is not True
    assert list(words("(" * 3000)) == []
    assert time.process_time() - started < 5


@settings(max_examples=100)
@given(st.text(alphabet="ab01.*+?()[]{},|^$\\-dws", max_size=12))
def test_any_pattern_ends_and_its_words_mostly_match(pattern: str) -> None:
    try:
        readable = re.compile(pattern)
    except re.error:
        assert list(words(pattern)) == [] or matches(pattern, "x") is not None
        return
    found = list(words(pattern))
    assert len(found) <= 200
    if not re.search(r"[\^$\\(]|[*+?}][*+?{]", pattern):
        assert all(readable.fullmatch(word) for word in found)
