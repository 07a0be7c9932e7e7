"""Event patterns: every operator of the page, what EventBridge refuses, and a second, naive evaluator."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.detection import event_pattern
from auditor.facts.detection.event_pattern import Malformed, matches, parse
from auditor.facts.iam.logic import F, T, Truth, U
from auditor.model import Hidden, Reason

UNSEEN = Hidden(Reason.DENIED, "hidden")
EVENT: dict[str, Any] = {
    "source": "aws.ec2",
    "detail": {
        "name": "EventBridge",
        "file": "dir/a.png",
        "address": "10.0.0.7",
        "v6": "2001:db8::7",
        "count": 300,
        "empty": "",
        "nothing": None,
        "flag": False,
        "list": ["a", "b"],
        "people": [{"first": "Jo", "last": "Roe"}, {"first": "Al", "last": "Poe"}],
        "star": "a*b",
        "none": [],
    },
}


def run(leaf: Any, name: str = "name") -> Truth:
    return matches(parse({"detail": {name: leaf}}), EVENT)


@pytest.mark.parametrize(
    ("name", "leaf", "expected"),
    [
        ("name", ["EventBridge"], T),
        ("name", ["eventbridge"], F),
        ("name", ["x", "EventBridge"], T),
        ("name", [{"prefix": "Event"}], T),
        ("name", [{"prefix": {"equals-ignore-case": "EVENT"}}], T),
        ("name", [{"suffix": "ridge"}], T),
        ("name", [{"suffix": {"equals-ignore-case": "RIDGE"}}], T),
        ("name", [{"equals-ignore-case": "eventbridge"}], T),
        ("file", [{"wildcard": "dir/*.png"}], T),
        ("file", [{"wildcard": "dir/*.jpg"}], F),
        ("star", [{"wildcard": "a\\*b"}], T),
        ("name", [{"wildcard": "a\\*b"}], F),
        ("count", [{"numeric": [">", 10, "<=", 300]}], T),
        ("count", [{"numeric": ["<", 300]}], F),
        ("count", [300.0], T),
        ("count", ["300"], F),
        ("count", [{"prefix": "3"}], F),
        ("name", [{"numeric": ["=", 300]}], F),
        ("address", [{"cidr": "10.0.0.0/24"}], T),
        ("address", [{"cidr": "10.0.1.0/24"}], F),
        ("v6", [{"cidr": "2001:db8::/32"}], T),
        ("name", [{"exists": True}], T),
        ("name", [{"exists": False}], F),
        ("gone", [{"exists": False}], T),
        ("gone", [{"exists": True}], F),
        ("none", [{"exists": False}], U),
        ("name", [{"anything-but": "x"}], T),
        ("name", [{"anything-but": ["x", "EventBridge"]}], F),
        ("count", [{"anything-but": [1, 300]}], F),
        ("name", [{"anything-but": {"prefix": "Event"}}], F),
        ("name", [{"anything-but": {"suffix": ["x", "ridge"]}}], F),
        ("name", [{"anything-but": {"equals-ignore-case": "EVENTBRIDGE"}}], F),
        ("file", [{"anything-but": {"wildcard": "*/b*"}}], T),
        ("gone", [{"anything-but": "x"}], F),
        ("empty", [""], T),
        ("nothing", [None], T),
        ("nothing", [""], F),
        ("flag", [False], T),
        ("flag", [0], F),
        ("list", ["b"], T),
        ("list", ["c"], F),
        ("people", {"first": ["Jo"], "last": ["Roe"]}, T),
        ("people", {"first": ["Jo"], "last": ["Poe"]}, F),
        ("gone", {"below": [{"exists": False}]}, T),
    ],
)
def test_an_operator_on_an_event(name: str, leaf: Any, expected: Truth) -> None:
    assert run(leaf, name) is expected


def test_an_object_is_no_leaf() -> None:
    assert matches(parse({"detail": [{"exists": False}]}), EVENT) is T
    assert matches(parse({"detail": ["x"]}), EVENT) is F


def test_or_is_anded_with_its_siblings_at_any_depth() -> None:
    either = [{"name": ["x"]}, {"count": [{"numeric": [">", 5]}]}]
    assert matches(parse({"source": ["aws.ec2"], "detail": {"$or": either}}), EVENT) is T
    assert matches(parse({"source": ["aws.s3"], "detail": {"$or": either}}), EVENT) is F
    assert matches(parse({"$or": [{"source": ["x"]}, {"detail": {"$or": either}}]}), EVENT) is T


def test_or_with_the_name_of_an_operator_in_it_is_a_field() -> None:
    pattern = parse({"$or": [{"prefix": "a"}, {"prefix": "b"}]})
    assert matches(pattern, EVENT) is F
    assert matches(pattern, {"$or": "bc"}) is T


def test_what_is_not_seen_is_not_decided() -> None:
    assert matches({"source": [UNSEEN]}, EVENT) is U
    assert matches({"source": UNSEEN}, EVENT) is U
    assert matches({"source": [UNSEEN, "aws.ec2"]}, EVENT) is T
    assert matches(parse({"source": ["aws.ec2"]}), {"source": UNSEEN}) is U
    assert matches(parse({"source": ["x"], "detail": {"name": ["EventBridge"]}}), EVENT | {"detail": UNSEEN}) is F


@pytest.mark.parametrize(
    "pattern",
    [
        *([], {}, "x", "[1]", {"a": "b"}, {"a": []}, {"a": {}}, {"a": [{"starts": "b"}]}, {"a": [{}]}, {"a": [["b"]]}),
        *({"a": [{"prefix": 1}]}, {"a": [{"prefix": {"x": "b"}}]}, {"a": [{"numeric": ["=", "1"]}]}),
        *({"a": [{"numeric": ["~", 1]}]}, {"a": [{"numeric": [">", 1, "<"]}]}, {"a": [{"cidr": "10.0.0.0/40"}]}),
        *({"a": [{"exists": "true"}]}, {"a": [{"anything-but": ["a", 1]}]}, {"a": [{"anything-but": {"cidr": "x"}}]}),
        *({"a": [{"wildcard": "a**b"}]}, {"a": [{"wildcard": "a\\b"}]}, {"a": [{"prefix": "a", "suffix": "b"}]}),
        {"$or": [{"a": ["b"]}]},
    ],
)
def test_what_eventbridge_refuses(pattern: Any) -> None:
    with pytest.raises(Malformed):
        parse(pattern)


words = st.sampled_from(["a", "ab", "B", "b/c", ""])
numbers = st.integers(0, 4)
scalars = st.one_of(words, numbers, st.booleans(), st.none())
keys = st.sampled_from(["x", "y"])
events = st.dictionaries(
    keys,
    st.one_of(scalars, st.lists(scalars, min_size=1, max_size=2), st.dictionaries(keys, scalars, max_size=2)),
    max_size=2,
)
wild = st.sampled_from(["*", "a*", "*b", "b/*", "a"])
operators = st.one_of(
    scalars,
    st.builds(lambda text: {"prefix": text}, words),
    st.builds(lambda text: {"suffix": {"equals-ignore-case": text}}, words),
    st.builds(lambda text: {"equals-ignore-case": text}, words),
    st.builds(lambda text: {"wildcard": text}, wild),
    st.builds(lambda low, high: {"numeric": [">", low, "<=", high]}, numbers, numbers),
    st.builds(lambda there: {"exists": there}, st.booleans()),
    st.builds(lambda one: {"anything-but": one}, st.one_of(words, numbers, st.lists(words, min_size=1, max_size=2))),
)
patterns: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(keys, st.lists(operators, min_size=1, max_size=2), min_size=1, max_size=2),
    lambda below: st.one_of(
        st.dictionaries(keys, below, min_size=1, max_size=2),
        st.builds(lambda two: {"$or": two}, st.lists(below, min_size=2, max_size=2)),
    ),
    max_leaves=4,
)


def takes(pattern: Any, event: Any) -> bool:
    """The pages of EventBridge, without a thought for speed or for what is not seen."""
    for key, below in pattern.items():
        if key == "$or":
            if not any(takes(each, event) for each in below):
                return False
            continue
        value = event.get(key) if isinstance(event, dict) else None
        there = isinstance(event, dict) and key in event
        if isinstance(below, dict):
            if not takes(below, value if isinstance(value, dict) else {}):
                return False
            continue
        values = value if isinstance(value, list) else [value] if there and not isinstance(value, dict) else []
        if not any(accepts(each, values) for each in below):
            return False
    return True


def accepts(element: Any, values: list[Any]) -> bool:
    if element == {"exists": False}:
        return not values
    return any(fits(element, value) for value in values)


def fits(element: Any, value: Any) -> bool:
    if not isinstance(element, dict):
        return json.dumps(element) == json.dumps(value)
    ((name, operand),) = element.items()
    text = value if isinstance(value, str) else None
    if name == "anything-but":
        listed = operand if isinstance(operand, list) else [operand]
        return json.dumps(value) not in [json.dumps(each) for each in listed]
    if name == "numeric":
        return type(value) is int and operand[1] < value <= operand[3]
    if name == "exists":
        return True
    if text is None:
        return False
    return {
        "prefix": lambda: text.startswith(operand),
        "suffix": lambda: text.lower().endswith(operand["equals-ignore-case"].lower()),
        "equals-ignore-case": lambda: text.lower() == operand.lower(),
        "wildcard": lambda: fnmatch.fnmatchcase(text, operand),
    }[name]()


def is_plain(event: Any) -> bool:
    """A list below which a pattern descends is only tried above."""
    return not any(isinstance(value, list) for value in event.values())


@settings(max_examples=400, deadline=None)
@given(patterns, events)
def test_patterns_against_a_naive_evaluator(pattern: Any, event: Any) -> None:
    descends = any(isinstance(below, dict) for below in pattern.values())
    if is_plain(event) or not descends and "$or" not in pattern:
        assert matches(parse(json.dumps(pattern)), event) is (T if takes(pattern, event) else F)


def test_the_naive_evaluator_notices_an_absent_field_that_is_anything_but(monkeypatch: pytest.MonkeyPatch) -> None:
    pattern, event = {"x": [{"anything-but": "a"}]}, {"y": "b"}
    assert (matches(parse(pattern), event) is T) == takes(pattern, event)
    monkeypatch.setattr(event_pattern, "_scalars", lambda value: [""])
    assert (matches(parse(pattern), event) is T) != takes(pattern, event)
