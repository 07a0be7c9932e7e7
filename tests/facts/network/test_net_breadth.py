"""net.breadth: the ports counted one by one from what net.rules says of each of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packets import CIDRS4, CIDRS6, HIDDEN, resource, spans, view

from auditor.facts.attach import attach
from auditor.facts.network.breadth import FACT
from auditor.facts.network.rules import FACT as RULES

GROUP = "AWS::EC2::SecurityGroup"


def rule(protocol: Any, ports: Any, cidr: str) -> dict[str, Any]:
    made: dict[str, Any] = {"IpProtocol": protocol, ("CidrIpv6" if ":" in cidr else "CidrIp"): cidr}
    return made if ports is None else made | {"FromPort": ports[0], "ToPort": ports[1]}


def facts(rules: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    group = resource(GROUP, "Group", {"SecurityGroupIngress": rules, "SecurityGroupEgress": []})
    made, gaps = attach(group, [FACT, RULES], view(group))
    return dict(made.facts["net.breadth"]), dict(made.facts["net.rules"]), {str(gap.path[1]) for gap in gaps}


def most(value: dict[str, Any], protocol: str, limit: int) -> int:
    """What a policy with a limit reads: the nearest step that is not above it."""
    return int(
        min(step["ports"] for step in value["at_most"] if step["protocol"] == protocol and step["addresses"] <= limit)
    )


def least(value: dict[str, Any], protocol: str, limit: int) -> int:
    return max(
        (step["ports"] for step in value["at_least"] if step["protocol"] == protocol and step["addresses"] > limit),
        default=0,
    )


made = st.lists(
    st.tuples(st.sampled_from(["tcp", "udp", "6", 17]), spans, st.sampled_from([*CIDRS4, *CIDRS6])).map(
        lambda each: rule(*each)
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(made, st.sampled_from([0, 255, 65536, 2**24]))
def test_ports_are_counted_as_the_rules_open_them(rules: list[dict[str, Any]], limit: int) -> None:
    value, opened, gaps = facts(rules)
    assert not gaps
    for protocol in ("tcp", "udp"):
        ports = {
            port
            for run in opened["public"]
            if run["protocol"] == protocol and run["addresses"] > limit
            for port in range(run["from"], run["to"] + 1)
        }
        assert least(value, protocol, limit) == most(value, protocol, limit) == len(ports)


@settings(max_examples=40)
@given(made.filter(bool), st.data())
def test_a_hidden_part_lies_between_the_bounds(rules: list[dict[str, Any]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rules) - 1))
    key = data.draw(st.sampled_from(sorted(rules[index])))
    hidden, _, _ = facts([*rules[:index], rules[index] | {key: HIDDEN}, *rules[index + 1 :]])
    whole, _, _ = facts(rules)
    for protocol in ("tcp", "udp"):
        for limit in (0, 65536):
            real = most(whole, protocol, limit)
            assert least(hidden, protocol, limit) <= real <= most(hidden, protocol, limit)


@pytest.mark.parametrize(
    ("ports", "expected"), [((1, 1024), 1024), ((0, 1024), 1025), ((0, 65535), 65536), ((443, 443), 1)]
)
def test_a_range_counts_its_ports(ports: tuple[int, int], expected: int) -> None:
    value, _, _ = facts([rule("tcp", ports, "0.0.0.0/0")])
    assert (least(value, "tcp", 65536), most(value, "tcp", 65536)) == (expected, expected)
    assert (least(value, "udp", 65536), most(value, "udp", 65536)) == (0, 0)


def test_a_hidden_range_of_one_port_is_one_port_at_most() -> None:
    value, _, gaps = facts([rule("tcp", (443, 443), "10.0.0.0/8") | {"CidrIp": HIDDEN}])
    assert (least(value, "tcp", 65536), most(value, "tcp", 65536)) == (0, 1)
    assert "net.breadth" in gaps


def test_a_thousand_rules_name_a_few_of_them() -> None:
    _, value, _ = facts([rule("tcp", (22, 22), f"52.0.{n // 256}.{n % 256}/32") for n in range(1000)])
    (opening,) = value["public"]
    assert opening["ipv4"] == 1000 and len(opening["rules"]) == 20
