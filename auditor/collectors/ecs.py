"""Amazon ECS: the newest active revision of each family of task definitions, as Security Hub's ECS controls judge.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html (ECS.8)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

TASK = "AWS::ECS::TaskDefinition"
_FAMILY = "family of task definitions"
_CONTAINERS = "ContainerDefinitions"


def _families(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for family in page.get("families", ()):
        yield Draft(_FAMILY, family, family, family, {})


def _container(item: Mapping[str, Json]) -> dict[str, Json]:
    shaped = picked(
        item,
        Name="name",
        Image="image",
        Command="command",
        EntryPoint="entryPoint",
        User="user",
        Privileged="privileged",
        ReadonlyRootFilesystem="readonlyRootFilesystem",
    )
    if "environment" in item:
        shaped["Environment"] = [picked(each, Name="name", Value="value") for each in item["environment"]]
    if "secrets" in item:
        shaped["Secrets"] = [picked(each, Name="name", ValueFrom="valueFrom") for each in item["secrets"]]
    if "logConfiguration" in item:  # its options may hold a token
        shaped["LogConfiguration"] = picked(item["logConfiguration"], LogDriver="logDriver")
    return shaped


def _definition(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    task = answer["taskDefinition"]
    arn = task["taskDefinitionArn"]
    properties = picked(
        task,
        TaskDefinitionArn="taskDefinitionArn",
        Family="family",
        TaskRoleArn="taskRoleArn",
        ExecutionRoleArn="executionRoleArn",
        NetworkMode="networkMode",
        PidMode="pidMode",
        IpcMode="ipcMode",
        RequiresCompatibilities="requiresCompatibilities",
    )
    properties[_CONTAINERS] = [_container(item) for item in task["containerDefinitions"]]
    yield Draft(TASK, arn, arn, arn, properties)


SERVICE = Service(
    client="ecs",
    scope="regional",
    calls=(
        Call(
            "list_task_definition_families",
            "ecs:ListTaskDefinitionFamilies",
            {TASK: (LIST,), _FAMILY: (LIST,)},
            arguments={"status": "ACTIVE"},
            make=_families,
            paged=True,
        ),
        Call(
            "describe_task_definition",
            "ecs:DescribeTaskDefinition",
            {
                TASK: (
                    *(LIST, "TaskDefinitionArn", "Family", _CONTAINERS, "TaskRoleArn", "ExecutionRoleArn"),
                    *("NetworkMode", "PidMode", "IpcMode", "RequiresCompatibilities"),
                )
            },
            of=_FAMILY,
            params=lambda draft: {"taskDefinition": draft.name},  # a family alone: its newest active revision
            make=_definition,
        ),
    ),
)
