"""SAM: Globals with their places, and the roles that functions become."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.sources.template.constants import Constants
from auditor.sources.template.decode import decode
from auditor.sources.template.expand import expand
from auditor.sources.template.nodes import Settings
from auditor.sources.template.sam_policies import ON_ALL, SCOPED
from auditor.sources.template.tree import key_of, start_of

BASIC = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def resources(source: str) -> Any:
    template: Any = decode(source.encode())
    result = expand(template, "a.yaml", Constants(template, Settings()))
    assert not result.problems
    assert not result.unexpanded
    return result.template["Resources"]


def function(properties: str, more: str = "") -> Any:
    return resources(f"Resources:\n  Fn:\n    Type: AWS::Serverless::Function{more}\n    Properties: {properties}\n")


class TestGlobals:
    SOURCE = """
Globals:
  Function:
    Timeout: 10
    Layers: [a]
    Environment:
      Variables:
        SECRET: x
        LEVEL: info
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Role: r
      Layers: [b]
      Environment:
        Variables:
          LEVEL: debug
  Bare:
    Type: AWS::Serverless::Function
  Without:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Environment, Layers]
    Properties: {Role: r}
  Apart:
    Type: AWS::Serverless::Function
    IgnoreGlobals: "*"
    Properties: {Role: r, Timeout: 1}
  Table:
    Type: AWS::Serverless::SimpleTable
"""

    def test_are_merged_as_sam_does(self) -> None:
        """Mappings are merged, the resource's own value wins, lists are joined with the shared items first."""
        made = resources(self.SOURCE)
        assert made["Fn"]["Properties"] == {
            "Role": "r",
            "Layers": ["a", "b"],
            "Timeout": 10,
            "Environment": {"Variables": {"LEVEL": "debug", "SECRET": "x"}},
        }
        assert made["Bare"]["Properties"]["Environment"]["Variables"] == {"SECRET": "x", "LEVEL": "info"}
        assert made["Without"]["Properties"] == {"Role": "r", "Timeout": 10}
        assert made["Apart"]["Properties"] == {"Role": "r", "Timeout": 1}
        assert "Properties" not in made["Table"]

    def test_are_merged_as_cfn_lint_does(self) -> None:
        import cfnlint.decode
        from cfnlint.template.transforms._sam_globals import merge_globals

        theirs = merge_globals(cfnlint.decode.decode_str(self.SOURCE)[0])["Resources"]
        ours = resources(self.SOURCE)
        assert {name: ours[name].get("Properties") for name in theirs} == {
            name: body.get("Properties") for name, body in theirs.items()
        }

    def test_keep_their_place(self) -> None:
        variables = resources(self.SOURCE)["Fn"]["Properties"]["Environment"]["Variables"]
        lines = {str(key): key.start_mark.line for key in variables}
        assert lines == {"SECRET": 7, "LEVEL": 17}

    def test_a_function_on_either_side_is_not_merged(self) -> None:
        source = "Globals: {Function: {Environment: {Variables: {A: 1}}}}\nResources:\n"
        own = "  Fn: {Type: AWS::Serverless::Function, Properties: {Role: r, Environment: !If [C, {}, {}]}}"
        assert resources(source + own)["Fn"]["Properties"]["Environment"] == {"Fn::If": ["C", {}, {}]}


