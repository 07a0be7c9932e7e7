"""net.nacl: ordered entries against packets that meet them one by one, and with parts hidden."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packets import (
    ACCOUNT,
    CIDRS4,
    CIDRS6,
    HIDDEN,
    REGION,
    Packet,
    at_most,
    counted,
    net,
    published,
    resource,
    spans,
    tried,
    view,
)

from auditor.facts.attach import attach
from auditor.facts.network.nacl import FACT
from auditor.model import Gap, Hidden, Reason, Resource

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
NUMBERS = {"tcp": 6, "udp": 17}


def entry(number: Any, action: Any, protocol: Any = -1, ports: Any = None, **more: Any) -> dict[str, Any]:
    made = {"RuleNumber": number, "RuleAction": action, "Protocol": protocol, "Egress": False}
    if ports is not None:
        made["PortRange"] = {"From": ports[0], "To": ports[1]}
    return made | (more or {"CidrBlock": "0.0.0.0/0"})


def facts(entries: list[dict[str, Any]], gaps: Any = (), **fields: Any) -> tuple[dict[str, Any], set[str]]:
    """The fact of an ACL that owns the entries, and the parts of it that have a gap."""
    acl = resource(ACL, "Acl", {}, **fields)
    owned = [
        resource(ENTRY, f"Entry{i}", {"NetworkAclId": acl.name, **each}, owners=(acl.id,))
        for i, each in enumerate(entries)
    ]
    made, found = attach(acl, [FACT], view(*owned, gaps=gaps))
    return dict(made.facts["net.nacl"]), {str(gap.path[2]) for gap in found}


def admits(entries: list[dict[str, Any]], packet: Packet) -> bool:
    for each in sorted(entries, key=lambda one: int(one["RuleNumber"])):
        protocol = int(each["Protocol"])
        if each.get("Egress") in (True, "true") or protocol not in (-1, packet.protocol):
            continue
        if protocol != -1 and not int(each["PortRange"]["From"]) <= packet.port <= int(each["PortRange"]["To"]):
            continue
        if packet.address in net(each.get("CidrBlock") or each["Ipv6CidrBlock"]):
            return bool(each["RuleAction"].lower() == "allow")
    return False


def truth(entries: list[dict[str, Any]], protocol: str, port: int) -> tuple[int, int]:
    cidrs = [each.get("CidrBlock") or each["Ipv6CidrBlock"] for each in entries]
    return counted(lambda packet: admits(entries, packet), cidrs, NUMBERS[protocol], port)


def borders(entries: list[dict[str, Any]]) -> list[int]:
    return tried(int(each["PortRange"][end]) for each in entries if "PortRange" in each for end in ("From", "To"))


@st.composite
def entry_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number in draw(st.lists(st.integers(1, 32767), min_size=1, max_size=4, unique=True)):
        key, cidrs = draw(st.sampled_from([("CidrBlock", CIDRS4), ("Ipv6CidrBlock", CIDRS6)]))
        protocol = draw(st.sampled_from([-1, "-1", 6, "6", 17, 1, 50]))
        ports = draw(spans) if str(protocol) in ("6", "17") else None
        action = draw(st.sampled_from(["allow", "deny", "Allow"]))
        egress = draw(st.sampled_from([False, False, False, True, "false"]))
        made.append(entry(number, action, protocol, ports, **{key: draw(st.sampled_from(cidrs))}) | {"Egress": egress})
    return made


def plain(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the protocols that no packet of the oracle has."""
    return [each for each in entries if str(each["Protocol"]) in ("-1", "6", "17")]


@settings(max_examples=40)
@given(entry_lists())
def test_what_is_published_is_what_packets_find(entries: list[dict[str, Any]]) -> None:
    value, gaps = facts(entries)
    assert not gaps
    for protocol in NUMBERS:
        for port in borders(entries):
            found = truth(plain(entries), protocol, port)
            assert published(value["public_ingress"], protocol, port) == found
            assert at_most(value["public_ingress_at_most"], protocol, port) == max(found)


FILLERS: dict[str, list[Any]] = {
    "RuleNumber": [1, 32766],
    "RuleAction": ["allow", "deny"],
    "Protocol": [-1, 6, 17],
    "Egress": [True, False],
    "CidrBlock": CIDRS4,
    "Ipv6CidrBlock": CIDRS6,
    "PortRange": [{"From": 0, "To": 65535}, {"From": 22, "To": 22}],
}


