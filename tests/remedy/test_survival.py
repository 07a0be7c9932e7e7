"""Generated templates: whatever their layout, comments and lines that are not part of a change survive an edit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.remedy.edit import edit
from auditor.remedy.wish import Wish

WISH: Mapping[str, Any] = {"Encrypted": True, "Options": {"Tokens": "required", "Hops": 1}}
NAMES = st.sampled_from(["A", "Encrypted", "Options", "Tokens", "Größe", "Hops", "a b"])
SCALARS = st.sampled_from(
    ["false", "true", "'x # y'", '"😀"', "optional", "|\n{}text\n{}# no comment", "> \n{}folded", "!Ref P", "5", ""]
)
COMMENTS = st.sampled_from(["", "# a", "#", "# é: {", "\n"])
VALUES = st.recursive(SCALARS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8)


@st.composite
def templates(draw: st.DrawFn) -> str:
    """In block style, with mappings in flow style among them, comments between and behind."""
    unit = draw(st.sampled_from(["  ", "    ", " "]))

    def flow(value: Any) -> str:
        if isinstance(value, str):
            return "0" if value[:1] in ("|", ">") else value
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"

    def block(value: Mapping[str, Any], indent: str) -> Iterator[str]:
        for key, one in value.items():
            above, behind = draw(COMMENTS), draw(COMMENTS)
            if above:
                yield indent + above
            behind = f" {behind}" if behind.strip() else ""
            if isinstance(one, str):
                yield f"{indent}{key}: {one.replace('{}', indent + unit)}" + ("" if "\n" in one else behind)
            elif draw(st.booleans()):
                yield f"{indent}{key}: {flow(one)}{behind}"
            else:
                yield f"{indent}{key}:{behind}"
                yield from block(one, indent + unit)

    bodies: dict[str, Any] = {}
    for logical in draw(st.sampled_from([["Disk"], ["Disk", "Z"], ["Y", "Disk"]])):
        body: dict[str, Any] = {"Type": "T"}
        if draw(st.booleans()):
            body["Properties"] = draw(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
        bodies[logical] = body
    text = "\n".join(block({"Resources": bodies}, "")) + draw(st.sampled_from(["", "\n", "\n\n# end\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


class Loader(yaml.SafeLoader):
    pass


Loader.add_constructor("!Ref", lambda loader, node: {"Ref": node.value})


def load(text: str) -> Any:
    return yaml.load(text, Loader)


def merged(held: Any, wanted: Any) -> Any:
    if not isinstance(wanted, dict):
        return wanted
    return {**(held or {}), **{key: merged((held or {}).get(key), value) for key, value in wanted.items()}}


def is_within(lines: list[str], others: list[str]) -> bool:
    """Whether all lines stand among the others, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)


@given(templates())
def test_what_is_not_part_of_a_change_survives(text: str) -> None:
    wish = Wish("p", "a#Disk", "T", "a", "Disk", WISH)
    found = edit(text.encode(), [wish])
    new = found.raw.decode()
    if found.refused:
        assert new == text
        return
    properties = {"Properties": WISH}
    before, after = load(text), load(new)
    expected = merged(before["Resources"]["Disk"], properties)
    assert json.dumps(after["Resources"]["Disk"], sort_keys=True, default=str).replace('"true"', "true") == json.dumps(
        expected, sort_keys=True, default=str
    )
    assert {name: body for name, body in after["Resources"].items() if name != "Disk"} == {
        name: body for name, body in before["Resources"].items() if name != "Disk"
    }
    # only lines on which a wished name or a mapping in flow style stands may differ; no comment is lost
    kept = [
        line for line in text.splitlines(keepends=True)[:-1] if not any(mark in line for mark in ("{", *WISH_NAMES))
    ]
    assert is_within(kept, new.splitlines(keepends=True))
    assert comments(text) == comments(new)
    assert ("\r\n" in text) == ("\r\n" in new) or "\n" not in text
    assert text.endswith("\n") == new.endswith("\n")
    assert edit(found.raw, [wish]).raw == found.raw


WISH_NAMES = ("Encrypted", "Options", "Tokens", "Hops")


def comments(text: str) -> list[int]:
    return [text.count(comment) for comment in ("#", "# a", "# é: {", "# end", "# no comment", "# y")]


@given(
    st.recursive(
        st.sampled_from([False, "false", "x", 1, None, "😀"]),
        lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
        max_leaves=8,
    ),
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
)
def test_json_stays_json(properties: Any, indent: int | str | None, is_ascii: bool) -> None:
    tree = {"Resources": {"Disk": {"Type": "T", "Properties": properties}}, "Outputs": [1, {"a": "b"}]}
    text = json.dumps(tree, indent=indent, ensure_ascii=is_ascii)
    found = edit(text.encode(), [Wish("p", "a#Disk", "T", "a", "Disk", WISH)])
    if found.refused:
        assert found.raw == text.encode()
        return
    after = json.loads(found.raw)
    tree["Resources"]["Disk"]["Properties"] = merged(properties, dict(WISH))
    if indent is not None and properties and found.written and "Options" not in properties:
        assert found.raw.decode() == json.dumps(after, indent=indent, ensure_ascii=is_ascii)
    assert str(after).replace("'true'", "True").replace("'required'", "required") == str(tree).replace(
        "'required'", "required"
    )
