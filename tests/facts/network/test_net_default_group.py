"""net.default_group: which groups may be the default group of their VPC, and what is known of its rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packets import HIDDEN, resource

from auditor.facts.attach import ScopeView, attach
from auditor.facts.network.default_group import FACT
from auditor.model import Hole, Reason, Text

RULE = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def named(*parts: str | Hole) -> Text:
    return Text(parts, Reason.UNRESOLVED, "AWS::StackName is not set")


def directions(name: Any, ingress: Any = (), egress: Any = (), is_closed: bool = True) -> list[str] | None:
    """None: not known."""
    properties = {"SecurityGroupIngress": ingress, "SecurityGroupEgress": egress}
    properties |= {} if name is None else {"GroupName": name}
    group = resource("AWS::EC2::SecurityGroup", "Group", properties)
    made, gaps = attach(group, [FACT], ScopeView({group.type: [group]}, {}, is_closed))
    assert all(gap.path == ("facts", "net.default_group", "rules") for gap in gaps)
    return None if gaps else [rule["direction"] for rule in made.facts["net.default_group"]["rules"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("default", ["ingress", "egress"]),
        ("app", []),
        (HIDDEN, None),
        (named(Hole("Stack"), "-control-plane"), []),
        (named("def", Hole("Rest")), None),
        (named(Hole("Stack")), None),
    ],
)
def test_the_name_says_whether_it_is_the_default_group(name: Any, expected: list[str] | None) -> None:
    assert directions(name, [RULE], [RULE]) == expected


def test_the_name_that_aws_makes_up_is_never_the_reserved_one() -> None:
    assert directions(None, [RULE], is_closed=False) == []
    assert directions(None, [RULE]) is None  # an existing group has a name, which was not read


def test_a_group_without_rules_is_closed_whatever_its_name() -> None:
    assert directions(HIDDEN) == []


@given(st.lists(st.sampled_from(["seen", "hidden"]), max_size=3), st.sampled_from(["default", "app"]))
def test_hidden_rules_matter_in_the_default_group_alone(listed: list[str], name: str) -> None:
    found = directions(name, [RULE if one == "seen" else HIDDEN for one in listed])
    if name == "app":
        assert found == []
    else:
        assert found == (None if "hidden" in listed else ["ingress"] * len(listed))


def test_what_a_rule_holds_does_not_matter() -> None:
    assert directions("default", [{**RULE, "CidrIp": HIDDEN}]) == ["ingress"]