@settings(max_examples=60)
@given(entry_lists().map(plain).filter(bool), st.data())
def test_hidden_parts_take_nothing_for_granted(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    key = data.draw(st.sampled_from(sorted(entries[index])))
    hidden = [*entries[:index], entries[index] | {key: HIDDEN}, *entries[index + 1 :]]
    value, gaps = facts(hidden)
    others = {each["RuleNumber"] for each in entries if each is not entries[index]}
    for filler in [entries[index][key], *FILLERS[key]]:
        made = entries[index] | {key: filler}
        if (str(made["Protocol"]) in ("6", "17") and "PortRange" not in made) or made["RuleNumber"] in others:
            continue
        whole = [*entries[:index], made, *entries[index + 1 :]]
        for protocol in NUMBERS:
            for port in borders(whole):
                least, real = published(value["public_ingress"], protocol, port), truth(whole, protocol, port)
                assert least[0] <= real[0] and least[1] <= real[1]
                assert max(real) <= at_most(value["public_ingress_at_most"], protocol, port)
                if real != least:
                    assert gaps == {"public_ingress", "exposed", "public_ingress_at_most"}


@settings(max_examples=40)
@given(entry_lists().map(plain).filter(bool), st.data())
def test_an_unseen_entry_takes_nothing_for_granted(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    """The list is open: any one of the entries may be the one that was not listed."""
    index = data.draw(st.integers(0, len(entries) - 1))
    gap = Gap(ACCOUNT, REGION, ENTRY, None, (), Reason.DENIED, "ec2:DescribeNetworkAcls")
    value, gaps = facts([*entries[:index], *entries[index + 1 :]], [gap])
    assert "public_ingress" in gaps
    for protocol in NUMBERS:
        for port in borders(entries):
            least, real = published(value["public_ingress"], protocol, port), truth(entries, protocol, port)
            assert least[0] <= real[0] and least[1] <= real[1]
            assert max(real) <= at_most(value["public_ingress_at_most"], protocol, port)


CLOSED = [entry(90, "deny", protocol, [port, port]) for port in (22, 3389) for protocol in (6, 17)]


def numbered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each | {"RuleNumber": 50 + i} for i, each in enumerate(entries)]


@pytest.mark.parametrize(
    ("entries", "tcp22", "udp22"),
    [
        ([entry(100, "allow")], True, True),  # the canary
        ([*numbered(CLOSED), entry(100, "allow")], False, False),
        ([*numbered(CLOSED[::2]), entry(100, "allow")], False, True),
        ([entry(90, "deny", 6, [22, 22], CidrBlock="203.0.113.0/24"), entry(100, "allow")], True, True),
        ([entry(100, "allow"), entry(200, "deny", 6, [22, 22])], True, True),
        ([entry(1, "allow", CidrBlock="0.0.0.0/1"), entry(2, "allow", CidrBlock="128.0.0.0/1")], True, True),
        ([entry(1, "allow", "6", ["1", "1024"])], True, False),
        ([entry(1, "allow", 6, [443, 443])], False, False),
        ([entry(1, "allow", 6, [22, 22], Ipv6CidrBlock="::/0")], True, False),
        ([entry(1, "allow") | {"Egress": True}], False, False),
        ([entry(1, "allow", 1)], False, False),
        ([entry("100", "allow"), entry(32767, "deny")], True, True),
        ([entry(100, "allow", CidrBlock="10.0.0.0/8")], False, False),
        ([], False, False),
    ],
)
def test_decisive_cases(entries: list[dict[str, Any]], tcp22: bool, udp22: bool) -> None:
    value, gaps = facts(entries)
    assert not gaps
    assert bool(max(published(value["public_ingress"], "tcp", 22))) == tcp22
    assert bool(max(published(value["public_ingress"], "udp", 22))) == udp22


def test_a_finding_leads_to_the_entry() -> None:
    value, _ = facts([entry(90, "deny", 6, [22, 22]), entry(100, "allow")])
    assert {opening["evidence"]["id"] for opening in value["public_ingress"]} == {"t.yaml#Entry1"}
    assert {opening["evidence"]["pointer"] for opening in value["public_ingress"]} == {""}


def test_an_entry_that_is_hidden_matters_below_its_number_only() -> None:
    unreadable = entry(100, HIDDEN, HIDDEN, CidrBlock=HIDDEN)
    _, above = facts([entry(50, "allow"), entry(60, "allow", Ipv6CidrBlock="::/0"), unreadable])
    value, below = facts([unreadable, entry(150, "allow")])
    assert not above
    assert "public_ingress" in below and value["public_ingress"] == []


def test_a_hidden_deny_leaves_what_follows_possible_and_uncertain() -> None:
    value, gaps = facts([entry(10, "deny", CidrBlock=HIDDEN), entry(20, "allow")])
    assert value["public_ingress"] == [] and gaps
    assert at_most(value["public_ingress_at_most"], "tcp", 22) > 1 << 31


def test_two_unknown_entries_decide_nothing_together() -> None:
    value, gaps = facts([entry(HIDDEN, "allow"), entry(HIDDEN, HIDDEN)])
    assert value["public_ingress"] == [] and gaps


def test_an_allow_without_a_number_is_certain_where_nothing_denies() -> None:
    value, _ = facts([entry(HIDDEN, "allow", 6, [22, 22]), entry(32767, "deny")])
    assert published(value["public_ingress"], "tcp", 22) > (0, 0)
    value, gaps = facts([entry(HIDDEN, "allow", 6, [22, 22]), entry(50, "deny", 6, [20, 30])])
    assert value["public_ingress"] == [] and gaps


def test_two_entries_of_one_number_decide_nothing() -> None:
    value, gaps = facts([entry(100, "allow"), entry(100, "deny")])
    assert value["public_ingress"] == [] and "public_ingress" in gaps
    _, gaps = facts([entry(100, "allow"), entry(100, "deny") | {"Egress": True}])
    assert not gaps


@pytest.mark.parametrize(
    "broken",
    [
        entry(0, "allow"),
        entry(40000, "allow"),
        entry(1, "maybe"),
        entry(1, "allow", 6),
        entry(1, "allow", 300),
        entry(1, "allow", CidrBlock="0.0.0.0/0", Ipv6CidrBlock="::/0"),
        entry(1, "allow", CidrBlock="0.0.0.0"),
        {"RuleNumber": 1},
        {},
    ],
)
def test_what_aws_refuses_is_not_decided(broken: dict[str, Any]) -> None:
    value, gaps = facts([entry(50, "deny"), broken])
    assert at_most(value["public_ingress_at_most"], "tcp", 22) > 0 or not gaps
    assert all(opening["evidence"]["id"] != "t.yaml#Entry0" for opening in value["public_ingress"])


def test_entries_join_by_owner_or_by_name_and_no_others() -> None:
    acl = resource(ACL, "Acl", {"Id": "acl-1"})
    allow = entry(100, "allow")
    by_id = resource(ENTRY, "A", {"NetworkAclId": "acl-1", **allow})
    by_symbol = resource(ENTRY, "B", {"NetworkAclId": Hidden(Reason.UNRESOLVED, "made by AWS", "Acl"), **allow})
    other = resource(ENTRY, "C", {"NetworkAclId": "acl-2", **allow})
    for joined, count in ((by_id, 2), (by_symbol, 2), (other, 0)):
        made, _ = attach(acl, [FACT], view(joined))
        assert len(made.facts["net.nacl"]["public_ingress"]) == count


def test_a_stand_in_opens_nothing_for_certain_and_keeps_what_it_may_open() -> None:
    value, gaps = facts([entry(100, "allow", 6, [22, 22])], stand_in=True)
    assert value["public_ingress"] == []
    assert at_most(value["public_ingress_at_most"], "tcp", 22) > 0
    assert at_most(value["public_ingress_at_most"], "tcp", 23) == 0
    assert "public_ingress_at_most" in gaps


def test_a_macro_may_add_an_entry_that_denies() -> None:
    gap = Gap(ACCOUNT, None, "*", None, (), Reason.UNRESOLVED, "macro M is not expanded")
    value, gaps = facts([entry(100, "allow")], [gap])
    assert value["public_ingress"] == [] and "public_ingress" in gaps


odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.just(HIDDEN)
    | st.lists(st.none())
    | st.just({})
)


@given(st.lists(st.dictionaries(st.sampled_from([path[0] for path in FACT.reads[ENTRY]]), odd), max_size=3))
def test_no_shape_makes_it_fail(entries: list[dict[str, Any]]) -> None:
    facts(entries)


def test_the_resource_type_is_that_of_the_fact() -> None:
    other = Resource("AWS::EC2::VPC", "v", ACCOUNT, REGION, "v", "v", {})
    assert attach(other, [FACT], view()) == (other, ())
