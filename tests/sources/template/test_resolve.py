"""The resolver: every function, what is hidden and why, and where values stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from cfnlint.decode import decode_str

from auditor.model import Hidden, Hole, Reason, Text, World
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack, Unexpanded
from auditor.sources.template.resolve import NO_VALUE, Resolver

TEMPLATE = """
Parameters:
  App: {Type: String}
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Stage: {Type: String, AllowedValues: [dev, test]}
  Port: {Type: Number, Default: 3306}
  Flag: {Type: String, Default: true}
  Subnets: {Type: CommaDelimitedList, Default: "a, b,c"}
  Groups: {Type: List<AWS::EC2::SecurityGroup::Id>}
  Image: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/image}
  Secret: {Type: String, NoEcho: true}
  Weak: {Type: String, NoEcho: "true", Default: hunter2}
Mappings:
  Sizes:
    dev: {type: small, encrypted: true, zones: [x, y]}
    test: {type: small, encrypted: true, zones: [x, y]}
    prod: {type: large, encrypted: true, zones: [z]}
  Accounts: {111122223333: {name: main}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [{Condition: IsProd}]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic}
"""


def stack(text: str = TEMPLATE, **fields: Any) -> Stack:
    template, errors = decode_str(text)
    assert template is not None, errors
    return Stack("t.yaml", template, **fields)


def identify(owner: Stack, logical: str, attribute: str | None) -> Any:
    symbol = owner.symbol_of(logical) + (f".{attribute}" if attribute else "")
    return Identity(symbol, owner.section("Resources")[logical]["Type"])


WORLD = Assignment(World(), {})


def resolver(root: Stack | None = None, world: Assignment = WORLD, **user: Any) -> Resolver:
    return Resolver(root or stack(), world, Settings(**user), identify)


def value(text: str, world: Assignment = WORLD, **user: Any) -> Any:
    """The value of a YAML expression as a property of the template above."""
    node, errors = decode_str(f"Value: {text}\n")
    assert node is not None, errors
    return resolver(stack(), world, **user).value(node["Value"])


def hidden(detail: str, symbol: str | None, *among: str) -> Hidden:
    return Hidden(Reason.UNRESOLVED, detail, symbol, among=among)


# --- parameters and pseudo parameters --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Env", "dev"),
        ("!Ref Port", 3306),
        ("!Ref Flag", "true"),
        ("!Ref Weak", "hunter2"),
        ("!Ref Subnets", ["a", "b", "c"]),
        ("!Ref App", hidden("parameter App has no value", "App")),
        ("!Ref Groups", hidden("parameter Groups has no value", "Groups")),
        ("!Ref Secret", hidden("NoEcho parameter Secret has no value", "Secret")),
        (
            "!Ref Image",
            hidden("parameter Image has no value (AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>)", "Image"),
        ),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::Region", hidden("AWS::Region is not set", "AWS::Region")),
        ("!Ref AWS::AccountId", hidden("AWS::AccountId is not set", "AWS::AccountId")),
        ("!Ref AWS::StackName", hidden("AWS::StackName is not set", "AWS::StackName")),
        ("!Ref Nobody", hidden("Nobody is not declared", None)),
        ("!Ref AWS::Nothing", hidden("AWS::Nothing is no pseudo parameter", None)),
        ("!Ref Bucket", Identity("Bucket", "AWS::S3::Bucket")),
        ("!GetAtt Bucket.Arn", Identity("Bucket.Arn", "AWS::S3::Bucket")),
        ("{'Fn::GetAtt': [Bucket, Arn]}", Identity("Bucket.Arn", "AWS::S3::Bucket")),
        ("{'Fn::GetAtt': Bucket.Arn}", Identity("Bucket.Arn", "AWS::S3::Bucket")),
        ("{'Fn::GetAtt': [!Sub Bucket, !Sub 'Arn']}", Identity("Bucket.Arn", "AWS::S3::Bucket")),
        ("!GetAtt Nobody.Arn", hidden("Nobody is not declared", None)),
        ("!Ref AWS::NoValue", NO_VALUE),
    ],
)
def test_a_reference_gives_what_the_name_stands_for(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_given_values_and_settings_win_over_defaults_and_are_typed_like_them() -> None:
    user = {
        "parameters": {"Env": "prod", "Groups": "sg-1, sg-2", "Image": "ami-1", "Port": "22"},
        "account": "111122223333",
        "region": "cn-north-1",
        "partition": "aws-cn",
    }
    text = "[!Ref Env, !Ref Groups, !Ref Image, !Ref Port, !Sub '${AWS::AccountId}.${AWS::Region}.${AWS::URLSuffix}']"
    made = value(text, **user)
    assert made == ["prod", ["sg-1", "sg-2"], "ami-1", "22", "111122223333.cn-north-1.amazonaws.com.cn"]


def test_a_world_wins_over_the_default() -> None:
    world = Assignment(World(), {((), "Env"): "prod", ((), "AWS::Region"): "eu-west-1"})
    assert value("[!Ref Env, !Ref AWS::Region, !If [IsProd, 1, 2]]", world) == ["prod", "eu-west-1", 1]


def test_names_that_an_unexpanded_macro_may_declare_are_no_error() -> None:
    root = stack(unexpanded=[Unexpanded("AWS::Include", "", None)])
    found = resolver(root).value({"Ref": "Nobody"})
    assert found == hidden("Nobody may come from AWS::Include, which is not expanded", "Nobody")


# --- functions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Sub 'x-${Env}-${!Literal}-${Port}'", "x-dev-${Literal}-3306"),
        ("!Sub ['${A}-${Env}', {A: !Ref Flag}]", "true-dev"),
        ("!Sub '${Bucket}'", Identity("Bucket", "AWS::S3::Bucket")),
        ("!Sub '${App}'", hidden("parameter App has no value", "App")),
        ("!Join ['-', [a, !Ref Env, 1, true]]", "a-dev-1-true"),
        ("!Join [',', !Ref Subnets]", "a,b,c"),
        ("!Join [',', [x, !Ref Subnets]]", "x,a,b,c"),
        ("!Join ['', [!Ref AWS::NoValue, a]]", "a"),
        ("!Select [1, !Ref Subnets]", "b"),
        ("!Select ['0', [!Ref Bucket, b]]", Identity("Bucket", "AWS::S3::Bucket")),
        ("!Select [0, !Ref Groups]", hidden("parameter Groups has no value", 'Fn::Select [0, "⟨Groups⟩"]')),
        ("!Select [9, !Ref Subnets]", hidden("Fn::Select has no element 9 in a list of 3", None)),
        ("!Select [!Ref App, [x, x]]", "x"),
        ("!Split ['-', 'a-b-c']", ["a", "b", "c"]),
        ("!Split ['-', !Ref App]", hidden("parameter App has no value", 'Fn::Split ["-", "⟨App⟩"]')),
        ("!Select [1, !Split [':', 'a:b']]", "b"),
        ("!FindInMap [Sizes, !Ref Env, type]", "small"),
        ("!FindInMap [Sizes, prod, zones]", ["z"]),
        ("!FindInMap [Accounts, '111122223333', name]", "main"),
        ("!FindInMap [Sizes, !Ref App, encrypted]", True),
        ("!FindInMap [Sizes, !Ref Stage, type]", "small"),
        (
            "!FindInMap [Sizes, !Ref App, type]",
            hidden("parameter App has no value", 'Fn::FindInMap ["Sizes", "⟨App⟩", "type"]', "small", "large"),
        ),
        ("!FindInMap [Sizes, nope, type]", hidden("mapping Sizes has no nope, type", None)),
        ("!FindInMap [Sizes, nope, type, {DefaultValue: tiny}]", "tiny"),
        ("!FindInMap [Sizes, !Ref App, encrypted, {DefaultValue: true}]", True),
        (
            "!FindInMap [Sizes, !Ref App, encrypted, {DefaultValue: false}]",
            hidden("parameter App has no value", 'Fn::FindInMap ["Sizes", "⟨App⟩", "encrypted"]', "true", "false"),
        ),
        ("!If [IsProd, a, !Ref Env]", "dev"),
        ("!If [IsDev, !Ref AWS::NoValue, b]", NO_VALUE),
        ("!If [Nobody, x, x]", "x"),
        ("!If [Nobody, x, y]", hidden("condition Nobody is not decided", 'Fn::If Nobody ["x", "y"]')),
        ("!Base64 hello", "aGVsbG8="),
        ("!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("!Cidr ['fd00::/56', 2, 64]", ["fd00::/64", "fd00:0:0:1::/64"]),
        ("!Cidr [10.0.0.0/24, 9, 8]", hidden("Fn::Cidr cannot cut 9 blocks from 10.0.0.0/24", None)),
        ("!Cidr [!Ref App, 1, 8]", hidden("parameter App has no value", 'Fn::Cidr ["⟨App⟩", 1, 8]')),
        ("{'Fn::Length': !Ref Subnets}", 3),
        ("{'Fn::Length': [!Ref App, b]}", 2),
        ("{'Fn::ToJsonString': {a: [1, true, null], b: !Ref Env}}", '{"a":[1,true,null],"b":"dev"}'),
        ("!GetAZs ''", hidden("Fn::GetAZs of the region", "Fn::GetAZs ")),
        ("!ImportValue x", hidden('Fn::ImportValue "x"', "Fn::ImportValue x")),
        (
            "!ImportValue {'Fn::Sub': '${App}-vpc'}",
            hidden('Fn::ImportValue "⟨App⟩-vpc"', "Fn::ImportValue ⟨App⟩-vpc"),
        ),
        ("!Foo x", hidden("unknown intrinsic Fn::Foo", "Fn::Foo x")),
        ("{'Fn::Transform': {Name: AWS::Include}}", None),
        ("{'Fn::ForEach::Loop': [x, [a], {}], Other: 1}", None),
        ("!Equals [!Ref Env, dev]", True),
        ("{Condition: IsProd}", {"Condition": "IsProd"}),
    ],
)
def test_a_function_gives(text: str, expected: Any) -> None:
    made = value(text)
    if expected is None:
        assert isinstance(made, Hidden) and made.symbol and "not expanded" in made.detail
    else:
        assert made == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("!Sub 'arn:aws:s3:::${Bucket}/*'", ("arn:aws:s3:::", Hole("Bucket", "name"), "/*")),
        ("!Join ['', ['x', !Ref App, '-', !Ref AWS::Region]]", ("x", Hole("App"), "-", Hole("AWS::Region", "name"))),
        ("!Sub '${Topic}.x'", (Hole("Topic", "any"), ".x")),  # the Ref of a topic is an ARN
        ("!Sub '${Bucket.Arn}/x'", (Hole("Bucket.Arn", "any"), "/x")),
        ("!Join [',', [!Ref Groups, x]]", (Hole("Groups"), ",x")),
        ("!Base64 {'Fn::Sub': 'echo ${App}'}", ("echo ", Hole("App"))),
        (
            "{'Fn::ToJsonString': {a: !Sub '\"${App}', b: !Ref App}}",
            ('{"a":"\\"', Hole("App"), '","b":', Hole("App"), "}"),
        ),
        ("'x{{resolve:ssm:/a/b:1}}y'", ("x", Hole("{{resolve:ssm:/a/b:1}}"), "y")),
    ],
)
def test_a_string_that_is_seen_in_part_keeps_its_pieces(text: str, parts: tuple[str | Hole, ...]) -> None:
    made = value(text)
    assert isinstance(made, Text)
    assert made.parts == parts
    assert made.reason is Reason.UNRESOLVED


def test_the_same_expression_twice_is_the_same_text() -> None:
    first, second, third = value("[!Sub '${App}-logs', !Join ['-', [!Ref App, logs]], !Sub '${Stage}-logs']")
    assert first == second != third


def test_dynamic_references_to_a_secret_store_are_literals_and_to_a_parameter_are_hidden() -> None:
    assert value("'{{resolve:secretsmanager:db:SecretString:password}}'").startswith("{{resolve:secretsmanager:")
    assert value("'{{resolve:ssm-secure:db:1}}'") == "{{resolve:ssm-secure:db:1}}"
    whole = "{{resolve:ssm:/golden/ami:1}}"
    assert value(f"'{whole}'") == hidden(whole, whole)
    made = value("!Sub '{{resolve:secretsmanager:${Bucket}:SecretString:password}}'")
    assert made == "{{resolve:secretsmanager:⟨Bucket⟩:SecretString:password}}"
    mixed = value("!Sub 'x${App}{{resolve:secretsmanager:${Bucket}}}'")
    assert mixed.parts == ("x", Hole("App"), "{{resolve:secretsmanager:⟨Bucket⟩}}")


def test_no_value_closes_up_lists_and_leaves_out_keys() -> None:
    made = value("{A: !Ref AWS::NoValue, B: [1, !Ref AWS::NoValue, !If [IsProd, 2, !Ref AWS::NoValue], 3]}")
    assert made == {"B": [1, 3]}


def test_yaml_dates_and_keys_that_are_no_strings_become_text() -> None:
    assert value("{Version: 2012-10-17, 80: x, true: y}") == {"Version": "2012-10-17", "80": "x", "true": "y"}


# --- nested stacks ---------------------------------------------------------------------------------------------------

CHILD = """
Parameters:
  Name: {Type: String}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Joined: {Type: CommaDelimitedList}
  Alone: {Type: String}
  Size: {Type: String, Default: small}
