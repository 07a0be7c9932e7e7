"""Worlds by example: what ranges, what is fixed, what is excluded, and what the worlds are called."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cfnlint.decode import decode_str

from auditor.model import Hidden, Reason, World
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack
from auditor.sources.template.resolve import Resolver
from auditor.sources.template.worlds import Assignments, assignments


def opaque(stack: Stack, logical: str, attribute: str | None) -> Identity:
    return Identity(stack.symbol_of(logical) + (f".{attribute}" if attribute else ""), "T")


def resolver_of(root: Stack, world: Assignment) -> Resolver:
    return Resolver(root, world, Settings(), opaque)


def vectors(root: Stack, found: Assignments) -> list[tuple[bool | None, ...]]:
    names = root.section("Conditions")
    return [tuple(resolver_of(root, world).condition(name) for name in names) for world in found.worlds]


def worlds(text: str, **user: Any) -> Assignments:
    return assignments(stack(text), Settings(**user))


def stack(text: str, **fields: Any) -> Stack:
    template, errors = decode_str(text)
    assert template is not None, errors
    return Stack("t.yaml", template, **fields)


def labels(found: Assignments) -> list[str]:
    return [world.world.label for world in found.worlds]


ENV = """
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Key: {Type: String, Default: ""}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  HasKey: !Not [!Equals [!Ref Key, ""]]
  Unused: !Equals [!Ref Env, test]
Resources:
  A: {Type: T, Condition: IsProd, Properties: {K: !If [HasKey, !Ref Key, none]}}
"""


def test_the_default_world_is_first_and_labels_name_the_smallest_difference() -> None:
    found = worlds(ENV)
    assert labels(found) == [
        "Env is dev and Key is empty",
        "Key is not empty",
        "Env is prod",
        "Env is prod and Key is not empty",
    ]
    assert [world.world.default for world in found.worlds] == [True, False, False, False]
    assert found.worlds[0].world.values == (("Env", "dev"), ("Key", ""))
    assert not found.capped and all(world.certain for world in found.worlds)
    key = found.worlds[1].values[(), "Key"]
    assert key.symbol == "Key" and key.detail == "parameter Key has no value in this world"


def test_a_template_without_conditions_has_one_world_without_a_label() -> None:
    (world,) = worlds("Parameters: {A: {Type: String}}\nResources: {R: {Type: T}}").worlds
    assert (world.world, world.certain) == (World(), True)
    assert world.values[(), "A"] == Hidden(Reason.UNRESOLVED, "parameter A has no value", "A")


def test_what_the_user_gives_is_fixed() -> None:
    assert labels(worlds(ENV, parameters={"Env": "prod"})) == ["Key is empty", "Key is not empty"]
    assert len(worlds(ENV, parameters={"Env": "prod", "Key": "k"}).worlds) == 1


def test_default_worlds_fix_only_parameters_that_have_a_default() -> None:
    text = ENV.replace('Default: ""', "NoEcho: true")
    assert labels(worlds(text, worlds="default")) == ["Key is not empty", "Key is empty"]
    assert len(worlds(ENV, worlds="default").worlds) == 1


def test_each_allowed_value_that_resources_see_is_a_world_of_its_own() -> None:
    """A mapping may hold something else for each, so that one must not stand for another."""
    text = ENV + "  B: {Type: T, Properties: {E: !Ref Env}}\n"
    values = [world.values[(), "Env"] for world in worlds(text, parameters={"Key": ""}).worlds]
    assert values == ["dev", "test", "prod"]


def test_allowed_values_that_would_be_too_many_worlds_are_something_else() -> None:
    many = ", ".join(f"t{index}" for index in range(200))
    text = f"""
