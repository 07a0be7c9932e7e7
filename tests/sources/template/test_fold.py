"""What AWS folds into another resource is folded, and every element keeps its own place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scopes import gaps_at, one, scope_of

from auditor.model import HIDDEN, Location, Reason

GROUP = "AWS::EC2::SecurityGroup"
PRINCIPALS = ("AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group")


def line_of(location: Location | None) -> int:
    assert location is not None
    return location.line


def test_rules_are_folded_into_their_group() -> None:
    scope = scope_of(
        """\
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              GroupName: app
              SecurityGroupIngress:
                - {IpProtocol: tcp, FromPort: "22", ToPort: 22, CidrIp: 10.0.0.0/8}
          ById:
            Type: AWS::EC2::SecurityGroupIngress
            Properties:
              GroupId: !GetAtt Group.GroupId
              IpProtocol: "-1"
              FromPort: "443"
              CidrIp: 0.0.0.0/0
          ByName:
            Type: AWS::EC2::SecurityGroupIngress
            Properties: {GroupName: app, IpProtocol: icmp, CidrIpv6: "::/0"}
          Out:
            Type: AWS::EC2::SecurityGroupEgress
            Properties: {GroupId: !Ref Group, IpProtocol: "-1", CidrIp: 10.0.0.0/8}
        """,
        GROUP,
    )
    group = one(scope, "#Group")
    assert [resource.id for resource in scope.resources()] == [group.id]
    assert group.properties["SecurityGroupIngress"] == [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"},
        {"IpProtocol": "-1", "FromPort": 443, "CidrIp": "0.0.0.0/0"},
        {"IpProtocol": "icmp", "CidrIpv6": "::/0"},
    ]
    assert group.properties["SecurityGroupEgress"] == [{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}]
    assert line_of(scope.locate(group.id, ("SecurityGroupIngress", 0, "CidrIp"))) == 7
    assert line_of(scope.locate(group.id, ("SecurityGroupIngress", 1))) == 8
    assert line_of(scope.locate(group.id, ("SecurityGroupIngress", 1, "CidrIp"))) == 14
    assert line_of(scope.locate(group.id, ("SecurityGroupIngress", 1, "ToPort"))) == 8
    assert line_of(scope.locate(group.id, ("SecurityGroupIngress", 2, "CidrIpv6"))) == 17
    assert line_of(scope.locate(group.id, ("SecurityGroupEgress", 0, "CidrIp"))) == 20


def test_policies_are_folded_into_every_principal_that_they_name() -> None:
    scope = scope_of(
        """\
        Resources:
          Role: {Type: AWS::IAM::Role}
          User: {Type: AWS::IAM::User, Properties: {UserName: bob}}
          Group: {Type: AWS::IAM::Group}
          Shared:
            Type: AWS::IAM::Policy
            Properties:
              PolicyName: shared
              Roles: [!Ref Role]
              Users: [bob]
              Groups: [!Ref Group]
              PolicyDocument: {Statement: []}
          Own: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: own, RoleName: !Ref Role}}
          Mine: {Type: AWS::IAM::UserPolicy, Properties: {PolicyName: mine, UserName: bob}}
          Ours: {Type: AWS::IAM::GroupPolicy, Properties: {PolicyName: ours, GroupName: !Ref Group}}
          Member: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Group, Users: [!Ref User]}}
          Managed:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {}, Roles: [!Ref Role], Users: [!Ref User]}
        """,
        *PRINCIPALS,
        "AWS::IAM::ManagedPolicy",
    )
    role, user, group, managed = (one(scope, id) for id in ("#Role", "#User", "#Group", "#Managed"))
    shared = {"PolicyName": "shared", "PolicyDocument": {"Statement": []}}
    assert role.properties["Policies"] == [shared, {"PolicyName": "own"}]
    assert user.properties["Policies"] == [shared, {"PolicyName": "mine"}]
    assert group.properties["Policies"] == [shared, {"PolicyName": "ours"}]
    assert user.properties["Groups"] == [group.name]
    assert role.properties["ManagedPolicyArns"] == user.properties["ManagedPolicyArns"] == [managed.arn]
    assert managed.properties["Users"] == [user.name]
    assert line_of(scope.locate(user.id, ("Policies", 0, "PolicyDocument"))) == 12
    assert line_of(scope.locate(user.id, ("Groups", 0))) == 16
    assert line_of(scope.locate(role.id, ("ManagedPolicyArns", 0))) == 19
    assert len(list(scope.resources())) == 4


def test_documents_and_parts_turn_into_the_type_that_an_account_shows() -> None:
    scope = scope_of(
        """\
        Resources:
          Topic:
            Type: AWS::SNS::Topic
            Properties:
              Subscription:
                - {Endpoint: a@example.com, Protocol: email}
                - Endpoint: b@example.com
                  Protocol: email
          TopicRules: {Type: AWS::SNS::TopicInlinePolicy, Properties: {TopicArn: !Ref Topic, PolicyDocument: {}}}
          Queue: {Type: AWS::SQS::Queue}
          QueueRules: {Type: AWS::SQS::QueueInlinePolicy, Properties: {Queue: !Ref Queue, PolicyDocument: {}}}
          Deployment:
            Type: AWS::ApiGateway::Deployment
            Properties:
              RestApiId: api
              StageName: prod
              StageDescription:
                AccessLogSetting:
                  DestinationArn: arn
          Silent: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: api}}
        """,
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::Subscription",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::ApiGateway::Stage",
    )
    topic, queue = one(scope, "#Topic"), one(scope, "#Queue")
    assert one(scope, "#TopicRules").properties == {"Topics": [topic.arn], "PolicyDocument": {}}
    assert one(scope, "#QueueRules").properties == {"Queues": [queue.name], "PolicyDocument": {}}
    assert one(scope, "#QueueRules").owners == (queue.id,)
    second = one(scope, "#Topic.Subscription.1")
    assert second.properties["TopicArn"] == topic.arn
    assert second.owners == (topic.id,)
    assert line_of(scope.locate(second.id, ("Endpoint",))) == 7
    assert line_of(scope.locate(second.id, ())) == 7
    assert line_of(scope.locate(one(scope, "#TopicRules").id, ("Topics", 0))) == 9
    stages = [resource for resource in scope.resources() if resource.type == "AWS::ApiGateway::Stage"]
    assert [stage.name for stage in stages] == ["prod"]
    assert line_of(scope.locate(stages[0].id, ("AccessLogSetting", "DestinationArn"))) == 19
    assert line_of(scope.locate(stages[0].id, ("AccessLogSetting", "Format"))) == 18


def test_a_fragment_of_an_unknown_owner_leaves_each_candidate_in_doubt() -> None:
    scope = scope_of(
        """
        Parameters: {Who: {Type: String}}
        Resources:
          Named: {Type: AWS::IAM::Role, Properties: {RoleName: app}}
          MadeUp: {Type: AWS::IAM::Role}
          Policy: {Type: AWS::IAM::RolePolicy, Properties: {RoleName: !Ref Who, PolicyName: p, PolicyDocument: {}}}
        """,
        "AWS::IAM::Role",
    )
    (doubt,) = one(scope, "#Named").properties["Policies"]
    assert isinstance(doubt, HIDDEN) and doubt.reason is Reason.UNRESOLVED
    assert gaps_at(scope, "#Named", ("Policies", 0))
    assert "Policies" not in one(scope, "#MadeUp").properties
    assert one(scope, "⟨Who⟩").stand_in


def test_a_hidden_list_keeps_its_place_beside_what_is_folded_in() -> None:
    scope = scope_of(
        """
        Parameters: {Rules: {Type: CommaDelimitedList}}
        Resources:
          Group: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: !Ref Rules}}
          Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Group, IpProtocol: "-1"}}
        """,
        GROUP,
    )
    hidden, rule = one(scope, "#Group").properties["SecurityGroupIngress"]
    assert isinstance(hidden, HIDDEN)
    assert rule == {"IpProtocol": "-1"}
    assert gaps_at(scope, "#Group", ("SecurityGroupIngress", 0))


@pytest.mark.parametrize("properties", ["", "Properties: {}", "Properties: {Roles: 7}", "Properties: {Roles: [[]]}"])
def test_a_fragment_that_names_nobody_is_no_crash(properties: str) -> None:
    scope = scope_of(
        f"""
        Resources:
          Role: {{Type: AWS::IAM::Role}}
          Policy:
            Type: AWS::IAM::Policy
            {properties}
        """,
        "AWS::IAM::Role",
    )
    assert [resource.id for resource in scope.resources()] == ["app.yaml#Role"]


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 3), max_size=8), st.lists(st.tuples(st.integers(0, 3), st.sampled_from("iIeE")), max_size=8)
)
def test_folding_keeps_the_number_of_rules(inline: list[int], standalone: list[tuple[int, str]]) -> None:
    groups = "".join(
        f"  G{n}: {{Type: AWS::EC2::SecurityGroup, Properties: {{SecurityGroupIngress: ["
        + ", ".join("{IpProtocol: tcp}" for owner in inline if owner == n)
        + "], SecurityGroupEgress: [{IpProtocol: udp}]}}\n"
        for n in range(3)
    )
    rules = "".join(
        f"  R{n}:\n    Type: AWS::EC2::SecurityGroup{'Ingress' if kind in 'iI' else 'Egress'}\n"
        f"    Properties: {{IpProtocol: tcp, GroupId: {'sg-1' if owner == 3 else f'!Ref G{owner}'}}}\n"
        for n, (owner, kind) in enumerate(standalone)
    )
    scope = scope_of(f"Resources:\n{groups}{rules}", GROUP)
    seen = 0
    for group in scope.resources():
        for into in ("SecurityGroupIngress", "SecurityGroupEgress"):
            elements = group.properties.get(into, [])
            elements = elements if isinstance(elements, list) else []
            seen += sum(not isinstance(element, HIDDEN) for element in elements)
    assert seen == sum(owner < 3 for owner in inline) + 3 + len(standalone)