Conditions:
  Named: !Not [!Equals [!Ref Name, ""]]
Resources:
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Queue: {Value: !Ref Queue}
  Name: {Value: !Sub "${Name}-x"}
  Off: {Value: x, Condition: Off}
"""
PARENT = """
Parameters: {App: {Type: String}, More: {Type: CommaDelimitedList, Default: "u,v"}}
Conditions: {Off: !Equals [a, b]}
Resources:
  A: {Type: AWS::EC2::Subnet}
  B: {Type: AWS::EC2::Subnet}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters:
        Name: !Sub "${App}-${AWS::StackName}"
        Subnets: !Join [",", [!Ref A, !Ref B]]
        Joined: !Join [",", [!Ref More, x, " y"]]
"""


def nested() -> tuple[Stack, Stack]:
    parent = stack(PARENT)
    child = stack(CHILD, instance=("Nested",), parent=parent)
    child.arguments = parent.template["Resources"]["Nested"]["Properties"]["Parameters"]
    parent.children["Nested"] = child
    return parent, child


def test_arguments_of_a_nested_stack_are_resolved_in_the_parent() -> None:
    parent, child = nested()
    inner = resolver(parent).child(child)
    assert inner.value({"Ref": "Name"}).parts == (Hole("App"), "-", Hole("AWS::StackName", "name"))
    assert inner.value({"Ref": "Subnets"}) == [Identity("A", "AWS::EC2::Subnet"), Identity("B", "AWS::EC2::Subnet")]
    assert inner.value({"Ref": "Joined"}) == ["u", "v", "x", "y"]
    assert inner.value({"Ref": "Size"}) == "small"
    assert inner.value({"Ref": "Alone"}) == hidden(
        "parameter Alone of nested stack Nested has no value", "Nested/Alone"
    )
    assert inner.value({"Ref": "AWS::StackName"}).symbol == "Nested/AWS::StackName"
    assert inner.value({"Ref": "Queue"}) == Identity("Nested/Queue", "AWS::SQS::Queue")
    assert inner.condition("Named") is True  # something literal stands in it


def test_outputs_of_a_nested_stack_are_resolved_in_it() -> None:
    parent, child = nested()
    outer = resolver(parent)
    assert outer.value({"Fn::GetAtt": ["Nested", "Outputs.Queue"]}) == Identity("Nested/Queue", "AWS::SQS::Queue")
    assert str(outer.value({"Fn::Sub": "${Nested.Outputs.Name}!"})) == "⟨App⟩-⟨AWS::StackName⟩-x!"
    assert outer.value({"Fn::GetAtt": ["Nested", "Outputs.None"]}).symbol is None
    assert outer.child(child) is outer.child(child)
    assert outer.child(child).child(parent) is outer


# --- places ----------------------------------------------------------------------------------------------------------


def places(text: str) -> tuple[Any, Mapping[Any, tuple[int, int]]]:
    """The value, and for each path line and column (from 1) of its place."""
    root = stack(TEMPLATE + text)
    trace: dict[Any, Any] = {}
    made = resolver(root).value(root.template["Body"], trace)
    first = TEMPLATE.count("\n")
    return made, {path: (node.start_mark.line - first + 1, node.start_mark.column + 1) for path, node in trace.items()}


def test_places_lead_through_branches_mappings_and_references() -> None:
    made, found = places(
        """Body:
  Plain: x
  List:
    - a
    - !Ref AWS::NoValue
    - !If [IsProd, {Deep: 1}, {Deep: [1, 2]}]
    - 7
  Chosen: !If
    - IsDev
    - Inner: !Ref Port
    - x
  Zones: !FindInMap [Sizes, dev, zones]
  Subnets: !Ref Subnets
