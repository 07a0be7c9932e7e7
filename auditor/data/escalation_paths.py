"""Known ways to become another principal, or to give oneself rights: which calls, on what, and what must hold.

Methods and their permissions are those of pathfinding.cloud (Apache-2.0), release of December 2025; what each call
names is read from the Service Authorization Reference (`REFERENCE`), as of cfn-lint 1.58.0. One principal makes all
calls of a method. Describing and listing is not asked for: names can be known from elsewhere. Neither is what changes
by the hour: how many access keys a user has, whether it has a password, how many versions a policy has.

A call names one of
- `user`, `role`, `group`: the principal that is won or changed; `policy`: a customer managed policy attached to it
- `pass`: the role that is given to a service, with `iam:PassedToService`
- `function`, `instance`: one that runs as the role
- `new KIND`: a resource whose name the caller chooses; `old KIND`: one that must exist and is not seen (`RESOURCES`);
  several kinds of one call are separated by commas
- `*`: no resource

`kind`: what the calls do. `write`: change the policies of a principal (its own, or one that the caller can become).
`join`: put oneself into a group. `gain`: become the principal. `run`: make a service run the caller's will as the role.
`reach`: the method also needs something that configuration does not say (an agent, a network path).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

VERSION = "2025-12"
REFERENCE = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html"
)
_SITE = "https://pathfinding.cloud/paths/"


class Call(NamedTuple):
    action: str
    on: str


class Method(NamedTuple):
    """`ids`: the rows of the library that it covers. `trusts`: the services that the role must let in, all of them."""

    ids: tuple[str, ...]
    kind: Literal["write", "join", "gain", "run"]
    calls: tuple[Call, ...]
    trusts: tuple[str, ...] = ()
    reach: bool = False

    @property
    def id(self) -> str:
        return self.ids[0]

    @property
    def link(self) -> str:
        return _SITE + self.id


def _row(
    ids: str,
    kind: Literal["write", "join", "gain", "run"],
    *calls: str,
    trusts: tuple[str, ...] = (),
    reach: bool = False,
) -> Method:
    return Method(tuple(ids.split()), kind, tuple(Call(*call.split(" ", 1)) for call in calls), trusts, reach)


# What a call may name, as globs: what follows `arn:aws:SERVICE:REGION:`.
RESOURCES: dict[str, str] = {
    "apprunner:service": "{account}:service/?*/?*",
    "bedrock-agentcore:code-interpreter-custom": "{account}:code-interpreter-custom/?*",
    "cloudformation:stack": "{account}:stack/?*/?*",
    "cloudformation:stackset": "{account}:stackset/?*:?*",
    "codebuild:project": "{account}:project/?*",
    "datapipeline:pipeline": "{account}:pipeline/?*",
    "ec2:image": ":image/?*",
    "ec2:instance": "{account}:instance/?*",
    "ec2:launch-template": "{account}:launch-template/?*",
    "ec2:network-interface": "{account}:network-interface/?*",
    "ec2:security-group": "{account}:security-group/?*",
    "ec2:spot-instances-request": "{account}:spot-instances-request/?*",
    "ec2:subnet": "{account}:subnet/?*",
    "ec2:volume": "{account}:volume/?*",
    "ecs:cluster": "{account}:cluster/?*",
    "ecs:service": "{account}:service/?*/?*",
    "ecs:task-definition": "{account}:task-definition/?*:?*",
    "glue:devEndpoint": "{account}:devEndpoint/?*",
    "glue:job": "{account}:job/?*",
    "glue:trigger": "{account}:trigger/?*",
    "lambda:function": "{account}:function:?*",
    "sagemaker:notebook-instance": "{account}:notebook-instance/?*",
    "sagemaker:notebook-instance-lifecycle-config": "{account}:notebook-instance-lifecycle-config/?*",
    "sagemaker:processing-job": "{account}:processing-job/?*",
    "sagemaker:training-job": "{account}:training-job/?*",
}

# What runs as a role already, as calls name it, and its kind of resource.
RUNNING: Mapping[str, str] = {"function": "lambda:function", "instance": "ec2:instance"}

METHODS: tuple[Method, ...] = (
    _row("iam-001 iam-016 iam-020", "write", "iam:CreatePolicyVersion policy"),
    _row("iam-005 iam-017 iam-021", "write", "iam:PutRolePolicy role"),
    _row("iam-007 iam-018", "write", "iam:PutUserPolicy user"),
    _row("iam-008 iam-015", "write", "iam:AttachUserPolicy user"),
    _row("iam-009 iam-014 iam-019", "write", "iam:AttachRolePolicy role"),
    _row("iam-010", "write", "iam:AttachGroupPolicy group"),
    _row("iam-011", "write", "iam:PutGroupPolicy group"),
    _row("iam-013", "join", "iam:AddUserToGroup group"),
    _row("iam-002 iam-003", "gain", "iam:CreateAccessKey user"),
    _row("iam-004", "gain", "iam:CreateLoginProfile user"),
    _row("iam-006", "gain", "iam:UpdateLoginProfile user"),
    _row("iam-012", "gain", "iam:UpdateAssumeRolePolicy role"),
    _row("sts-001", "gain", "sts:AssumeRole role"),
    _row(
        "apprunner-001",
        "run",
        "iam:PassRole pass",
        "apprunner:CreateService new apprunner:service",
        trusts=("tasks.apprunner.amazonaws.com",),
    ),
    _row(
        "apprunner-002",
        "run",
        "apprunner:UpdateService old apprunner:service",
        trusts=("tasks.apprunner.amazonaws.com",),
    ),
    _row(
        "bedrock-001",
        "run",
        "iam:PassRole pass",
        "bedrock-agentcore:CreateCodeInterpreter *",
        "bedrock-agentcore:StartCodeInterpreterSession new bedrock-agentcore:code-interpreter-custom",
        "bedrock-agentcore:InvokeCodeInterpreter new bedrock-agentcore:code-interpreter-custom",
        trusts=("bedrock-agentcore.amazonaws.com",),
    ),
    _row(
        "bedrock-002",
        "run",
        "bedrock-agentcore:StartCodeInterpreterSession old bedrock-agentcore:code-interpreter-custom",
        "bedrock-agentcore:InvokeCodeInterpreter old bedrock-agentcore:code-interpreter-custom",
        trusts=("bedrock-agentcore.amazonaws.com",),
    ),
    _row(
        "cloudformation-001",
        "run",
        "iam:PassRole pass",
        "cloudformation:CreateStack new cloudformation:stack",
        trusts=("cloudformation.amazonaws.com",),
    ),
    _row(
        "cloudformation-002",
        "run",
        "cloudformation:UpdateStack old cloudformation:stack",
        trusts=("cloudformation.amazonaws.com",),
    ),
    _row(
        "cloudformation-003",
        "run",
        "iam:PassRole pass",
        "cloudformation:CreateStackSet *",
        "cloudformation:CreateStackInstances new cloudformation:stackset",
        trusts=("cloudformation.amazonaws.com",),
    ),
    _row(
        "cloudformation-004",
        "run",
        "iam:PassRole pass",
        "cloudformation:UpdateStackSet old cloudformation:stackset",
        trusts=("cloudformation.amazonaws.com",),
    ),
    _row(
        "cloudformation-005",
        "run",
        "cloudformation:CreateChangeSet old cloudformation:stack",
        "cloudformation:ExecuteChangeSet old cloudformation:stack",
        trusts=("cloudformation.amazonaws.com",),
    ),
    _row(
        "codebuild-001",
        "run",
        "iam:PassRole pass",
        "codebuild:CreateProject new codebuild:project",
        "codebuild:StartBuild new codebuild:project",
        trusts=("codebuild.amazonaws.com",),
    ),
    _row("codebuild-002", "run", "codebuild:StartBuild old codebuild:project", trusts=("codebuild.amazonaws.com",)),
    _row(
        "codebuild-003", "run", "codebuild:StartBuildBatch old codebuild:project", trusts=("codebuild.amazonaws.com",)
    ),
    _row(
        "codebuild-004",
        "run",
        "iam:PassRole pass",
        "codebuild:CreateProject new codebuild:project",
        "codebuild:StartBuildBatch new codebuild:project",
        trusts=("codebuild.amazonaws.com",),
    ),
    _row(
        "datapipeline-001",
        "run",
        "iam:PassRole pass",
        "datapipeline:CreatePipeline *",
        "datapipeline:PutPipelineDefinition new datapipeline:pipeline",
        "datapipeline:ActivatePipeline new datapipeline:pipeline",
        trusts=(
            "datapipeline.amazonaws.com",
            "elasticmapreduce.amazonaws.com",
        ),
    ),
    _row(
        "ec2-001",
        "run",
        "iam:PassRole pass",
        "ec2:RunInstances new ec2:image,ec2:instance,ec2:network-interface,ec2:security-group,ec2:subnet,ec2:volume",
        trusts=("ec2.amazonaws.com",),
    ),
    _row(
        "ec2-002",
        "run",
        "ec2:ModifyInstanceAttribute instance",
        "ec2:StopInstances instance",
        "ec2:StartInstances instance",
        trusts=("ec2.amazonaws.com",),
    ),
    _row(
        "ec2-003",
        "run",
        "iam:PassRole pass",
        "ec2:RequestSpotInstances new ec2:image,ec2:spot-instances-request",
        trusts=("ec2.amazonaws.com",),
    ),
    _row(
        "ec2-004",
        "run",
        "ec2:CreateLaunchTemplateVersion old ec2:launch-template",
        "ec2:ModifyLaunchTemplate old ec2:launch-template",
        trusts=("ec2.amazonaws.com",),
    ),
    _row(
        "ec2instanceconnect-003",
        "run",
        "ec2-instance-connect:SendSSHPublicKey instance",
        trusts=("ec2.amazonaws.com",),
        reach=True,
    ),
    _row("ssm-001", "run", "ssm:StartSession instance", trusts=("ec2.amazonaws.com",), reach=True),
    _row("ssm-002", "run", "ssm:SendCommand instance", trusts=("ec2.amazonaws.com",), reach=True),
    _row(
        "ecs-001",
        "run",
        "iam:PassRole pass",
        "ecs:CreateCluster new ecs:cluster",
        "ecs:RegisterTaskDefinition new ecs:task-definition",
        "ecs:CreateService new ecs:service",
        trusts=("ecs-tasks.amazonaws.com",),
    ),
    _row(
        "ecs-002",
        "run",
        "iam:PassRole pass",
        "ecs:CreateCluster new ecs:cluster",
        "ecs:RegisterTaskDefinition new ecs:task-definition",
        "ecs:RunTask new ecs:task-definition",
        trusts=("ecs-tasks.amazonaws.com",),
    ),
    _row(
        "ecs-003",
        "run",
        "iam:PassRole pass",
        "ecs:RegisterTaskDefinition new ecs:task-definition",
        "ecs:CreateService old ecs:service",
        trusts=("ecs-tasks.amazonaws.com",),
    ),
    _row(
        "ecs-004",
        "run",
        "iam:PassRole pass",
        "ecs:RegisterTaskDefinition new ecs:task-definition",
        "ecs:RunTask old ecs:task-definition",
        trusts=("ecs-tasks.amazonaws.com",),
    ),
    _row(
        "ecs-005",
        "run",
        "iam:PassRole pass",
        "ecs:RegisterTaskDefinition new ecs:task-definition",
        "ecs:StartTask old ecs:task-definition",
        trusts=("ecs-tasks.amazonaws.com",),
    ),
    _row("glue-001", "run", "iam:PassRole pass", "glue:CreateDevEndpoint *", trusts=("glue.amazonaws.com",)),
    _row("glue-002", "run", "glue:UpdateDevEndpoint old glue:devEndpoint", trusts=("glue.amazonaws.com",)),
    _row(
        "glue-003",
        "run",
        "iam:PassRole pass",
        "glue:CreateJob new glue:job",
        "glue:StartJobRun new glue:job",
        trusts=("glue.amazonaws.com",),
    ),
    _row(
        "glue-004",
        "run",
        "iam:PassRole pass",
        "glue:CreateJob new glue:job",
        "glue:CreateTrigger new glue:trigger",
        trusts=("glue.amazonaws.com",),
    ),
    _row(
        "glue-005",
        "run",
        "iam:PassRole pass",
        "glue:UpdateJob old glue:job",
        "glue:StartJobRun old glue:job",
        trusts=("glue.amazonaws.com",),
    ),
    _row(
        "glue-006",
        "run",
        "iam:PassRole pass",
        "glue:UpdateJob old glue:job",
        "glue:CreateTrigger new glue:trigger",
        trusts=("glue.amazonaws.com",),
    ),
    _row(
        "lambda-001",
        "run",
        "iam:PassRole pass",
        "lambda:CreateFunction new lambda:function",
        "lambda:InvokeFunction new lambda:function",
        trusts=("lambda.amazonaws.com",),
    ),
    _row(
        "lambda-002",
        "run",
        "iam:PassRole pass",
        "lambda:CreateFunction new lambda:function",
        "lambda:CreateEventSourceMapping *",
        trusts=("lambda.amazonaws.com",),
    ),
    _row(
        "lambda-003 lambda-004 lambda-005",
        "run",
        "lambda:UpdateFunctionCode function",
        trusts=("lambda.amazonaws.com",),
    ),
    _row(
        "lambda-006",
        "run",
        "iam:PassRole pass",
        "lambda:CreateFunction new lambda:function",
        "lambda:AddPermission new lambda:function",
        trusts=("lambda.amazonaws.com",),
    ),
    _row(
        "sagemaker-001",
        "run",
        "iam:PassRole pass",
        "sagemaker:CreateNotebookInstance new sagemaker:notebook-instance",
        trusts=("sagemaker.amazonaws.com",),
    ),
    _row(
        "sagemaker-002",
        "run",
        "iam:PassRole pass",
        "sagemaker:CreateTrainingJob new sagemaker:training-job",
        trusts=("sagemaker.amazonaws.com",),
    ),
    _row(
        "sagemaker-003",
        "run",
        "iam:PassRole pass",
        "sagemaker:CreateProcessingJob new sagemaker:processing-job",
        trusts=("sagemaker.amazonaws.com",),
    ),
    _row(
        "sagemaker-004",
        "run",
        "sagemaker:CreatePresignedNotebookInstanceUrl old sagemaker:notebook-instance",
        trusts=("sagemaker.amazonaws.com",),
    ),
    _row(
        "sagemaker-005",
        "run",
        "sagemaker:CreateNotebookInstanceLifecycleConfig new sagemaker:notebook-instance-lifecycle-config",
        "sagemaker:StopNotebookInstance old sagemaker:notebook-instance",
        "sagemaker:UpdateNotebookInstance old sagemaker:notebook-instance",
        "sagemaker:StartNotebookInstance old sagemaker:notebook-instance",
        trusts=("sagemaker.amazonaws.com",),
    ),
)
