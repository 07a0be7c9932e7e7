"""What a pattern leaves to the prefix length of a CIDR, against all texts that the pattern matches."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.network.prefix_length import shortest

OCTET = "([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (rf"^({OCTET}\.){{3}}{OCTET}(\/(1[6-9]|2[0-8]))$", 16),
        (r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})", 0),
        (r"10\.\d+\.\d+\.\d+/2[4-8]", 24),
        (r"[0-9.]+/32", 32),
        (r".*/32", 32),  # what stands before it does not matter
        (r"[0-9./]+", None),
        (r".*/3?", None),  # "10.0.0.0/" is no block, and what is written so is not weighed
        (r"([0-9.]+/16)?", None),
        (r"([0-9.]+/16)|([0-9.]+/24)", 16),
        (r"[0-9.]+/16(,[0-9.]+/16)*", None),
        (r"[0-9.]+/1[^0]", None),
        (r"[0-9.]+/[1-2&&[2]]\d", None),  # Java cuts sets, Python does not
        (r"([0-9.]+)/\1", None),
        (r"(?=.*/8)[0-9.]+/(8|16)", 8),
        (r"[0-9.]+/16\s*", None),
        ("(", None),
        ("a" * 3_000, None),
    ],
)
def test_the_shortest_prefix(pattern: str, expected: int | None) -> None:
    assert shortest(pattern) == expected


pieces = st.recursive(
    st.sampled_from(("1", "2", "/", "[12]", "[1/]", "\\d", "1?", "(1|2/)", "/{1,2}", "(/1)*", "1+", "", ".", "^", "$")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        inner.map(lambda one: f"({one})?"),
        inner.map(lambda one: f"({one}){{0,2}}"),
    ),
    max_leaves=6,
)
TEXTS = ["".join(letters) for length in range(6) for letters in itertools.product("12/", repeat=length)]


@settings(max_examples=300, deadline=None)
@given(pieces)
def test_no_text_that_matches_has_a_shorter_one(pattern: str) -> None:
    found = shortest(pattern)
    if found is None:
        return
    for text in TEXTS:
        if re.fullmatch(pattern, text):
            _, slash, tail = text.rpartition("/")
            assert slash and tail.isdigit() and int(tail) >= found, (pattern, text)