Parameters: {{Type: {{Type: String, Default: t0, AllowedValues: [{many}]}}}}
Conditions: {{Small: !Equals [!Ref Type, t1]}}
Resources: {{A: {{Type: T, Condition: Small, Properties: {{T: !Ref Type}}}}}}
"""
    found = worlds(text)
    assert not found.capped
    assert labels(found) == ["Type is t0", "Type is something else", "Type is t1"]
    assert isinstance(found.worlds[1].values[(), "Type"], Hidden)


def test_parameters_compared_with_each_other_can_be_equal_and_different() -> None:
    text = """
Parameters: {A: {Type: String}, B: {Type: String}, C: {Type: String}}
Conditions:
  AB: !Equals [!Ref A, !Ref B]
  BC: !Equals [!Ref B, !Ref C]
  AC: !Equals [!Ref A, !Ref C]
Resources:
  R: {Type: T, Properties: {X: !If [AB, 1, 2], Y: !If [BC, 1, 2], Z: !If [AC, 1, 2], N: [!Ref A, !Ref B, !Ref C]}}
"""
    root = stack(text)
    found = assignments(root, Settings())
    assert sorted(vectors(root, found)) == sorted(
        [(False, False, False), (True, False, False), (False, True, False), (False, False, True), (True, True, True)]
    )
    by_vector = dict(zip(vectors(root, found), found.worlds, strict=True))
    same = by_vector[True, False, False]
    assert same.values[(), "A"].symbol == same.values[(), "B"].symbol != same.values[(), "C"].symbol
    assert same.world.label == "B is A"


def test_lists_are_compared_by_the_usual_idioms() -> None:
    text = """
Parameters: {L: {Type: CommaDelimitedList}, M: {Type: "List<AWS::EC2::Subnet::Id>", Default: ""}}
Conditions:
  HasL: !Not [!Equals [!Join ["", !Ref L], ""]]
  HasM: !Not [!Equals [!Select [0, !Ref M], ""]]
  Two: !Equals [!Select [1, !Ref L], b]
Resources: {R: {Type: T, Properties: {X: !If [HasL, 1, 2], Y: !If [HasM, 1, 2], Z: !If [Two, 1, 2]}}}
"""
    root = stack(text)
    found = assignments(root, Settings())
    assert {(True, True, True), (True, False, True)} <= set(vectors(root, found))
    usual = text.replace(", Z: !If [Two, 1, 2]", "").replace("  Two: !Equals [!Select [1, !Ref L], b]\n", "")
    found = assignments(stack(usual), Settings())
    assert set(vectors(stack(usual), found)) == {(a, b) for a in (True, False) for b in (True, False)}
    assert all(world.certain for world in found.worlds)


def test_the_region_ranges_and_is_known_only_where_one_region_makes_the_world() -> None:
    text = """
Mappings: {R: {us-east-1: {big: true}, us-west-2: {big: true}, eu-west-1: {big: false}}}
Conditions: {East: !Equals [!Ref AWS::Region, us-east-1], Big: !Equals [!FindInMap [R, !Ref AWS::Region, big], true]}
Resources: {A: {Type: T, Properties: {X: !If [%s, 1, 2], N: !Sub "x-${AWS::Region}"}}}
"""
    found = worlds(text % "East")
    regions = [world.values.get(((), "AWS::Region")) for world in found.worlds]
    assert isinstance(regions[0], Hidden) and regions[1:] == ["us-east-1"]
    assert labels(found) == ["AWS::Region is not us-east-1", "AWS::Region is us-east-1"]
    found = worlds(text % "Big")
    by_label = {world.world.label: world.values[(), "AWS::Region"] for world in found.worlds}
    assert by_label["AWS::Region is eu-west-1"] == "eu-west-1"
    assert isinstance(by_label["AWS::Region is us-east-1"], Hidden)  # or us-west-2
    assert len(found.worlds) == 2  # elsewhere the mapping has no such key: nothing is deployed
    assert len(worlds(text % "East", region="us-east-1").worlds) == 1


def test_a_value_from_the_parameter_store_may_be_anything() -> None:
    text = """
