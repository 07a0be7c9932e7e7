"""net.public_cidr: what is public, counted against packets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packets import CIDRS4, CIDRS6, counted, net

from auditor.facts.network.public_cidr import Measure, measure

ALL_IPV4 = measure(["0.0.0.0/0"]).ipv4
ALL_IPV6 = measure(["::/0"]).ipv6_64


@pytest.mark.parametrize(
    ("cidrs", "ipv4", "ipv6_64"),
    [
        (["10.0.0.0/8", "100.64.0.0/10", "192.168.1.0/24", "fd00::/8", "fe80::/10"], 0, 0),
        (["0.0.0.0/1", "128.0.0.0/1"], ALL_IPV4, 0),
        (["8.8.8.8/32", "8.8.8.8/32", "8.8.8.0/24"], 256, 0),
        (["2000::/3"], 0, ALL_IPV6),
        (["2600::1/128", "2600::2/128"], 0, 1),
        (["203.0.113.0/24", "2001:db8::/32"], 0, 0),
        (["no block"], 0, 0),
    ],
)
def test_measures(cidrs: list[str], ipv4: int, ipv6_64: int) -> None:
    found = measure(cidrs)
    assert (found.ipv4, found.ipv6_64) == (ipv4, ipv6_64)


def test_the_whole_of_the_internet_is_most_of_the_address_space() -> None:
    assert 3_600_000_000 < ALL_IPV4 < 1 << 32
    assert ALL_IPV6 == (1 << 61) - (1 << 36) - (1 << 32) - (1 << 44) - (1 << 16)


def test_the_widest_range_is_named() -> None:
    assert measure(["10.0.0.0/8", "8.8.8.0/24", "8.8.0.0/16"]).widest == "8.8.0.0/16"
    assert measure([]) == Measure()


@given(st.lists(st.sampled_from([*CIDRS4, *CIDRS6]), max_size=5))
def test_a_measure_counts_what_packets_find(cidrs: list[str]) -> None:
    found = measure(cidrs)
    assert (found.ipv4, found.ipv6_64) == counted(
        lambda packet: any(packet.address in net(cidr) for cidr in cidrs), cidrs, 6, 22
    )


@given(st.lists(st.sampled_from(CIDRS4), max_size=4), st.sampled_from(CIDRS4))
def test_splitting_and_repeating_change_nothing_and_adding_only_grows(cidrs: list[str], more: str) -> None:
    halves = [
        str(half) for cidr in cidrs for half in (net(cidr).subnets() if net(cidr).prefixlen < 32 else [net(cidr)])
    ]
    before = measure(cidrs)
    assert measure([*reversed(halves), *halves]).addresses == before.addresses
    assert measure([*cidrs, more]).addresses >= before.addresses