class TestRoles:
    def test_a_function_without_a_role_has_one(self) -> None:
        made = function("{Handler: h}", "\n    Condition: C")
        assert list(made) == ["Fn", "FnRole"]
        role = made["FnRole"]
        assert (role["Type"], role["Condition"]) == ("AWS::IAM::Role", "C")
        assert role["Properties"] == {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": ["lambda.amazonaws.com"]},
                        "Action": ["sts:AssumeRole"],
                    }
                ],
            },
            "ManagedPolicyArns": [{"Fn::Sub": BASIC}],
        }

    @pytest.mark.parametrize("properties", ["{Role: r}", "{Fn::Transform: {Name: M}}", "!If [C, {Role: r}, {}]"])
    def test_a_function_that_may_have_a_role_gets_none(self, properties: str) -> None:
        assert list(function(properties)) == ["Fn"]

    def test_a_declared_role_of_that_name_stays(self) -> None:
        source = "Resources:\n  FnRole: {Type: A::B::C}\n  Fn: {Type: AWS::Serverless::Function}\n"
        assert resources(source)["FnRole"]["Type"] == "A::B::C"

    def test_a_state_machine_trusts_its_own_service(self) -> None:
        made = resources("Resources:\n  M: {Type: AWS::Serverless::StateMachine}\n")["MRole"]["Properties"]
        assert made["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ["states.amazonaws.com"]}
        assert made["ManagedPolicyArns"] == []

    @pytest.mark.parametrize(
        ("policies", "managed", "inline"),
        [
            ("AdministratorAccess", [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}], []),
            ("[arn:aws:iam::1:policy/x, !Ref P]", ["arn:aws:iam::1:policy/x", {"Ref": "P"}], []),
            ("{Statement: [{Effect: Allow}]}", [], [{"Statement": [{"Effect": "Allow"}]}]),
            (
                "[{Statement: []}, {Version: v, Statement: []}]",
                [],
                [{"Statement": []}, {"Version": "v", "Statement": []}],
            ),
            ("[!If [C, arn:a, !Ref AWS::NoValue]]", [{"Fn::If": ["C", "arn:a", {"Ref": "AWS::NoValue"}]}], []),
        ],
    )
    def test_policies(self, policies: str, managed: list[Any], inline: list[Any]) -> None:
        properties = function(f"{{Policies: {policies}}}")["FnRole"]["Properties"]
        assert properties["ManagedPolicyArns"][1:] == managed
        assert [policy["PolicyDocument"] for policy in properties.get("Policies", [])] == inline

    def test_a_conditional_statement(self) -> None:
        made = function("{Policies: [!If [C, {Statement: [x]}, !Ref AWS::NoValue]]}")["FnRole"]["Properties"][
            "Policies"
        ]
        inline = {"PolicyName": "FnRolePolicy0", "PolicyDocument": {"Statement": ["x"]}}
        assert made == [{"Fn::If": ["C", inline, {"Ref": "AWS::NoValue"}]}]

    def test_a_policy_template_allows_what_the_table_says(self) -> None:
        (policy,) = function("{Policies: [SQSPollerPolicy: {QueueName: q}]}")["FnRole"]["Properties"]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"][-1] == "sqs:ReceiveMessage"
        assert statement["Resource"]["Fn::Sub"][0] == "arn:${AWS::Partition}:sqs:${Scope}"

    def test_an_unknown_policy_template_is_not_seen(self) -> None:
        (policy,) = function("{Policies: [NewPolicy: {}]}")["FnRole"]["Properties"]["Policies"]
        assert policy["PolicyDocument"] == {"Fn::Transform": {"Name": "AWS::Serverless NewPolicy"}}

    def test_its_places_are_those_of_what_made_it(self) -> None:
        made = function("\n      Policies:\n        - Statement: x")
        role = key_of(made, "FnRole")
        document = made["FnRole"]["Properties"]["Policies"][0]["PolicyDocument"]
        places = [start_of(node) for node in (role, key_of(made["FnRole"]["Properties"], "Policies"), document)]
        assert [place.line for place in places if place] == [1, 4, 5]

    def test_no_policy_template_is_listed_twice(self) -> None:
        assert not set(SCOPED) & set(ON_ALL)
        assert all(len(row.split()) > 1 for row in (*SCOPED.values(), *ON_ALL.values()))


class TestFunctionUrl:
    def test_a_url_for_everyone_becomes_a_url_and_a_permission(self) -> None:
        made = function("{FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ['*']}}}", "\n    Condition: Prod")
        url, permission = made["FnUrl"], made["FnUrlPublicPermissions"]
        assert (url["Type"], url["Condition"]) == ("AWS::Lambda::Url", "Prod")
        expected = {"TargetFunctionArn": {"Ref": "Fn"}, "AuthType": "NONE", "Cors": {"AllowOrigins": ["*"]}}
        assert url["Properties"] == expected
        assert start_of(url["Properties"]["AuthType"]).line == 4
        assert permission["Type"] == "AWS::Lambda::Permission"
        assert permission["Properties"] == {
            "Action": "lambda:InvokeFunctionUrl",
            "FunctionName": {"Ref": "Fn"},
            "FunctionUrlAuthType": "NONE",
            "Principal": "*",
        }

    def test_a_url_that_asks_for_a_signature_has_no_permission(self) -> None:
        made = function("{FunctionUrlConfig: {AuthType: AWS_IAM}}")
        assert sorted(made) == ["Fn", "FnRole", "FnUrl"]

    @pytest.mark.parametrize("properties", ["{}", "{FunctionUrlConfig: NONE}", "{FunctionUrlConfig: {Ref: X}}"])
    def test_no_mapping_is_no_url(self, properties: str) -> None:
        assert "FnUrl" not in function(properties)
