"""Policy documents for the tests of the IAM facts: builders, random ones, their spellings, their places."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from auditor.facts.base import Derived, Fact
from auditor.facts.iam.document import parse
from auditor.model import Gap, Hidden, Hole, Path, Reason, Resource, Text

ACCOUNT = "111122223333"
HIDDEN = Hidden(Reason.DENIED, "iam:GetPolicy")
TREE = Any


class NoView:
    """A scope without anything else in it."""

    is_closed = True

    def __init__(self, *resources: Resource) -> None:
        self._resources = resources

    def related(self, type: str) -> Sequence[Resource]:
        return [one for one in self._resources if one.type == type]

    def gaps(self, type: str) -> Sequence[Gap]:
        return ()


def resource(type: str, properties: TREE, **fields: Any) -> Resource:
    defaults: dict[str, Any] = {"id": "r", "account": ACCOUNT, "region": "eu-west-1", "name": "name", "arn": "⟨Arn⟩"}
    return Resource(type=type, properties=properties, **(defaults | fields))


def derive(fact: Fact, type: str, properties: TREE, *others: Resource, **fields: Any) -> Derived:
    return fact.compute(resource(type, properties, **fields), NoView(*others))


def text(*parts: str | Hole) -> Text:
    return Text(parts, Reason.UNRESOLVED, "parameter P has no value")


def hole(symbol: str) -> Hole:
    return Hole(symbol, "any")


def name(symbol: str) -> Hole:
    return Hole(symbol, "name")


def document(*statements: TREE) -> TREE:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def without(statement: TREE, key: str) -> TREE:
    return {one: value for one, value in statement.items() if one != key}


def places(tree: TREE, path: Path = ()) -> Iterator[Path]:
    """Every place of a tree but its root."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def replaced(tree: TREE, path: Path, value: TREE) -> TREE:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


def respelled(tree: TREE, seed: int) -> TREE:
    """The same policy in another spelling: lists of one as scalars, other case of actions and condition keys."""
    chance = random.Random(seed)

    def listed(values: TREE) -> TREE:
        values = values if isinstance(values, list) else [values]
        values = chance.sample(values, len(values))
        return values[0] if len(values) == 1 and chance.random() < 0.5 else values

    def cased(word: str) -> str:
        return "".join(chance.choice((one.lower(), one.upper())) for one in word)

    def statement(one: TREE) -> TREE:
        copy = {}
        for key, value in chance.sample(list(one.items()), len(one)):
            if key in ("Action", "NotAction"):
                value = listed([cased(word) for word in (value if isinstance(value, list) else [value])])
            elif key in ("Resource", "NotResource"):
                value = listed(value)
            elif key == "Condition":
                value = {
                    operator: {cased(name): listed(values) for name, values in block.items()}
                    for operator, block in value.items()
                }
            elif key in ("Principal", "NotPrincipal") and isinstance(value, dict):
                value = {kind: listed(values) for kind, values in value.items()}
            copy[key] = value
        return copy

    whole = {**tree, "Statement": [statement(one) for one in tree["Statement"]]}
    return json.dumps(whole) if chance.random() < 0.3 else whole


def lists(values: Sequence[TREE], most: int = 3) -> st.SearchStrategy[TREE]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique_by=str)


def documents(
    actions: Sequence[str],
    resources: Sequence[str] = (),
    principals: Sequence[TREE] = (),
    conditions: Sequence[tuple[str, str, TREE]] = (),
    most: int = 3,
) -> st.SearchStrategy[TREE]:
    """Random documents over a small vocabulary."""

    @st.composite
    def statements(draw: st.DrawFn) -> TREE:
        one: TREE = {"Effect": draw(st.sampled_from(("Allow", "Allow", "Deny")))}
        one[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(lists(actions))
        if resources:
            one[draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource")))] = draw(lists(resources))
        if principals:
            key = draw(st.sampled_from(("Principal", "Principal", "Principal", "NotPrincipal")))
            one[key] = draw(st.sampled_from(principals))
        if conditions and draw(st.booleans()):
            block: TREE = {}
            for operator, key, values in draw(st.lists(st.sampled_from(conditions), min_size=1, max_size=2)):
                block.setdefault(operator, {})[key] = values
            one["Condition"] = block
        return one

    return st.lists(statements(), min_size=1, max_size=most).map(lambda some: document(*some))


def item_of(principal: TREE, key: str = "Principal") -> TREE:
    """The parsed principals of one statement."""
    return parse({"Statement": {"Effect": "Allow", "Action": "*", key: principal}}).statements[0].principals
