"""Worlds against brute force: every combination of parameters is tried with a second, naive evaluator."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Hidden, Text
from auditor.sources.template.declared import unset
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack
from auditor.sources.template.resolve import Resolver
from auditor.sources.template.search import Leaf, Space
from auditor.sources.template.survey import uses_of
from auditor.sources.template.texts import could_equal, is_wrong, markers
from auditor.sources.template.worlds import Assignments, assignments, explore

NAMES = ("P", "Q", "R")
TEXTS = ("a", "b", "ab", "")
ELSE = ("zz1", "zz2", "zz3", "zz4", "bb", "bbb", "bbbb")
MAPPING = {"a": {"k": "x", "l": "a"}, "b": {"k": "y", "l": "b"}, "ab": {"k": "x", "l": "zz1"}}
PATTERNS = ("[ab]*", "(a|b|zz1)", "[a-z]*[0-9]?", "b+")


# --- a naive evaluator: literal values only; None is an error or an unknown ------------------------------------------


def evaluate(node: Any, values: dict[str, str], conditions: dict[str, Any]) -> Any:
    if not isinstance(node, dict):
        return [evaluate(item, values, conditions) for item in node] if isinstance(node, list) else node
    if len(node) != 1:
        return {key: evaluate(item, values, conditions) for key, item in node.items()}
    ((name, argument),) = node.items()
    if name == "Ref":
        return values[argument]
    if name == "Fn::Sub":
        return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], argument)
    if name == "Fn::Join":
        return argument[0].join(evaluate(item, values, conditions) for item in argument[1])
    if name == "Fn::FindInMap":
        top, second = (evaluate(item, values, conditions) for item in argument[1:])
        return MAPPING.get(top, {}).get(second)
    if name == "Fn::If":
        return evaluate(argument[1 if holds({"Condition": argument[0]}, values, conditions) else 2], values, conditions)
    return {name: evaluate(argument, values, conditions)}


def holds(node: Any, values: dict[str, str], conditions: dict[str, Any]) -> bool | None:
    ((name, argument),) = node.items()
    if name == "Condition":
        return holds(conditions[argument], values, conditions)
    if name == "Fn::Equals":
        left, right = (evaluate(side, values, conditions) for side in argument)
        return None if left is None or right is None else left == right
    results = [holds(operand, values, conditions) for operand in argument]
    if name == "Fn::Not":
        return None if results[0] is None else not results[0]
    decisive = name == "Fn::Or"
    return decisive if decisive in results else None if None in results else not decisive


# --- random templates ------------------------------------------------------------------------------------------------

references = st.sampled_from([{"Ref": name} for name in NAMES])
entries = st.one_of(
    references.map(lambda key: {"Fn::FindInMap": ["M", key, "k"]}),
    references.map(lambda key: {"Fn::FindInMap": ["M", key, "l"]}),
)
expressions = st.one_of(
    references,
    entries,
    st.sampled_from(["${P}-${Q}", "${P}x", "${Q}${R}"]).map(lambda text: {"Fn::Sub": text}),
    st.tuples(references, references).map(lambda pair: {"Fn::Join": ["-", list(pair)]}),
)
literals = st.sampled_from((*TEXTS, "x", "y", "a-b", "ax"))
tests = st.one_of(
    st.tuples(expressions, literals).map(lambda pair: {"Fn::Equals": list(pair)}),
    st.tuples(references, st.one_of(references, entries)).map(lambda pair: {"Fn::Equals": list(pair)}),
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
rule_tests = st.tuples(references, st.one_of(references, literals)).map(lambda pair: {"Fn::Equals": list(pair)})


def formulas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        inner,
        lambda part: st.one_of(
            part.map(lambda one: {"Fn::Not": [one]}),
            st.lists(part, min_size=2, max_size=3).map(lambda many: {"Fn::And": many}),
            st.lists(part, min_size=2, max_size=3).map(lambda many: {"Fn::Or": many}),
        ),
        max_leaves=4,
    )


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    declared: dict[str, Any] = {"Type": "String"}
    kind = draw(st.sampled_from(["free", "allowed", "pattern"]))
    if kind == "allowed":
        declared["AllowedValues"] = draw(
            st.lists(st.sampled_from((*TEXTS, "zz1", "bb")), min_size=1, max_size=4, unique=True)
        )
    if kind == "pattern":
        declared["AllowedPattern"] = draw(st.sampled_from(PATTERNS))
    default = draw(st.sampled_from((None, *TEXTS, "zz1")))
    if default is not None and allowed(declared, default):
        declared["Default"] = default
    return declared


def allowed(declared: dict[str, Any], text: str) -> bool:
    return (
        text in declared.get("AllowedValues", (text,))
        and re.fullmatch(declared.get("AllowedPattern", ".*"), text) is not None
    )


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    conditions = {f"C{index}": draw(formulas(tests)) for index in range(draw(st.integers(1, 3)))}
    if draw(st.booleans()):
        conditions["Both"] = {"Fn::And": [{"Condition": "C0"}, {"Fn::Not": [draw(tests)]}]}
    resources: dict[str, Any] = {f"R{name}": {"Type": "T", "Condition": name} for name in conditions}
    resources["Body"] = {
        "Type": "T",
        "Properties": {
            "Plain": draw(expressions),
            "Chosen": {"Fn::If": ["C0", draw(expressions), {"Ref": "P"}]},
            "Nested": [draw(expressions), {"Fn::If": ["C0", "yes", draw(literals)]}],
        },
    }
    template = {
        "Parameters": {name: draw(parameters()) for name in NAMES},
        "Mappings": {"M": MAPPING},
        "Conditions": conditions,
        "Resources": resources,
    }
    if draw(st.integers(0, 3)) == 0:
        rule: dict[str, Any] = {"Assertions": [{"Assert": draw(formulas(rule_tests))}]}
        if draw(st.booleans()):
            rule["RuleCondition"] = draw(rule_tests)
        template["Rules"] = {"Rule": rule}
    return template


def mentioned(node: Any) -> set[str]:
    return {name for name in NAMES if f"'{name}'" in str(node) or f"{{{name}}}" in str(node)}


def producible(template: dict[str, Any]) -> set[tuple[bool, ...]]:
    """The vectors of all conditions over every combination of what the parameters may be."""
    declared, conditions = template["Parameters"], template["Conditions"]
    rules = list(template.get("Rules", {}).values())
    domains = [
        [text for text in dict.fromkeys((*TEXTS, *ELSE, "x", "y", "a-b", "ax", "bbx")) if allowed(declared[name], text)]
        for name in NAMES
    ]
    found = set()
    for texts in itertools.product(*domains):
        values = dict(zip(NAMES, texts, strict=True))
        if any(
            holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]}), values, conditions)
            and holds(rule["Assertions"][0]["Assert"], values, conditions) is False
            for rule in rules
        ):
            continue
        vector = tuple(holds({"Condition": name}, values, conditions) for name in conditions)
        if None not in vector:
            found.add(vector)
    return found


def opaque(stack: Stack, logical: str, attribute: str | None) -> Identity:
    return Identity(stack.symbol_of(logical) + (f".{attribute}" if attribute else ""), "T")


def resolver_of(root: Stack, world: Assignment) -> Resolver:
    return Resolver(root, world, Settings(), opaque)


def vectors(root: Stack, found: Assignments) -> list[tuple[bool | None, ...]]:
    names = root.section("Conditions")
    return [tuple(resolver_of(root, world).condition(name) for name in names) for world in found.worlds]


def spaces(root: Stack, user: Settings) -> tuple[Space, list[Leaf], bool]:
    base = {((), name): unset(root, name, user) for name in root.section("Parameters")}
    return explore(root, user, uses_of(root), base)


@settings(max_examples=150)
@given(templates())
def test_each_world_is_produced_by_values_that_the_template_allows(template: dict[str, Any]) -> None:
    root = Stack("t.yaml", template)
    space, leaves, _ = spaces(root, Settings(max_worlds=1000))
    names = [name for _, name in space.used]
    for leaf in (one for one in leaves if one.certain):
        assert any(produces(template, names, values, leaf.vector) for values in deployments(template, space, leaf))


def deployments(template: dict[str, Any], space: Space, leaf: Leaf) -> Iterator[dict[str, str]]:
    """What the parameters may be in a world; of a variable that does not matter there, anything."""
    options = [
        one.choices if one.name not in leaf.chosen else [one.choices[leaf.chosen[one.name]]] for one in space.variables
    ]
    for chosen in itertools.product(*options):
        texts = {one.name: choice.value for one, choice in zip(space.variables, chosen, strict=True)}
        assert all(allowed(template["Parameters"][name], text) for name, text in texts.items())
        yield {name: unvaried(body) for name, body in template["Parameters"].items()} | texts


def produces(template: dict[str, Any], names: list[str], values: dict[str, str], vector: tuple[Any, ...]) -> bool:
    conditions = template["Conditions"]
    for rule in template.get("Rules", {}).values():
        applies = holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]}), values, conditions)
        binds = mentioned(rule) & mentioned(conditions)  # else it binds nothing that conditions compare
        if binds and applies and holds(rule["Assertions"][0]["Assert"], values, conditions) is False:
            return False
    return tuple(holds({"Condition": name}, values, conditions) for name in names) == vector


@settings(max_examples=60)
@given(templates())
def test_no_combination_of_conditions_that_parameters_produce_is_missed(template: dict[str, Any]) -> None:
    root = Stack("t.yaml", template)
    found = assignments(root, Settings(max_worlds=1000))
    expected = producible(template)
    if expected:
        assert not found.capped
        assert set(vectors(root, found)) >= expected


def unvaried(declared: dict[str, Any]) -> str:
    """What a parameter is that no condition compares."""
    return str(declared.get("Default", declared.get("AllowedValues", ["any"])[0]))


def covers(made: Any, truth: Any) -> bool:
    """Whether a resolved value says nothing but the truth. None: there is none, the deployment fails."""
    if truth is None:
        return True
    if isinstance(made, Text):
        return isinstance(truth, str) and could_equal(made, truth)
    if isinstance(made, Hidden):
        return made.symbol is not None
    if isinstance(made, dict) and isinstance(truth, dict):
        return made.keys() == truth.keys() and all(covers(made[key], truth[key]) for key in made)
    if isinstance(made, list) and isinstance(truth, list):
        return len(made) == len(truth) and all(map(covers, made, truth))
    return bool(made == truth)


@settings(max_examples=80)
@given(templates())
def test_every_value_is_that_of_the_naive_evaluator_in_every_world(template: dict[str, Any]) -> None:
    root = Stack("t.yaml", template)
    space, leaves, _ = spaces(root, Settings(max_worlds=1000))
    worlds = assignments(root, Settings(max_worlds=1000)).worlds
    assert len(worlds) == len(leaves)
    for leaf, world in zip(leaves, worlds, strict=True):
        if not leaf.certain:
            continue
        body, names = template["Resources"]["Body"]["Properties"], [name for _, name in space.used]
        made = resolver_of(root, world).value(body)
        assert any(
            covers(made, evaluate(body, values, template["Conditions"]))
            for values in deployments(template, space, leaf)
            if produces(template, names, values, leaf.vector)
        )
        if not any(isinstance(value, Hidden) for value in world.values.values()):
            assert list(markers(made)) == [one for one in markers(made) if is_wrong(one)]
