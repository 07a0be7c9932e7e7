"""Every finding has the place of the property itself, whatever way the property came about."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scopes import FILE, one, scope_of

from auditor.model import Location, Path

DATABASE, GROUP, FUNCTION = "AWS::RDS::DBInstance", "AWS::EC2::SecurityGroup", "AWS::Serverless::Function"

YAML = """\
AWSTemplateFormatVersion: "2010-09-09"
Conditions:
  Always: !Equals [a, a]
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: mysql
      PubliclyAccessible: true
      Tags:
        - Key: team
          Value: data
        - {Key: stage, Value: prod}
      StorageEncrypted: !If
        - Always
        - false
        - true
      VPCSecurityGroups:
        - sg-1
        - !Ref Group
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 22
          CidrIp: 0.0.0.0/0
        - !If
          - Always
          - {IpProtocol: "-1", CidrIp: 10.0.0.0/8}
          - !Ref AWS::NoValue
"""


def text_at(source: str, place: Location | None) -> str:
    """What stands at a location, exactly."""
    assert place is not None and place.line == place.end_line
    return textwrap.dedent(source).splitlines()[place.line - 1][place.column - 1 : place.end_column - 1]


@pytest.mark.parametrize(
    ("id", "path", "line", "text"),
    [
        ("#Database", (), 5, "Database"),
        ("#Database", ("PubliclyAccessible",), 9, "PubliclyAccessible"),
        ("#Database", ("DeletionProtection",), 5, "Database"),
        ("#Database", ("StorageEncrypted",), 14, "StorageEncrypted"),
        ("#Database", ("Tags", 1, "Value"), 13, "Value"),
        ("#Database", ("Tags", 1), 13, "{Key: stage, Value: prod}"),
        ("#Database", ("Tags", 0), 11, "Key"),
        ("#Database", ("tags", "stage"), 13, "{Key: stage, Value: prod}"),
        ("#Database", ("tags", "other"), 10, "Tags"),
        ("#Database", ("facts", "some.fact", 0), 5, "Database"),
        ("#Database", ("VPCSecurityGroups", 0), 19, "sg-1"),
        ("#Group", ("SecurityGroupIngress", 0, "FromPort"), 26, "FromPort"),
        ("#Group", ("SecurityGroupIngress", 0, "ToPort"), 25, "IpProtocol"),
        ("#Group", ("SecurityGroupIngress", 1, "CidrIp"), 30, "CidrIp"),
        ("#Group", ("SecurityGroupIngress", 7), 24, "SecurityGroupIngress"),
        ("#Group", ("SecurityGroupEgress", 0, "CidrIp"), 21, "Group"),
    ],
)
def test_a_path_is_its_key_or_element_in_the_file(id: str, path: Path, line: int, text: str) -> None:
    scope = scope_of(YAML, DATABASE, GROUP)
    place = scope.locate(one(scope, id).id, path)
    assert place is not None and place.file == FILE
    assert (place.line, text_at(YAML, place)) == (line, text)


def test_json_has_places_too() -> None:
    source = """\
    {
      "Resources": {
        "Database": {
          "Type": "AWS::RDS::DBInstance",
          "Properties": {
            "PubliclyAccessible": true, "Tags": [{"Key": "a",
              "Value": "b"}]
          }
        }
      }
    }
    """
    scope = scope_of(source, DATABASE)
    database = one(scope, "#Database").id
    assert text_at(source, scope.locate(database, ())) == '"Database"'
    assert text_at(source, scope.locate(database, ("PubliclyAccessible",))) == '"PubliclyAccessible"'
    assert text_at(source, scope.locate(database, ("Tags", 0, "Value"))) == '"Value"'


def test_a_loop_has_the_place_of_its_body() -> None:
    source = """\
    Transform: AWS::LanguageExtensions
    Resources:
      Fn::ForEach::Each:
        - Name
        - [A, B]
        - Database${Name}:
            Type: AWS::RDS::DBInstance
            Properties:
              PubliclyAccessible: true
    """
    scope = scope_of(source, DATABASE)
    for id in ("#DatabaseA", "#DatabaseB"):
        place = scope.locate(one(scope, id).id, ("PubliclyAccessible",))
        assert place is not None and place.line == 9


def test_a_global_property_has_its_place_in_globals() -> None:
    source = """\
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Environment:
          Variables:
            TOKEN: abc
    Resources:
      App:
        Type: AWS::Serverless::Function
        Properties:
          Environment:
            Variables:
              OTHER: def
    """
    scope = scope_of(source, FUNCTION)
    app = one(scope, "#App")
    assert app.properties["Environment"]["Variables"] == {"TOKEN": "abc", "OTHER": "def"}
    assert text_at(source, scope.locate(app.id, ("Environment", "Variables", "TOKEN"))) == "TOKEN"
    assert text_at(source, scope.locate(app.id, ("Environment", "Variables", "OTHER"))) == "OTHER"


def test_a_nested_stack_has_places_in_its_own_file() -> None:
    scope = scope_of(
        "Resources: {Data: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: sub/data.yaml}}}",
        DATABASE,
        files={
            "sub/data.yaml": """
            Resources:
              Database:
                Type: AWS::RDS::DBInstance
                Properties:
                  PubliclyAccessible: true
            """
        },
    )
    place = scope.locate("app.yaml#Data/sub/data.yaml#Database", ("PubliclyAccessible",))
    assert place is not None and (place.file, place.line) == ("sub/data.yaml", 6)


def test_nobody_else_has_a_place() -> None:
    assert scope_of(YAML, DATABASE).locate("app.yaml#Nobody", ()) is None


KEYS = st.sampled_from(
    ["SecurityGroupIngress", "Tags", "PubliclyAccessible", "FromPort", "Key", "", "facts", "tags", "*"]
)


@settings(max_examples=60)
@given(st.sampled_from(["#Database", "#Group"]), st.lists(KEYS | st.integers(-2, 3), max_size=4).map(tuple))
def test_any_path_has_a_place_inside_the_file(id: str, path: Path) -> None:
    scope = scope_of(YAML, DATABASE, GROUP)
    place = scope.locate(one(scope, id).id, path)
    lines = YAML.splitlines()
    assert place is not None and 1 <= place.line <= place.end_line <= len(lines)
    assert 1 <= place.column < place.end_column <= len(lines[place.line - 1]) + 1
