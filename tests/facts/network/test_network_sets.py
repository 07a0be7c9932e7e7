"""Interval sets against sets of integers, and CIDR blocks against `ipaddress`."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.network.sets import Ranges, difference, intersection, network, normal, size, slices, union

TOY = 40
ranges = st.lists(
    st.tuples(st.integers(0, TOY), st.integers(0, TOY)).map(lambda pair: (min(pair), max(pair))), max_size=6
)


def members(value: Ranges) -> set[int]:
    return {number for first, last in value for number in range(first, last + 1)}


def is_normal(value: Ranges) -> bool:
    return all(first <= last for first, last in value) and all(
        before[1] + 1 < after[0] for before, after in zip(value, value[1:], strict=False)
    )


@given(ranges, ranges)
def test_set_operations_are_those_of_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    a, b = normal(left), normal(right)
    assert members(a) == members(tuple(left))
    assert size(a) == len(members(a))
    for made, expected in (
        (union(a, b), members(a) | members(b)),
        (intersection(a, b), members(a) & members(b)),
        (difference(a, b), members(a) - members(b)),
    ):
        assert members(made) == expected
        assert is_normal(made)


@given(ranges)
def test_no_range_begins_or_ends_inside_a_slice(given_ranges: list[tuple[int, int]]) -> None:
    cut = slices(given_ranges)
    assert members(tuple(given_ranges)) <= members(tuple(cut))
    for first, last in cut:
        for start, end in given_ranges:
            assert (start <= first and last <= end) or end < first or last < start


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.integers(0, 128))
def test_a_block_is_what_ipaddress_makes_of_it(address: ipaddress.IPv4Address, length: int) -> None:
    text = f"{address}/{length}"
    block = network(text)
    if length > address.max_prefixlen:
        assert block is None
        return
    expected = ipaddress.ip_network(text, strict=False)
    assert block == (expected.version, int(expected[0]), int(expected[-1]))


@pytest.mark.parametrize(
    "text",
    ["", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/255.0.0.0", "::1%eth0/64", "x/8", "1/8"],
)
def test_what_is_no_block_is_none(text: str) -> None:
    assert network(text) is None