"""
    )
    assert made["List"] == ["a", {"Deep": [1, 2]}, 7]
    assert found[("Plain",)] == (2, 3)
    assert found[("List", 0)] == (4, 7)
    assert found[("List", 1)] == (6, 31)  # the branch that is taken
    assert found[("List", 1, "Deep")] == (6, 32)
    assert found[("List", 2)] == (4, 5)  # a number has no place: the list
    assert found[("Chosen",)] == (8, 3)
    assert found[("Chosen", "Inner")] == (10, 7)
    assert found[("Zones",)] == (12, 3)
    assert found[("Zones", 0)][0] < 0  # the element stands in the mapping, above
    assert found[("Subnets", 1)] == (13, 3)  # a default stands where it is referred to
    assert paths(made) == set(found)


def paths(made: Any, above: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    items = made.items() if isinstance(made, dict) else enumerate(made) if isinstance(made, list) else ()
    return {above}.union(*(paths(item, (*above, key)) for key, item in items))


def test_what_another_program_would_put_into_a_sub_is_named() -> None:
    made = value("{'Fn::Sub': {'Rain::Embed': 'setup.sh'}}")
    assert made == hidden("Fn::Sub takes a string, not Rain::Embed", None)


@pytest.mark.parametrize(
    ("declared", "pattern", "among"),
    [
        ("{Type: String}", None, ()),
        ("{Type: String, AllowedPattern: '10[.].*'}", "10[.].*", ()),
        ("{Type: String, AllowedValues: [a, 1]}", None, ("a", "1")),
        ("{Type: CommaDelimitedList, AllowedPattern: 'a', AllowedValues: [a]}", None, ()),
        ("{Type: 'AWS::SSM::Parameter::Value<String>', AllowedPattern: 'a'}", None, ()),
    ],
)
def test_a_parameter_without_a_value_keeps_what_its_declaration_allows(
    declared: str, pattern: str | None, among: tuple[str, ...]
) -> None:
    template = f"Parameters:\n  P: {declared}\nResources:\n  Topic: {{Type: AWS::SNS::Topic}}\n"
    made = resolver(stack(template)).value({"Ref": "P"})
    assert isinstance(made, Hidden)
    assert (made.symbol, made.pattern, made.among) == ("P", pattern, among)
