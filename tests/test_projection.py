"""What OPA is shown, and the way back: hidden means removed, and indexes are the source's again."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import resource

from auditor import projection
from auditor.model import HIDDEN, Hidden, Hole, Json, Reason, Text
from auditor.projection import child, compile_reads, show, source_path

HIDE = Hidden(Reason.DENIED, "s3:GetSomething")
PART = Text(("a-", Hole("App")), Reason.UNRESOLVED, "parameter App has no value")


def shown(properties: dict[str, Json], *paths: tuple[str | int, ...]) -> Json:
    return show(resource(properties=properties), compile_reads(paths))["properties"]


def test_only_read_paths_are_shown() -> None:
    tree = {"A": {"B": 1, "C": 2}, "D": 3}
    assert shown(tree, ("A", "B")) == {"A": {"B": 1}}
    assert shown(tree, ("A",), ("A", "B")) == {"A": {"B": 1, "C": 2}}
    assert shown(tree, ("*", "C")) == {"A": {"C": 2}, "D": 3}
    assert shown(tree, ()) == {}


def test_hidden_values_are_removed_wherever_they_stand() -> None:
    tree = {"A": HIDE, "B": [1, PART, {"C": HIDE, "D": 2}], "E": PART}
    assert shown(tree, ("A",), ("B",), ("E",)) == {"B": [1, {"D": 2}]}


def test_facts_and_tags_are_shown_only_when_read() -> None:
    full = resource(facts={"x": {"y": 1, "z": 2}}, tags={"team": "a", "env": "b"})
    assert "facts" not in show(full, compile_reads([("A",)]))
    trie = compile_reads([("facts", "x", "y"), ("tags", "env")])
    assert show(full, trie)["facts"] == {"x": {"y": 1}}
    assert show(full, trie)["tags"] == {"env": "b"}


def test_identities_are_always_shown() -> None:
    assert {"type", "id", "name", "arn", "account", "region"} <= show(resource(), {}).keys()


leaves = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.just(HIDE), st.just(PART))
trees = st.recursive(
    leaves, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from("ABC"), below, max_size=3)
)


def places(node: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    result = [path]
    if isinstance(node, dict):
        for key, below in node.items():
            result += places(below, (*path, key))
    elif isinstance(node, list):
        for index, below in enumerate(node):
            result += places(below, (*path, index))
    return result


def reach(node: Json, path: tuple[str | int, ...]) -> Json:
    for key in path:
        node = child(node, key)
    return node


def without_hidden(node: Json) -> Json:
    if isinstance(node, dict):
        return {key: without_hidden(below) for key, below in node.items() if not isinstance(below, HIDDEN)}
    if isinstance(node, list):
        return [without_hidden(below) for below in node if not isinstance(below, HIDDEN)]
    return node


@given(st.dictionaries(st.sampled_from("ABC"), trees, max_size=3))
def test_every_place_that_opa_saw_leads_back_to_the_same_value(properties: dict[str, Any]) -> None:
    seen = shown(properties, *((key,) for key in properties))
    assert json.loads(projection.encode({"T": [seen]}))["T"] == [seen]
    for path in places(seen):
        if path:
            original = reach(properties, source_path(properties, path))
            assert without_hidden(original) == reach(seen, path)
