"""AWS CodeBuild: projects, a hundred at a time.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

PROJECT = "AWS::CodeBuild::Project"
_NAMES = "page of project names"
_AT_ONCE = 100


def _names(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    names = page.get("projects", [])
    for start in range(0, len(names), _AT_ONCE):
        yield Draft(_NAMES, names[start], names[start], names[start], {}, context=names[start : start + _AT_ONCE])


def _projects(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for project in answer["projects"]:
        properties = picked(project, Name="name", Arn="arn", ServiceRole="serviceRole", EncryptionKey="encryptionKey")
        environment = project.get("environment", {})
        properties["Environment"] = picked(
            environment, Type="type", Image="image", ComputeType="computeType", PrivilegedMode="privilegedMode"
        )
        properties["Environment"]["EnvironmentVariables"] = [
            picked(each, Name="name", Value="value", Type="type")
            for each in environment.get("environmentVariables", ())
        ]
        tags = {tag["key"]: tag["value"] for tag in project.get("tags", ())}
        yield Draft(PROJECT, project["arn"], project["name"], project["arn"], properties, tags)


SERVICE = Service(
    client="codebuild",
    scope="regional",
    calls=(
        Call(
            "list_projects",
            "codebuild:ListProjects",
            {PROJECT: (LIST,), _NAMES: (LIST,)},
            make=_names,
            paged=True,
        ),
        Call(
            "batch_get_projects",
            "codebuild:BatchGetProjects",
            {PROJECT: (LIST, "Name", "Arn", "ServiceRole", "EncryptionKey", "Environment", "tags", "Tags")},
            of=_NAMES,
            params=lambda draft: {"names": draft.context},
            make=_projects,
        ),
    ),
)
