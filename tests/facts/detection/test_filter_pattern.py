"""Filter patterns: what AWS shows, what it refuses, and generated patterns against a second, naive evaluator."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.detection import filter_match
from auditor.facts.detection.filter_match import matches
from auditor.facts.detection.filter_parse import Malformed, parse
from auditor.facts.iam.logic import F, T, Truth, U

EVENT: dict[str, Any] = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "nested": [[1, 2], [3]],
    "SomeObject": None,
    "SomeFlag": True,
    "code": 404,
    "text": "404",
    "user": {"id": 1, "email": "John.Doe@example.com"},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', T),
        ("{ $.eventType = UpdateTrail }", T),
        ('{$.eventType="updateTrail"}', F),
        ('{ $.eventType = "Update*" }', T),
        ("{ $.eventType = *Trail }", T),
        ("{ $.sourceIPAddress != 123.123.* }", T),
        ("{ $.sourceIPAddress = 111.111.* }", T),
        ('{ $.arrayKey[0] = "value" }', T),
        ('{ $.arrayKey[*] = "another value" }', T),
        ("{ $.arrayKey[2] = value }", F),
        ("{ $.objectList[1].id = 2 }", T),
        ("{ $.objectList[*].id = 3 }", F),
        ("{ $.nested[0][1] = 2 }", T),
        ("{ $.SomeObject IS NULL }", T),
        ("{ $.SomeOtherObject NOT EXISTS }", T),
        ("{ $.SomeObject NOT EXISTS }", F),
        ("{ $.SomeFlag IS TRUE }", T),
        ("{ $.SomeFlag IS FALSE }", F),
        ("{ $.SomeFlag = true }", U),
        ("{ $.SomeFlag = other }", F),
        ("{ $.code = 404 }", T),
        ("{ $.code = 4* }", T),
        ("{ $.code >= 4e2 && $.code < 500 }", T),
        ("{ $.code = 404.0 }", T),
        ("{ $.text = 404 }", U),
        ("{ $.text = 405 }", F),
        ('{ $.code = "404" }', U),
        ("{ $.user = 1 }", F),
        ("{ $.user.email = %^John.*com$% }", T),
        ("{ $.user.email != %^Jane% }", T),
        ("{ $.gone = 1 }", F),
        ("{ $.gone != 1 }", U),
        ("{ $.gone != 1 || $.code = 404 }", T),
        ("{ $.gone != 1 && $.code = 405 }", F),
        ("{ $.code = 1 && $.code = 2 || $.code = 404 }", T),
        ("{ $.code = 1 && ($.code = 2 || $.code = 404) }", F),
        ("", T),
        ('" "', T),
        ("UpdateTrail", T),
        ("UpdateTrail Gone", F),
        ("?Gone ?UpdateTrail", T),
        ("Gone ?UpdateTrail", F),
        ("-Gone", T),
        ("-UpdateTrail", F),
        ("-Gone ?Gone2", U),
        ('"another value"', T),
        ("%[45]04%", T),
        ("[...]", T),
        ("[a, b]", U),
        ("[..., code = 404]", U),
    ],
)
def test_a_pattern_on_an_event(pattern: str, expected: Truth) -> None:
    assert matches(parse(pattern), EVENT) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        *("{", "{ }", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a EXISTS }", "{ $.a IS NOT NULL }", "{ !($.a = 1) }"),
        *("{ $.a = 1 } x", "{ ($.a = 1 }", "{ $.a = 1 & $.b = 2 }", "{ $.a[*].b[*] = 1 }", '{ $.a = "x }'),
        *(
            "{ $.a > x }",
            "{ $.a = a-b }",
            "{ $ = 1 }",
            "{ $.a = %x(y)% }",
            "{ $.a = %x! }",
            "{ $.a = %a% || $.b = %b% ",
        ),
        *("{ $.a = %a% || $.b = %b% || $.c = %c% }", "a-b", 'a"b"', "[a", "[a,,b]", "%a(b)%"),
    ],
)
def test_what_aws_refuses(pattern: str) -> None:
    with pytest.raises(Malformed):
        parse(pattern)


# a tree is (selector, operator, operand) or ("&&" | "||", [trees])
names = st.sampled_from(["a", "b", "c-d"])
scalars = st.one_of(st.sampled_from(["x", "xy", "y", "12", "1.5"]), st.integers(0, 20), st.booleans(), st.none())
events = st.dictionaries(
    names,
    st.one_of(scalars, st.dictionaries(names, scalars, max_size=2), st.lists(scalars, max_size=2)),
    max_size=3,
)
selectors = st.one_of(
    names.map(lambda a: (a,)),
    st.tuples(names, names),
    st.tuples(names, st.sampled_from([0, 1, "*"])),
)
texts = st.sampled_from(["x", "x*", "*", "12", "*y*"])
tests = st.one_of(
    st.tuples(selectors, st.sampled_from(["=", "!="]), texts.map(lambda one: f'"{one}"')),
    st.tuples(selectors, st.sampled_from(["=", "!="]), st.sampled_from(["%^x%", "%y$%"])),
    st.tuples(selectors, st.sampled_from(["=", "!=", "<", ">", "<=", ">="]), st.integers(0, 20).map(str)),
    st.tuples(selectors, st.sampled_from(["IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"]), st.just("")),
)
trees: st.SearchStrategy[Any] = st.recursive(
    tests, lambda below: st.tuples(st.sampled_from(["&&", "||"]), st.lists(below, min_size=2, max_size=3)), max_leaves=5
)


def is_test(tree: Any) -> bool:
    return len(tree) == 3


def written(tree: Any, draw: Any, outer: str = "") -> str:
    """With spaces, and parentheses where they are needed or just so."""
    space = draw(st.sampled_from(["", " ", "  "]))
    if is_test(tree):
        selector, operator, operand = tree
        path = "".join(f"[{step}]" if step == "*" or isinstance(step, int) else f".{step}" for step in selector)
        gap = space if operator[0] in "=!<>" else " "
        text = f"${path}{gap}{operator}{gap if operand else ''}{operand}"
    else:
        text = f"{space}{tree[0]}{space}".join(written(part, draw, tree[0]) for part in tree[1])
        if outer == "&&" and tree[0] == "||":
            return f"({text})"
    return f"({space}{text})" if draw(st.booleans()) else text


def regexes(tree: Any) -> int:
    return tree[2].count("%") // 2 if is_test(tree) else sum(map(regexes, tree[1]))


def reached(event: Any, selector: Any) -> list[Any]:
    nodes = [event]
    for step in selector:
        if step == "*":
            nodes = [each for node in nodes if isinstance(node, list) for each in node]
        elif isinstance(step, int):
            nodes = [node[step] for node in nodes if isinstance(node, list) and step < len(node)]
        else:
            nodes = [node[step] for node in nodes if isinstance(node, dict) and step in node]
    return nodes


def answers(tree: Any, event: Any) -> set[bool]:
    """What a run may say: both where AWS does not document it."""
    if not is_test(tree):
        combined: set[bool] = {tree[0] == "&&"}
        for part in tree[1]:
            mine = answers(part, event)
            combined = {(a and b) if tree[0] == "&&" else (a or b) for a in combined for b in mine}
        return combined
    selector, operator, operand = tree
    found = reached(event, selector)
    if operator == "NOT EXISTS":
        return {not found}
    if not found:
        return {True, False} if operator == "!=" else {False}
    said = [one(value, operator, operand) for value in found]
    if any(each == {True} for each in said):
        return {True}
    return {False} if all(each == {False} for each in said) else {True, False}


def one(value: Any, operator: str, operand: str) -> set[bool]:
    both = {True, False}
    if operator.startswith("IS"):
        return {value is {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}[operator]}
    if isinstance(value, dict | list):
        return {False}
    if operator in ("=", "!="):
        if value is None:
            return {False} if operator == "=" else both
        same = equal(value, operand)
        return same if operator == "=" else {not each for each in same}
    if isinstance(value, str):
        return both if value in ("12", "1.5") else {False}
    if value is None or isinstance(value, bool):
        return {False}
    limit = int(operand)
    return {{"<": value < limit, ">": value > limit, "<=": value <= limit, ">=": value >= limit}[operator]}


def equal(value: Any, operand: str) -> set[bool]:
    both, bare = {True, False}, operand.strip('"%')
    if operand.startswith("%"):
        return {bool(re.search(bare, value))} if isinstance(value, str) else both
    if isinstance(value, bool):
        return both if "*" in bare or bare in ("true", "false") else {False}
    agrees = fnmatch.fnmatchcase(str(value), bare)
    if isinstance(value, str) == operand.startswith('"'):
        return {agrees}
    return both if agrees else {False}


NAMES = {frozenset({True}): T, frozenset({False}): F, frozenset({True, False}): U}


@settings(max_examples=400, deadline=None)
@given(trees, events, st.data())
def test_patterns_against_a_naive_evaluator(tree: Any, event: Any, data: st.DataObject) -> None:
    if regexes(tree) <= 2:
        text = f"{{{written(tree, data.draw)}}}"
        assert matches(parse(text), event) is NAMES[frozenset(answers(tree, event))], text


def test_the_naive_evaluator_notices_a_wrong_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """An absent field that counts as different: what a careless reader of the page would write."""
    tree = (("a",), "!=", '"x"')
    assert matches(parse('{ $.a != "x" }'), {}) is NAMES[frozenset(answers(tree, {}))]
    monkeypatch.setattr(filter_match, "U", T)
    assert matches(parse('{ $.a != "x" }'), {}) is not NAMES[frozenset(answers(tree, {}))]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='{}[]()$.ab =!<>&|"%*?-1,', max_size=25))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        pattern = parse(text)
    except Malformed:
        return
    assert matches(pattern, {"a": {"b": [1, "a", None, True]}}) in (F, U, T)