Parameters: {P: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b, AllowedValues: [/a/b]}}
Conditions: {Set: !Equals [!Ref P, "true"]}
Resources: {R: {Type: T, Condition: Set}}
"""
    assert labels(worlds(text)) == ["P is not true", "P is true"]


def test_what_no_parameter_decides_is_two_worlds_that_are_not_certain() -> None:
    text = """
Conditions:
  Imported: !Equals [!ImportValue x, y]
  Again: !Not [!Equals [y, !ImportValue x]]
Resources: {R: {Type: T, Condition: Imported}, S: {Type: T, Condition: Again}}
"""
    root = stack(text)
    found = assignments(root, Settings())
    assert sorted(vectors(root, found)) == [(False, True), (True, False)]  # one test, although written twice
    assert not any(world.certain for world in found.worlds)
    assert labels(found) == ["⟨Fn::ImportValue x⟩ is not y", "⟨Fn::ImportValue x⟩ is y"]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("{Type: String, AllowedPattern: '(a|b)'}", {(True,), (False,)}),
        ("{Type: String, AllowedPattern: 'a'}", {(True,)}),
        ("{Type: String, AllowedPattern: '[b-d]*'}", {(False,)}),
        ("{Type: String, MinLength: 2}", {(False,)}),
        ("{Type: String, MaxLength: 1, AllowedPattern: 'a?'}", {(True,), (False,)}),
        ("{Type: Number, MinValue: 1, MaxValue: 9}", {(False,)}),
        ("{Type: String, AllowedPattern: '(?!a).*'}", {(False,)}),
        ("{Type: String, AllowedPattern: '[['}", {(True,), (False,)}),  # not readable: it excludes nothing
        ("{Type: String, AllowedPattern: '(a+)+$', Default: a}", {(True,), (False,)}),
    ],
)
def test_constraints_of_a_parameter_exclude_worlds(declared: str, expected: set[tuple[bool]]) -> None:
    root = stack(
        f"Parameters: {{P: {declared}}}\n"
        "Conditions: {A: !Equals [!Ref P, a]}\nResources: {R: {Type: T, Condition: A}}"
    )
    found = assignments(root, Settings())
    assert set(vectors(root, found)) == expected
    assert all(world.certain for world in found.worlds)


RULES = """
Parameters:
  Env: {Type: String, Default: dev}
  Size: {Type: String, Default: small}
