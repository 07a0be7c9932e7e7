"""Conditions and rules in three values, and what they depend on."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Hidden, Hole, Reason, Text, World
from auditor.sources.template.conditions import comparisons, decide, every, same, some
from auditor.sources.template.mentions import Dependencies, Mention, mentions
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack
from auditor.sources.template.resolve import Resolver

UNSEEN = Hidden(Reason.UNRESOLVED, "parameter P has no value", "P")
OTHER = Hidden(Reason.UNRESOLVED, "parameter Q has no value", "Q")
WRONG = Hidden(Reason.UNRESOLVED, "Nobody is not declared")
TEXT = Text(("arn:", Hole("P"), "/x"), Reason.UNRESOLVED, "parameter P has no value")


def resolver(conditions: dict[str, Any] | None = None, atoms: dict[Any, bool] | None = None) -> Resolver:
    declared = {name: {"Type": "String"} for name in ("P", "Q")}
    stack = Stack("t.yaml", {"Parameters": declared, "Conditions": conditions or {}})
    return Resolver(stack, Assignment(World(), {}, atoms or {}), Settings(), lambda *_: WRONG)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (True, "true", True),
        (80, "80", True),
        (1.5, "1.5", True),
        (False, "", False),
        (["a", 1], ["a", "1"], True),
        (["a"], ["a", "b"], False),
        (["a"], "a", False),
        ({"a": 1}, {"a": "1"}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (UNSEEN, UNSEEN, True),
        (UNSEEN, OTHER, None),
        (UNSEEN, "x", None),
        (["a", UNSEEN], ["a", "b"], None),
        (["a", UNSEEN], ["b", "b"], False),
        (WRONG, WRONG, None),
        (WRONG, "x", None),
        (TEXT, "arn:a/x", None),
        (TEXT, "arn:a/y", False),
        (TEXT, "arn:/", False),
        (TEXT, TEXT, True),
        (Identity("B", "T"), "x", False),
        (Identity("B", "T"), Identity("B", "T"), True),
        (Identity("B", "T", UNSEEN), "x", None),
        (Identity("B", "T", UNSEEN), "", False),
    ],
)
def test_values_are_compared_as_their_texts(left: Any, right: Any, expected: bool | None) -> None:
    assert same(left, right) is expected
    assert same(right, left) is expected


def equals(left: Any, right: Any) -> dict[str, Any]:
    return {"Fn::Equals": [left, right]}


TRUE, FALSE, OPEN = equals("a", "a"), equals("a", "b"), equals({"Ref": "P"}, "a")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (TRUE, True),
        (OPEN, None),
        (equals({"Ref": "P"}, {"Ref": "P"}), True),
        ({"Fn::Not": [OPEN]}, None),
        ({"Fn::Not": [FALSE]}, True),
        ({"Fn::Not": FALSE}, True),
        ({"Fn::And": [TRUE, OPEN]}, None),
        ({"Fn::And": [FALSE, OPEN]}, False),
        ({"Fn::Or": [TRUE, OPEN]}, True),
        ({"Fn::Or": [FALSE, OPEN]}, None),
        ({"Fn::Contains": [["a", "b"], "b"]}, True),
        ({"Fn::Contains": [["a", {"Ref": "P"}], "b"]}, None),
        ({"Fn::Contains": [{"Ref": "P"}, "b"]}, None),
        ({"Fn::EachMemberEquals": [["a", "a"], "a"]}, True),
        ({"Fn::EachMemberEquals": [["a", "b"], {"Ref": "P"}]}, None),
        ({"Fn::EachMemberIn": [["a", "b"], ["b", "a", "c"]]}, True),
        ({"Fn::EachMemberIn": [["a", "d"], ["b", "a", "c"]]}, False),
        ({"Fn::EachMemberIn": [{"Fn::ValueOfAll": ["T", "X"]}, ["a"]]}, None),
        ({"Condition": "True"}, True),
        ({"Condition": "Nobody"}, None),
        ({"Condition": "Circle"}, None),
        ({"Fn::Or": [{"Condition": "Circle"}, TRUE]}, True),
        ("true", None),
        ({"Fn::Equals": ["a"]}, None),
        ({"Fn::And": []}, None),
        ({"Fn::Foo": ["a", "a"]}, None),
    ],
)
def test_an_expression_is_decided_as_far_as_its_values_tell(node: Any, expected: bool | None) -> None:
    conditions = {"True": TRUE, "Circle": {"Fn::Not": [{"Condition": "Back"}]}, "Back": {"Condition": "Circle"}}
    assert decide(node, resolver(conditions)) is expected


def test_an_undecided_test_takes_the_branch_of_its_world_wherever_it_is_written() -> None:
    found = resolver()
    assert decide(equals("a", {"Ref": "P"}), found) is None
    assert dict(found.met) == {((), "⟨P⟩ is a"): False}
    for branch in (True, False):
        world = resolver({"C": OPEN}, {((), "⟨P⟩ is a"): branch})
        assert decide(equals("a", {"Ref": "P"}), world) is branch
        assert world.condition("C") is branch
    assert resolver({"C": OPEN}, {((), "condition C holds"): True}).condition("C") is True


def test_what_the_template_has_wrong_is_told_from_what_is_not_seen() -> None:
    found = resolver()
    assert decide(equals({"Ref": "Nobody"}, "a"), found) is None
    assert list(found.met.values()) == [True]


@settings(max_examples=100)
@given(st.lists(st.sampled_from([True, False, None]), max_size=5))
def test_kleene_agrees_with_every_completion(values: list[bool | None]) -> None:
    filled = [
        list(one) for one in itertools.product(*([value] if value is not None else [True, False] for value in values))
    ]
    for kleene, plain in ((every, all), (some, any)):
        outcomes = {plain(one) for one in filled}
        assert kleene(values) is (outcomes.pop() if len(outcomes) == 1 else None)


def test_the_pairs_that_an_expression_compares() -> None:
    node = {"Fn::And": [{"Fn::Not": [equals("a", "b")]}, {"Fn::Contains": [["c", "d"], "e"]}, {"Condition": "X"}]}
    assert list(comparisons(node)) == [("a", "b"), ("c", "e"), ("d", "e")]
    assert list(comparisons({"Fn::EachMemberIn": [["a"], ["b", "c"]]})) == [("a", "b"), ("a", "c")]


def test_mentions_are_found_in_every_spelling() -> None:
    node = {
        "A": {"Ref": "P"},
        "B": [{"Fn::GetAtt": ["R", "Arn"]}, {"Fn::GetAtt": "R.Sub.Name"}],
        "C": {"Fn::Sub": ["${P}-${Own}-${R.Arn}-${!Literal}", {"Own": {"Ref": "Q"}}]},
        "D": {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Ref": "Q"}]},
    }
    assert set(mentions(node)) == {
        Mention("value", "P"),
        Mention("attribute", "R", "Arn"),
        Mention("attribute", "R", "Sub.Name"),
        Mention("value", "Q"),
        Mention("condition", "C"),
        Mention("value", "AWS::NoValue"),
    }


def test_dependencies_lead_through_conditions_arguments_and_outputs() -> None:
    parameters = {name: {"Type": "String"} for name in ("A", "B", "C", "D")}
    conditions = {"First": {"Fn::Not": [{"Condition": "Second"}]}, "Second": equals({"Ref": "A"}, "x")}
    parent = Stack("p.yaml", {"Parameters": parameters, "Conditions": conditions})
    template = {
        "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String", "Default": "q"}},
        "Conditions": {"In": equals({"Ref": "P"}, {"Ref": "Q"})},
        "Outputs": {"O": {"Value": {"Ref": "P"}}},
    }
    argument = {"P": {"Fn::If": ["First", {"Fn::Sub": "${B}-${AWS::Region}"}, {"Ref": "C"}]}}
    child = Stack("c.yaml", template, ("N",), parent, argument)
    parent.children["N"] = child
    found = Dependencies(Settings(parameters={"C": "given"}))
    assert found.condition(parent, "First") == {"A"}
    assert found.condition(child, "In") == {"A", "B", "AWS::Region"}
    assert found.of(parent, {"Fn::GetAtt": ["N", "Outputs.O"]}) == {"A", "B", "AWS::Region"}
    assert found.of(parent, {"Ref": "D"}) == {"D"}


def test_a_long_chain_of_conditions_is_followed_without_recursion() -> None:
    number = 20_000
    conditions = {f"C{index}": {"Fn::Not": [{"Condition": f"C{index + 1}"}]} for index in range(number)}
    conditions[f"C{number}"] = equals({"Ref": "P"}, "x")
    stack = Stack("t.yaml", {"Parameters": {"P": {"Type": "String"}}, "Conditions": conditions})
    assert Dependencies(Settings()).condition(stack, "C0") == {"P"}
