"""What AWS folds into another resource, and what it makes of it.

A `Fold` moves a fragment into a list of its owner; a `Turn` gives a resource, or a part of one, the type that an
account shows. Each row follows the page of its first type (`page`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from auditor.model import Path

_PAGES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"


def _page(type: str) -> str:
    return _PAGES + "-".join(type.lower().split("::")[1:]) + ".html"


class Fold(NamedTuple):
    """`by`: the properties of the fragment that name its owner; one that ends in `/*` is a list of owners.

    `into`: the list of the owner. `take`: the properties that make up an element, None for all that name no owner;
    `value`: the property whose value is the element; neither where the element is the fragment's own ARN, and then
    the fragment stays a resource too.
    """

    fragment: str
    by: str
    owner: str
    into: str
    take: tuple[str, ...] | None = ()
    value: str | None = None

    @property
    def stays(self) -> bool:
        return self.take == () and self.value is None

    @property
    def page(self) -> str:
        return _page(self.fragment)


_POLICY = ("PolicyName", "PolicyDocument")
_GROUP = "AWS::EC2::SecurityGroup"
_INGRESS, _EGRESS = "SecurityGroupIngress", "SecurityGroupEgress"

FOLDS: tuple[Fold, ...] = (
    Fold("AWS::EC2::SecurityGroupIngress", "GroupId", _GROUP, _INGRESS, take=None),
    Fold("AWS::EC2::SecurityGroupIngress", "GroupName", _GROUP, _INGRESS, take=None),
    Fold("AWS::EC2::SecurityGroupEgress", "GroupId", _GROUP, _EGRESS, take=None),
    Fold("AWS::IAM::Policy", "Roles/*", "AWS::IAM::Role", "Policies", take=_POLICY),
    Fold("AWS::IAM::Policy", "Users/*", "AWS::IAM::User", "Policies", take=_POLICY),
    Fold("AWS::IAM::Policy", "Groups/*", "AWS::IAM::Group", "Policies", take=_POLICY),
    Fold("AWS::IAM::RolePolicy", "RoleName", "AWS::IAM::Role", "Policies", take=_POLICY),
    Fold("AWS::IAM::UserPolicy", "UserName", "AWS::IAM::User", "Policies", take=_POLICY),
    Fold("AWS::IAM::GroupPolicy", "GroupName", "AWS::IAM::Group", "Policies", take=_POLICY),
    Fold("AWS::IAM::UserToGroupAddition", "Users/*", "AWS::IAM::User", "Groups", value="GroupName"),
    Fold("AWS::IAM::ManagedPolicy", "Roles/*", "AWS::IAM::Role", "ManagedPolicyArns"),
    Fold("AWS::IAM::ManagedPolicy", "Users/*", "AWS::IAM::User", "ManagedPolicyArns"),
    Fold("AWS::IAM::ManagedPolicy", "Groups/*", "AWS::IAM::Group", "ManagedPolicyArns"),
)


class Turn(NamedTuple):
    """`part`: the list of the resource whose elements turn, "" for the resource itself, which is then gone.

    `moves`: property of the new resource to property of the old one (`Topics/0`: the first element of a list);
    `rest`: the property whose keys become properties beside the moved ones. `@ref` is what `Ref` of the resource
    returns. `needs`: only where this property is there.
    """

    type: str
    becomes: str
    moves: Mapping[str, str]
    part: str = ""
    rest: str | None = None
    needs: str | None = None
    stays: bool = False

    @property
    def page(self) -> str:
        return _page(self.type)


TURNS: tuple[Turn, ...] = (
    Turn(
        "AWS::SNS::TopicInlinePolicy",
        "AWS::SNS::TopicPolicy",
        {"Topics/0": "TopicArn", "PolicyDocument": "PolicyDocument"},
    ),
    Turn(
        "AWS::SQS::QueueInlinePolicy",
        "AWS::SQS::QueuePolicy",
        {"Queues/0": "Queue", "PolicyDocument": "PolicyDocument"},
    ),
    Turn("AWS::SNS::Topic", "AWS::SNS::Subscription", {"TopicArn": "@ref"}, part="Subscription", stays=True),
    Turn(
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
        {"RestApiId": "RestApiId", "StageName": "StageName"},
        rest="StageDescription",
        needs="StageName",
        stays=True,
    ),
)

FRAGMENTS: frozenset[str] = frozenset(fold.fragment for fold in FOLDS if not fold.stays)


def path_of(property: str) -> Path:
    """`Topics/0` as a path: digits are indexes."""
    return tuple(int(key) if key.isdigit() else key for key in property.split("/"))


__all__ = ["FOLDS", "FRAGMENTS", "TURNS", "Fold", "Turn", "path_of"]
