"""Where configuration can hold a credential in plain text."""

from __future__ import annotations

from typing import Literal, NamedTuple

from auditor.data.secret_patterns import CONTAINER_NAMES, CONTROL_NAMES
from auditor.model import Path

_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"


class Place(NamedTuple):
    """`path`: to the value, `*` for any key or index.

    `name` and `store` are keys beside the value: what it is called (without: its own key), and the kind of value
    that it is, of which those in `stored` name a secret instead of holding it. `control`: names that always do.
    """

    type: str
    path: Path
    kind: Literal["variable", "script", "argument"]
    link: str
    name: str | None = None
    store: str | None = None
    stored: frozenset[str] = frozenset()
    control: frozenset[str] = frozenset()


_CONTAINER = ("ContainerDefinitions", "*")
_CONTAINER_PAGE = _CFN + "aws-properties-ecs-taskdefinition-containerdefinition.html"

PLACES: tuple[Place, ...] = (
    Place(
        "AWS::Lambda::Function",
        ("Environment", "Variables", "*"),
        "variable",
        _CFN + "aws-properties-lambda-function-environment.html",
        control=CONTROL_NAMES,
    ),
    Place(
        "AWS::Serverless::Function",
        ("Environment", "Variables", "*"),
        "variable",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html",
        control=CONTROL_NAMES,
    ),
    Place("AWS::EC2::Instance", ("UserData",), "script", _CFN + "aws-resource-ec2-instance.html"),
    Place(
        "AWS::EC2::LaunchTemplate",
        ("LaunchTemplateData", "UserData"),
        "script",
        _CFN + "aws-properties-ec2-launchtemplate-launchtemplatedata.html",
    ),
    Place(
        "AWS::AutoScaling::LaunchConfiguration",
        ("UserData",),
        "script",
        _CFN + "aws-resource-autoscaling-launchconfiguration.html",
    ),
    Place(
        "AWS::ECS::TaskDefinition",
        (*_CONTAINER, "Environment", "*", "Value"),
        "variable",
        _CFN + "aws-properties-ecs-taskdefinition-keyvaluepair.html",
        name="Name",
        control=CONTAINER_NAMES,
    ),
    Place("AWS::ECS::TaskDefinition", (*_CONTAINER, "Command", "*"), "argument", _CONTAINER_PAGE),
    Place("AWS::ECS::TaskDefinition", (*_CONTAINER, "EntryPoint", "*"), "argument", _CONTAINER_PAGE),
    Place(
        "AWS::CodeBuild::Project",
        ("Environment", "EnvironmentVariables", "*", "Value"),
        "variable",
        _CFN + "aws-properties-codebuild-project-environmentvariable.html",
        name="Name",
        store="Type",
        stored=frozenset({"PARAMETER_STORE", "SECRETS_MANAGER"}),
        control=CONTROL_NAMES,
    ),
)

# A hidden value of a template that only refers to something (a parameter, an import, a resource) holds no literal, and
# neither does what these functions make of it. Any other may well give one: Fn::Transform, Fn::ForEach, Fn::FindInMap,
# and what another program expands (`!Rain::Embed`, read as Fn::Rain::Embed).
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
REFERRING = frozenset(
    f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Equals", "GetAZs", "GetAtt", "If", "ImportValue", "Join", "Length", "Not", "Or"),
        *("Select", "Split", "Sub", "ToJsonString"),
    )
)
