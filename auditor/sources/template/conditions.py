"""The language of `Conditions` and `Rules`, in three values: None is what cannot be told.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from auditor.model import Text
from auditor.sources.template.nodes import Identity, Node
from auditor.sources.template.texts import MARKERS, could_equal, is_wrong, scalar_text, shown

MAX_DEPTH = 60  # of And, Or and Not in each other

TESTS = frozenset(
    {"Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"}
)


class Judge(Protocol):
    """What the evaluation asks of a resolver."""

    def value(self, node: Node) -> Any: ...

    def condition(self, name: str) -> bool | None: ...

    def undecided(self, text: str, wrong: bool) -> bool | None:
        """The branch that is taken for a test which the values do not decide; None where none is."""


def decide(node: Node, judge: Judge, depth: int = 0) -> bool | None:
    """The value of a condition's or a rule's expression."""
    name, argument = test_of(node)
    if name is None or depth > MAX_DEPTH:
        return judge.undecided(f"{shown(judge.value(node))[:80]} holds", True)
    if name == "Condition":
        return judge.condition(argument)
    operands = argument if isinstance(argument, list) else [argument]
    if name == "Fn::Not" and len(operands) == 1:
        return negated(decide(operands[0], judge, depth + 1))
    if name == "Fn::And" and operands:
        return every(decide(operand, judge, depth + 1) for operand in operands)
    if name == "Fn::Or" and operands:
        return some(decide(operand, judge, depth + 1) for operand in operands)
    if len(operands) == 2:
        left, right = judge.value(operands[0]), judge.value(operands[1])
        if name == "Fn::Equals":
            return equal(left, right, judge)
        if name == "Fn::Contains" and isinstance(left, list):
            return some(equal(item, right, judge) for item in left)
        if name == "Fn::EachMemberEquals" and isinstance(left, list):
            return every(equal(item, right, judge) for item in left)
        if name == "Fn::EachMemberIn" and isinstance(left, list) and isinstance(right, list):
            return every(some(equal(item, other, judge) for other in right) for item in left)
        return judge.undecided(f"{name} {shown([left, right])[:200]}", is_wrong(left) or is_wrong(right))
    return judge.undecided(f"{name} holds", True)


def test_of(node: Node) -> tuple[str | None, Any]:
    """The function of a condition's expression and its argument; (None, None) for anything else."""
    if not isinstance(node, dict) or len(node) != 1:
        return None, None
    ((name, argument),) = node.items()
    if name == "Condition":
        return ("Condition", str(argument)) if isinstance(argument, str) else (None, None)
    return (str(name), argument) if name in TESTS else (None, None)


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def every(values: Iterable[bool | None]) -> bool | None:
    """Kleene's "and" over all of them: none is skipped, so that every undecided test is met."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[bool | None]) -> bool | None:
    seen = list(values)
    return True if True in seen else None if None in seen else False


def equal(left: Any, right: Any, judge: Judge) -> bool | None:
    """Whether two resolved values are the same, by the branch taken where they do not tell."""
    decided = same(left, right)
    if decided is not None:
        return decided
    if not isinstance(left, MARKERS):
        left, right = right, left
    if isinstance(right, MARKERS) and shown(right) < shown(left):
        left, right = right, left
    return judge.undecided(f"{shown(left)} is {shown(right)}", is_wrong(left) or is_wrong(right))


def same(left: Any, right: Any) -> bool | None:
    """Whether two resolved values are equal, as Fn::Equals compares: `true` is "true", 80 is "80"."""
    if isinstance(left, MARKERS) or isinstance(right, MARKERS):
        return _same_marker(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return every(map(same, left, right)) if len(left) == len(right) else False
    if isinstance(left, dict) and isinstance(right, dict):
        return every(same(left[key], right[key]) for key in left) if left.keys() == right.keys() else False
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return False
    return scalar_text(left) == scalar_text(right)


def _same_marker(left: Any, right: Any) -> bool | None:
    if is_wrong(left) or is_wrong(right):
        return None
    if isinstance(left, MARKERS) and isinstance(right, MARKERS):
        return True if shown(left) == shown(right) else None
    marker, other = (left, right) if isinstance(left, MARKERS) else (right, left)
    literal = scalar_text(other)
    if literal is None:
        return None if isinstance(other, list | dict) else False
    if isinstance(marker, Identity):
        return False if marker.content is None or not literal else None
    if isinstance(marker, Text) and not could_equal(marker, literal):
        return False
    return None


def comparisons(node: Node, depth: int = 0) -> Iterator[tuple[Node, Node]]:
    """The pairs of nodes that an expression compares, itself and not through other conditions."""
    name, argument = test_of(node)
    if name is None or name == "Condition" or depth > MAX_DEPTH:
        return
    operands = argument if isinstance(argument, list) else [argument]
    if name in ("Fn::And", "Fn::Or", "Fn::Not"):
        for operand in operands:
            yield from comparisons(operand, depth + 1)
    elif len(operands) == 2:
        left, right = operands
        lefts = left if isinstance(left, list) and name != "Fn::Equals" else [left]
        rights = right if isinstance(right, list) and name == "Fn::EachMemberIn" else [right]
        for one in lefts:
            for other in rights:
                yield one, other
