"""net.rules: the union of a security group's rules, against packets tried rule by rule, and with parts hidden."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packets import (
    ACCOUNT,
    CIDRS4,
    CIDRS6,
    HIDDEN,
    NUMBERS,
    REGION,
    Packet,
    at_most,
    counted,
    net,
    pattern,
    published,
    resource,
    spans,
    tried,
    view,
)

from auditor.facts.attach import attach
from auditor.facts.network.rules import FACT
from auditor.model import Gap, Hidden, Reason, Resource

SG = "AWS::EC2::SecurityGroup"
NOWHERE = view()


def group(*rules: Any, **fields: Any) -> Resource:
    return resource(SG, "Group", {"SecurityGroupIngress": list(rules)}, **fields)


def facts(subject: Resource, scope: Any = NOWHERE) -> tuple[dict[str, Any], set[str]]:
    """The fact, and the parts of it that have a gap."""
    made, gaps = attach(subject, [FACT], scope)
    assert all(gap.path[:2] == ("facts", "net.rules") and gap.id == subject.id for gap in gaps)
    return dict(made.facts["net.rules"]), {str(gap.path[2]) for gap in gaps}


def tcp(first: Any, last: Any, cidr: Any = "0.0.0.0/0", **more: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "CidrIp": cidr} | more


def opened(value: dict[str, Any], limit: int = 65536) -> set[tuple[str, int, int]]:
    return {(each["protocol"], each["from"], each["to"]) for each in value["public"] if each["addresses"] > limit}


# --- against packets ----------------------------------------------------------------------------------------------


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    protocol = draw(st.sampled_from(["tcp", "6", 6, "udp", 17, "-1", -1, "icmp", "50", "TCP"]))
    first, last = draw(spans)
    key, cidrs = draw(st.sampled_from([("CidrIp", CIDRS4), ("CidrIpv6", CIDRS6)]))
    rule = {"IpProtocol": protocol, key: draw(st.sampled_from(cidrs))}
    if str(protocol) != "-1" or draw(st.booleans()):
        as_text = draw(st.booleans())
        rule |= {"FromPort": str(first) if as_text else first, "ToPort": str(last) if as_text else last}
    return rule


def admits(rule: dict[str, Any], packet: Packet) -> bool:
    written = str(rule["IpProtocol"]).lower()
    protocol = NUMBERS[written] if written in NUMBERS else int(written)
    if protocol not in (-1, packet.protocol):
        return False
    if protocol != -1 and not int(rule["FromPort"]) <= packet.port <= int(rule["ToPort"]):
        return False
    return any(packet.address in net(rule[key]) for key in ("CidrIp", "CidrIpv6") if key in rule)


def truth(ingress: list[dict[str, Any]], protocol: str, port: int) -> tuple[int, int]:
    cidrs = [rule[key] for rule in ingress for key in ("CidrIp", "CidrIpv6") if key in rule]
    return counted(lambda packet: any(admits(rule, packet) for rule in ingress), cidrs, NUMBERS[protocol], port)


def borders(ingress: list[dict[str, Any]]) -> list[int]:
    return tried(int(rule[end]) for rule in ingress for end in ("FromPort", "ToPort") if end in rule)


@settings(max_examples=40)
@given(st.lists(rules(), max_size=4))
def test_what_is_published_is_what_packets_find(ingress: list[dict[str, Any]]) -> None:
    value, gaps = facts(group(*ingress))
    assert not gaps
    assert value["public"] == value["public_at_least"]
    ports = borders(ingress)
    for protocol in ("tcp", "udp"):
        expected = {port: truth(ingress, protocol, port) for port in ports}
        for port, found in expected.items():
            assert published(value["public"], protocol, port) == found
            assert at_most(value["public_at_most"], protocol, port) == max(found)
        lengths = [(max(expected[port]), after - port) for port, after in zip(ports, [*ports[1:], 65536], strict=True)]
        for step in value["exposed"]:
            if step["protocol"] == protocol:
                assert step["ports"] == sum(length for found, length in lengths if found >= step["addresses"])
        widths = {step["addresses"] for step in value["exposed"] if step["protocol"] == protocol}
        assert widths == {found for found, _ in lengths if found}


@given(st.lists(rules(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_repetition_and_split_ports_change_nothing(ingress: list[dict[str, Any]], random: Any) -> None:
    before, _ = facts(group(*ingress))
    other = [*ingress, *ingress]
    random.shuffle(other)
    for rule in ingress:
        if "FromPort" in rule and int(rule["FromPort"]) < int(rule["ToPort"]):
            middle = int(rule["FromPort"])
            other += [rule | {"ToPort": middle}, rule | {"FromPort": middle + 1}]
    after, _ = facts(group(*other))
    for protocol in ("tcp", "udp"):
        for port in borders(other):
            assert published(before["public"], protocol, port) == published(after["public"], protocol, port)


@given(st.lists(rules(), max_size=3), rules())
def test_one_more_rule_only_opens(ingress: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before, _ = facts(group(*ingress))
    after, _ = facts(group(*ingress, more))
    for protocol in ("tcp", "udp"):
        for port in borders([*ingress, more]):
            old, new = published(before["public"], protocol, port), published(after["public"], protocol, port)
            assert new[0] >= old[0] and new[1] >= old[1]


# --- with one thing hidden ----------------------------------------------------------------------------------------

FILLERS: dict[str, list[Any]] = {
    "IpProtocol": ["tcp", "udp", "-1", "icmp"],
    "FromPort": [0, 22],
    "ToPort": [22, 65535],
    "CidrIp": CIDRS4,
    "CidrIpv6": CIDRS6,
}


def is_valid(rule: dict[str, Any]) -> bool:
    protocol = str(rule["IpProtocol"]).lower()
    if protocol in ("-1", "icmp", "50"):
        return True
    return "FromPort" in rule and int(rule["FromPort"]) <= int(rule["ToPort"])


@settings(max_examples=150)
@given(st.lists(rules(), min_size=1, max_size=3), st.data())
def test_hidden_parts_take_nothing_for_granted(ingress: list[dict[str, Any]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(ingress) - 1))
    key = data.draw(st.sampled_from([None, *ingress[index]]))
    hidden: list[Any] = copy.deepcopy(ingress)
    if key is None:
        hidden[index] = HIDDEN
        fillers = [ingress[index], tcp(22, 22), {"IpProtocol": "-1", "CidrIpv6": "::/0"}, tcp(1, 2, "10.0.0.0/8")]
    else:
        hidden[index] = hidden[index] | {key: HIDDEN}
        fillers = [ingress[index] | {key: value} for value in [ingress[index][key], *FILLERS[key]]]
    value, gaps = facts(group(*hidden))
    for filler in filter(is_valid, fillers):
        whole = [*ingress[:index], filler, *ingress[index + 1 :]]
        seen, _ = facts(group(*whole))
        for protocol in ("tcp", "udp"):
            for port in borders(whole):
                least, real = published(value["public"], protocol, port), published(seen["public"], protocol, port)
                most = at_most(value["public_at_most"], protocol, port)
                assert least[0] <= real[0] and least[1] <= real[1]
                assert max(real) <= most
                if real != least:
                    assert "public" in gaps and "exposed" in gaps
                if most > max(least):
                    assert "public_at_most" in gaps
    assert "public_at_least" not in gaps


# --- decisive cases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ingress", "expected"),
    [
        ([tcp(22, 22)], {("tcp", 22, 22)}),  # the canary: a fact that went empty would find nothing
        ([tcp("22", "22", IpProtocol="6")], {("tcp", 22, 22)}),
        ([{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}], {("tcp", 0, 65535), ("udp", 0, 65535)}),
        ([{"IpProtocol": -1, "FromPort": 1, "ToPort": 2, "CidrIpv6": "::/0"}], {("tcp", 0, 65535), ("udp", 0, 65535)}),
        ([tcp(22, 22, "0.0.0.0/1"), tcp(22, 22, "128.0.0.0/1")], {("tcp", 22, 22)}),
        ([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv6": "2000::/3"}], {("tcp", 22, 22)}),
        ([tcp(22, 22, "10.0.0.0/8"), tcp(22, 22, "100.64.0.0/10")], set()),
        ([tcp(22, 22, "198.51.7.0/24")], set()),  # 256 addresses
        ([tcp(8, -1, IpProtocol="icmp"), tcp(0, 65535, IpProtocol="50")], set()),
        ([{"IpProtocol": "-1", "SourceSecurityGroupId": "sg-1"}], set()),
        ([{"IpProtocol": "-1", "SourceSecurityGroupId": HIDDEN}], set()),
        ({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}, {("tcp", 22, 22)}),
        ([], set()),
    ],
)
def test_decisive_cases(ingress: Any, expected: set[tuple[str, int, int]]) -> None:
    value, gaps = facts(resource(SG, "Group", {"SecurityGroupIngress": ingress}))
    assert opened(value) == expected
    assert not gaps


def test_a_finding_leads_to_the_rule_and_names_its_source() -> None:
    value, _ = facts(group(tcp(443, 443, "10.0.0.0/8"), tcp(22, 22, "52.0.0.0/8"), tcp(22, 22)))
    (opening,) = value["public"]
    assert opening["evidence"] == {"id": "t.yaml#Group", "pointer": "/SecurityGroupIngress/2"}
    assert opening["widest"] == "0.0.0.0/0"
    assert [rule["source"] for rule in opening["rules"]] == ["0.0.0.0/0", "52.0.0.0/8"]


def test_egress_has_parts_of_its_own() -> None:
    open_out = resource(SG, "Group", {"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]})
    value, gaps = facts(open_out)
    assert value["public"] == [] and len(value["public_egress"]) == 2 and not gaps


@pytest.mark.parametrize(
    "rule",
    [
        tcp(22, 22, "no block"),
        tcp(22, 22, "::/0"),
        tcp(None, None),
        tcp(23, 22),
        tcp(-1, -1),
        tcp(22, 22, IpProtocol="carrier pigeon"),
        tcp(22, 22, IpProtocol=True),
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22},
        "a text",
    ],
)
def test_what_aws_refuses_is_not_decided(rule: Any) -> None:
    value, gaps = facts(group(rule))
    assert value["public"] == [] and "public" in gaps
    assert at_most(value["public_at_most"], "tcp", 22) > 65536


def test_an_open_port_is_certain_whatever_else_is_hidden() -> None:
    value, gaps = facts(group(tcp(22, 22), tcp(22, 22, HIDDEN), HIDDEN))
    assert opened(value) == {("tcp", 22, 22)} and "public" in gaps


def test_nothing_is_unknown_where_all_is_open_already() -> None:
    everything = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, {"IpProtocol": "-1", "CidrIpv6": "::/0"}]
    _, gaps = facts(group(*everything, tcp(22, 22, HIDDEN), tcp(HIDDEN, 22)))
    assert not gaps


def test_a_hidden_source_matters_to_its_own_ports_only() -> None:
    value, gaps = facts(group(tcp(443, 443, HIDDEN)))
    assert at_most(value["public_at_most"], "tcp", 443) > 65536
    assert at_most(value["public_at_most"], "tcp", 22) == at_most(value["public_at_most"], "udp", 443) == 0
    assert gaps == {"public", "exposed", "public_at_most"}


@pytest.mark.parametrize(
    ("cidr", "most"),
    [
        (pattern(None, "/32"), 1),
        (pattern(None, "/24"), 256),
        (pattern("10.", None, ".0.0/16"), 0),
        (pattern("52.4.", None, ".0/16"), 65536),
        (pattern("52.4", None, ".0/8"), 1 << 24),
        (pattern("52.0.0.", None, "/8"), 1 << 24),
        (pattern("10.", None), None),  # it may become 10.0.0.0/0
        (pattern("10.0.0.0/", None), None),
        (pattern(None), None),
        (Hidden(Reason.UNRESOLVED, "P", "P", pattern="[0-9.]+/2[48]"), 256),
        (Hidden(Reason.UNRESOLVED, "P", "P", pattern="[0-9.]+/.*"), None),
        (Hidden(Reason.UNRESOLVED, "P", "P", among=("52.4.0.0/24", "10.0.0.0/8")), 256),
        (Hidden(Reason.UNRESOLVED, "P", "P", among=("10.0.0.0/8", "192.168.0.0/16")), 0),
        (Hidden(Reason.UNRESOLVED, "P", "P", among=("10.0.0.0/8", "::/0")), None),  # refused, or written elsewhere
    ],
)
def test_a_partly_seen_cidr_bounds_what_it_lets_in(cidr: Any, most: int | None) -> None:
    value, gaps = facts(group(tcp(22, 22, cidr)))
    found = at_most(value["public_at_most"], "tcp", 22)
    assert found == most if most is not None else found > 1 << 31
    assert ("public" in gaps) == (most != 0)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(("10.0.0.0/8", "52.0.0.0/24", "52.0.0.0/8", "9.9.9.9/32")), min_size=1), rules())
def test_one_of_some_ranges_lets_in_no_more_than_the_widest(among: list[str], other: dict[str, Any]) -> None:
    hidden = Hidden(Reason.UNRESOLVED, "P", "P", among=tuple(among))
    value, _ = facts(group(tcp(22, 22, hidden), other))
    for one in among:
        seen, _ = facts(group(tcp(22, 22, one), other))
        for port in (21, 22, 23):
            least, real = published(value["public"], "tcp", port), published(seen["public"], "tcp", port)
            assert least[0] <= real[0] and least[1] <= real[1]
            assert max(real) <= at_most(value["public_at_most"], "tcp", port)


def test_many_single_addresses_add_up() -> None:
    value, _ = facts(group(*(tcp(22, 22, pattern(None, "/32")) for _ in range(3)), tcp(22, 22, "52.0.0.0/30")))
    assert at_most(value["public_at_most"], "tcp", 22) == 7


def test_no_more_than_the_internet_can_come_in() -> None:
    everything, _ = facts(group(tcp(22, 22)))
    value, _ = facts(group(tcp(22, 22, HIDDEN), tcp(22, 22, HIDDEN), tcp(22, 22, "52.0.0.0/8")))
    assert at_most(value["public_at_most"], "tcp", 22) == everything["public"][0]["ipv4"]


def test_the_list_itself_may_be_hidden() -> None:
    value, gaps = facts(resource(SG, "Group", {"SecurityGroupIngress": Hidden(Reason.DENIED, "ec2:Describe")}))
    assert value["public"] == [] and gaps == {"public", "exposed", "public_at_most"}


# --- what stands elsewhere ------------------------------------------------------------------------------------------

PREFIX = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourcePrefixListId": "pl-1"}


def prefix_list(*cidrs: Any, **more: Any) -> Resource:
    entries = [{"Cidr": cidr} for cidr in cidrs]
    return resource("AWS::EC2::PrefixList", "List", {"PrefixListId": "pl-1", "Entries": entries} | more)


@pytest.mark.parametrize(
    ("found", "is_open", "is_unknown"),
    [
        (prefix_list("0.0.0.0/0"), True, False),
        (prefix_list("0.0.0.0/1", "128.0.0.0/1"), True, False),
        (prefix_list("10.0.0.0/8"), False, False),
        (prefix_list("0.0.0.0/0", OwnerId="AWS"), False, False),
        (prefix_list("0.0.0.0/0", OwnerId=ACCOUNT), True, False),
        (prefix_list("0.0.0.0/0", OwnerId=HIDDEN), False, True),
        (prefix_list("0.0.0.0/0", HIDDEN), True, True),
        (prefix_list(HIDDEN), False, True),
        (prefix_list(Entries=HIDDEN), False, True),
        (prefix_list(Entries=[HIDDEN], AddressFamily="IPv4"), False, True),
        (None, False, True),
    ],
)
def test_prefix_lists(found: Resource | None, is_open: bool, is_unknown: bool) -> None:
    value, gaps = facts(group(PREFIX), view(found) if found else view())
    assert bool(opened(value)) == is_open
    assert ("public" in gaps) == is_unknown


@pytest.mark.parametrize(
    "reference", ["⟨List⟩", "⟨List.PrefixListId⟩", Hidden(Reason.UNRESOLVED, "made by AWS", "List")]
)
def test_a_declared_prefix_list_is_joined_by_its_symbol(reference: Any) -> None:
    declared = resource("AWS::EC2::PrefixList", "List", {"Entries": [{"Cidr": "0.0.0.0/0"}]})
    value, gaps = facts(group(PREFIX | {"SourcePrefixListId": reference}), view(declared))
    assert opened(value) == {("tcp", 22, 22)} and not gaps


def test_a_refused_list_of_prefix_lists_names_the_permission() -> None:
    gap = Gap(ACCOUNT, REGION, "AWS::EC2::PrefixList", None, (), Reason.DENIED, "ec2:DescribeManagedPrefixLists")
    _, gaps = attach(group(PREFIX), [FACT], view(gaps=[gap]))
    assert {(each.reason, each.detail) for each in gaps} == {(Reason.DENIED, "ec2:DescribeManagedPrefixLists")}


@pytest.mark.parametrize(
    ("parent", "region", "touched"),
    [("t.yaml#Group", REGION, True), (None, None, True), ("t.yaml#Other", REGION, False), (None, "us-east-1", False)],
)
def test_an_open_list_of_standalone_rules(parent: str | None, region: str | None, touched: bool) -> None:
    kind = "AWS::EC2::SecurityGroupIngress"
    gap = Gap(ACCOUNT, region, kind, None, (), Reason.UNRESOLVED, "parameter G has no value", parent)
    value, gaps = facts(group(tcp(22, 22)), view(gaps=[gap]))
    assert opened(value) == {("tcp", 22, 22)}
    assert ("public" in gaps) == touched
    assert "public_egress" not in gaps


def test_a_stand_in_is_judged_by_what_it_declares() -> None:
    rest = Hidden(Reason.OUTSIDE, "Group is outside")
    value, _ = facts(group(tcp(443, 443), rest, stand_in=True))
    _, gaps = attach(group(tcp(443, 443), rest, stand_in=True), [FACT], NOWHERE)
    assert opened(value) == {("tcp", 443, 443)}
    assert at_most(value["public_at_most"], "tcp", 22) == 0
    assert {gap.reason for gap in gaps} == {Reason.OUTSIDE}


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5) | st.just(HIDDEN),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
KEYS = st.sampled_from([key for path in FACT.reads[SG] for key in path if key != "*"])


@given(odd | st.lists(odd | st.dictionaries(KEYS, odd), max_size=3), odd, odd)
def test_no_shape_makes_it_fail(rules: Any, entries: Any, owner: Any) -> None:
    lists = resource("AWS::EC2::PrefixList", "List", {"PrefixListId": "pl-1", "Entries": entries, "OwnerId": owner})
    subject = resource(SG, "Group", {"SecurityGroupIngress": rules, "SecurityGroupEgress": [PREFIX]})
    facts(subject, view(lists))