Rules:
  Large:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: {"Fn::Contains": [[large, huge], !Ref Size]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsSmall: !Equals [!Ref Size, small]
Resources:
  R: {Type: T, Condition: IsProd, Properties: {S: !If [IsSmall, 1, 2], Z: !Ref Size}}
"""


def test_rules_exclude_worlds() -> None:
    root = stack(RULES)
    found = assignments(root, Settings())
    assert set(vectors(root, found)) == {(False, True), (False, False), (True, False)}


def test_a_parameter_that_only_a_rule_binds_gives_way_to_it() -> None:
    text = RULES.replace("  IsSmall: !Equals [!Ref Size, small]\n", "").replace("!If [IsSmall, 1, 2]", "1")
    found = worlds(text)
    assert labels(found) == ["Env is dev", "Env is prod and Size is large"]
    assert found.worlds[1].values[(), "Size"] == "large"


def test_where_nothing_can_be_deployed_one_uncertain_world_is_left() -> None:
    found = worlds(RULES, parameters={"Env": "prod", "Size": "small"})
    assert len(found.worlds) == 1  # what the user gives is not questioned, but nothing is certain there
    impossible = worlds(RULES.replace("[large, huge]", "[]"), parameters={"Env": "prod"})
    assert impossible.worlds and not any(world.certain for world in impossible.worlds)


CHILD = """
Parameters:
  Stage: {Type: String, AllowedValues: [test, prod]}
  Size: {Type: String, Default: small}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsSmall: !Equals [!Ref Size, small]
Resources:
  R: {Type: T, Condition: IsProd, Properties: {X: !If [IsSmall, 1, 2]}}
"""
PARENT = """
Parameters: {Env: {Type: String, Default: %s}}
Conditions: {Made: !Equals [!Ref Env, "on"]}
Resources:
  Nested: {Type: AWS::CloudFormation::Stack, %s Properties: {TemplateURL: c.yaml, Parameters: {Stage: !Ref Env}}}
"""


def nested(parent: str) -> Stack:
    root = stack(parent)
    arguments = root.template["Resources"]["Nested"]["Properties"]["Parameters"]
    root.children["Nested"] = stack(CHILD, instance=("Nested",), parent=root, arguments=arguments)
    return root


def test_conditions_of_a_nested_stack_range_over_what_the_parent_passes() -> None:
    root = nested(PARENT % ("test", ""))
    found = assignments(root, Settings())
    assert labels(found) == ["Env is test", "Env is prod"]  # the nested stack allows nothing else
    child = root.children["Nested"]
    made = [resolver_of(root, world).child(child) for world in found.worlds]
    assert [one.condition("IsProd") for one in made] == [False, True]
    assert [one.condition("IsSmall") for one in made] == [True, True]  # nobody can pass another size


def test_a_nested_stack_that_is_left_out_forbids_nothing() -> None:
    root = nested(PARENT % ("dev", "Condition: Made,"))
    found = assignments(root, Settings())
    assert [world.values[(), "Env"] for world in found.worlds][:1] == ["dev"]
    assert not any(world.values[(), "Env"] == "on" for world in found.worlds)


def independent(number: int) -> str:
    names = range(number)
    parameters = ", ".join(f"P{index}: {{Type: String, Default: b}}" for index in names)
    conditions = ", ".join(f"C{index}: !Equals [!Ref P{index}, a]" for index in names)
    resources = ", ".join(f"R{index}: {{Type: T, Condition: C{index}}}" for index in names)
    return f"Parameters: {{{parameters}}}\nConditions: {{{conditions}}}\nResources: {{{resources}}}"


def test_thirty_independent_conditions_are_capped_and_each_is_still_tried() -> None:
    root, started = stack(independent(30)), time.process_time()
    found = assignments(root, Settings())
    assert time.process_time() - started < 5
    assert found.capped and len(found.worlds) == 64
    tried = vectors(root, found)
    assert tried[0] == (False,) * 30
    assert all(any(vector[index] for vector in tried) for index in range(30))
    assert assignments(stack(independent(30)), Settings()).worlds[-1].world == found.worlds[-1].world


def test_thirty_conditions_that_are_one_have_two_worlds() -> None:
    together = ", ".join(f"{{Condition: C{index}}}" for index in range(30))
    text = independent(30).replace("Conditions: {", f"Conditions: {{All: !And [{together}], ")
    text = text[: text.index("Resources")] + "Resources: {R: {Type: T, Condition: All}}"
    found = worlds(text)
    assert len(found.worlds) == 2 and not found.capped


def test_the_cap_keeps_the_default_world() -> None:
    found = worlds(ENV, max_worlds=1)
    assert found.capped and labels(found) == [""] and found.worlds[0].world.default


@pytest.mark.parametrize(
    "conditions",
    [
        "{A: {Condition: B}, B: {Condition: A}}",
        "{A: !Not [{Condition: A}]}",
        "{A: [1, 2]}",
        "{A: !Equals [1, 2, 3]}",
        "{A: !Equals [!Ref Nobody, x]}",
        "{A: !Or []}",
        "{B: x}",
    ],
)
def test_conditions_that_are_in_error_are_not_certain_and_end(conditions: str) -> None:
    root = stack(f"Conditions: {conditions}\nResources: {{R: {{Type: T, Condition: A}}}}")
    found = assignments(root, Settings())
    assert found.worlds and not any(world.certain for world in found.worlds)
    assert {resolver_of(root, world).condition("A") for world in found.worlds} == {True, False}
