"""The resolver under anything that is thrown at it: random trees, circles, depth, real templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
from cfnlint.decode import decode, decode_str
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Hidden, Reason, Text, World
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack
from auditor.sources.template.resolve import NO_VALUE, Resolver
from auditor.sources.template.worlds import assignments

CORPUS = File(__file__).parents[4] / "shared" / "corpus"

TEMPLATE = """
Parameters:
  App: {Type: String}
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Subnets: {Type: CommaDelimitedList, Default: "a, b,c"}
Mappings:
  Sizes: {dev: {type: small}, prod: {type: large}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Nested: {Type: AWS::CloudFormation::Stack}
"""
WORLD = Assignment(World(), {})


def stack(text: str = TEMPLATE) -> Stack:
    template, errors = decode_str(text)
    assert template is not None, errors
    return Stack("t.yaml", template)


def identify(owner: Stack, logical: str, attribute: str | None) -> Any:
    symbol = owner.symbol_of(logical) + (f".{attribute}" if attribute else "")
    return Identity(symbol, owner.section("Resources")[logical]["Type"])


def resolver(root: Stack | None = None) -> Resolver:
    return Resolver(root or stack(), WORLD, Settings(), identify)


def hidden(detail: str, symbol: str | None) -> Hidden:
    return Hidden(Reason.UNRESOLVED, detail, symbol)


names = st.sampled_from(["App", "Env", "Subnets", "Bucket", "Nobody", "AWS::Region", "AWS::NoValue", "IsProd", "Cyc"])
functions = st.sampled_from(
    ["Ref", "Condition", "Transform", "ToJsonString", "ForEach::X", "Foo", "Contains", "EachMemberIn", "ImportValue"]
    + ["And", "Or", "Not", "Equals", "If", "Sub", "Join", "Select", "Split", "FindInMap", "Base64", "Cidr", "GetAZs"]
    + ["GetAtt", "Length"]
).map(lambda name: name if name in ("Ref", "Condition") else f"Fn::{name}")
scalars = st.one_of(
    names,
    st.sampled_from(
        ["${App}", "${Bucket.Arn}-${Env}", "${", "${!X}", "Sizes", "dev", "type", "{{resolve:ssm:x}}", ","]
    ),
    st.none(),
    st.booleans(),
    st.integers(-3, 10**30),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.dates(),
    st.binary(max_size=3),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(functions, names, st.integers()), inner, max_size=2),
        st.tuples(functions, st.one_of(inner, st.lists(inner, min_size=2, max_size=4))).map(lambda one: dict([one])),
    ),
    max_leaves=25,
)


@settings(max_examples=200)
@given(trees, trees, trees)
def test_no_tree_makes_it_raise(node: Any, condition: Any, output: Any) -> None:
    base = stack().template
    parent = Stack("t.yaml", base | {"Conditions": {"IsProd": condition, "Cyc": {"Condition": "IsProd"}}})
    child = Stack("c.yaml", base | {"Outputs": {"X": {"Value": output}}}, ("Nested",), parent, {"App": node})
    parent.children["Nested"] = child
    found = resolver(parent)
    trace: dict[Any, Any] = {}
    first, second = found.value(node, trace), found.value(node)
    assert repr(first) == repr(second)
    assert found.condition("IsProd") in (True, False, None)
    found.child(child).value(node)
    found.value({"Fn::GetAtt": ["Nested", "Outputs.X"]})
    assert_plain(first)


def assert_plain(made: Any) -> None:
    if isinstance(made, dict):
        assert all(type(key) is str for key in made)
        for item in made.values():
            assert_plain(item)
    elif isinstance(made, list):
        for item in made:
            assert_plain(item)
    else:
        assert made is NO_VALUE or type(made) in (str, int, float, bool, type(None), Hidden, Text, Identity)


def test_deep_trees_circles_and_doubling_end() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"Fn::Join": ["", [deep]]}
    assert isinstance(resolver().value(deep), Hidden)
    conditions = {f"C{index}": {"Fn::Not": [{"Condition": f"C{(index + 1) % 5000}"}]} for index in range(5000)}
    found = resolver(Stack("t.yaml", {"Conditions": conditions}))
    assert found.condition("C0") is None
    body: Any = "x" * 100
    stacks = [Stack("t.yaml", {"Parameters": {"P": {"Type": "String", "Default": body}}})]
    for index in range(40):  # each level passes its own argument twice
        template = {"Parameters": {"P": {"Type": "String"}}}
        argument = {"P": {"Fn::Sub": "${P}${P}"}}
        stacks.append(Stack("c.yaml", template, (*stacks[-1].instance, f"N{index}"), stacks[-1], argument))
    assert len(str(resolver(stacks[0]).child(stacks[-1]).value({"Ref": "P"}))) < 2**21


def test_a_reference_that_comes_back_to_itself_is_an_error_and_ends() -> None:
    root = stack("Resources: {A: {Type: T, Properties: {X: !GetAtt B.X}}, B: {Type: T, Properties: {X: !GetAtt A.X}}}")

    def follow(owner: Stack, logical: str, attribute: str | None) -> Any:
        return found.value(owner.section("Resources")[logical]["Properties"][attribute])

    found = Resolver(root, WORLD, Settings(), follow)
    assert found.value({"Fn::GetAtt": ["A", "X"]}) == hidden("A.X refers to itself", None)


def corpus() -> Iterator[File]:
    return (path for path in sorted(CORPUS.rglob("*")) if path.suffix in (".yaml", ".yml", ".json", ".template"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real templates is not part of the repository")
def test_every_real_template_resolves_in_every_world() -> None:
    several = 0
    for path in corpus():
        template, _ = decode(str(path))
        if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
            continue
        root = Stack(path.name, template)
        found = assignments(root, Settings())
        assert not found.capped and all(world.certain for world in found.worlds), path
        several += len(found.worlds) > 1
        for world in found.worlds:
            made = Resolver(root, world, Settings(), identify)
            for resource in (one for one in template["Resources"].values() if isinstance(one, dict)):
                trace: dict[Any, Any] = {}
                properties = made.value(resource.get("Properties", {}), trace)
                assert_plain(properties)
                assert isinstance(properties, dict) and set(trace) >= {(key,) for key in properties}
                json.dumps(properties, default=str)
    assert several >= 20


sections = st.dictionaries(st.one_of(names, st.integers()), trees, max_size=3)
bodies = st.fixed_dictionaries(
    {"Type": st.sampled_from(["T", 1]), "Properties": trees},
    optional={"Condition": scalars, "AllowedValues": trees, "Default": trees, "AllowedPattern": scalars},
)
declared = st.dictionaries(names, st.one_of(trees, bodies), max_size=3)
conditions = st.dictionaries(names, trees, max_size=3)


@settings(max_examples=200)
@given(declared, conditions, declared, sections, sections)
def test_any_template_has_worlds(parameters: Any, tests: Any, resources: Any, rules: Any, mappings: Any) -> None:
    sizes = {"Sizes": {"dev": {"type": "small"}, "prod": {"type": "large"}}}
    root = Stack(
        "t.yaml",
        {
            "Parameters": {"Env": {"Type": "String", "AllowedValues": ["dev", "prod"]}} | parameters,
            "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}} | tests,
            "Rules": rules,
            "Mappings": sizes | mappings,
            "Resources": resources
            | {"R": {"Type": "T", "Condition": "IsProd", "Properties": {"Fn::If": ["Cyc", 1, 2]}}},
        },
    )
    child = Stack("c.yaml", dict(root.template), ("R",), root, {"Env": {"Ref": "Env"}, "App": rules})
    root.children["R"] = child
    found = assignments(root, Settings(max_worlds=8))
    assert 1 <= len(found.worlds) <= 8
    for world in found.worlds:
        made = Resolver(root, world, Settings(), lambda *_: hidden("x", "x"))
        made.value(root.template["Resources"])
        made.child(child).value(root.template["Resources"])
