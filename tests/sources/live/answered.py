"""Recorded answers: where moto says otherwise than AWS, or nothing, the answer of AWS's shape takes its place.

What moto is asked to make is what it can; each answer is checked against AWS's model, as botocore's Stubber does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from auditor.collectors.call import picked

Case = Mapping[str, Any]
Answer = dict[str, Any]
Mend = Callable[[Answer, Case], None]  # changes moto's answer into AWS's


class Recorded(NamedTuple):
    """`without`: properties with which moto does not make the resource. `mends`: by operation (kms.GetKeyPolicy)."""

    mends: Mapping[str, Mend]
    without: tuple[str, ...] = ()


def _properties(case: Case) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = case.get("properties", {})
    return properties


def _key_policy(answer: Answer, case: Case) -> None:
    answer["Policy"] = json.dumps(_properties(case)["KeyPolicy"])


def _period(answer: Answer, case: Case) -> None:
    answer["RotationPeriodInDays"] = _properties(case)["RotationPeriodInDays"]


def _function_policy(answer: Answer, case: Case) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"""
    permissions = [each["properties"] for each in case["with"] if each["type"] == "AWS::Lambda::Permission"]
    statements = [_statement(f"s{number}", each) for number, each in enumerate(permissions)]
    answer["Policy"] = json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements})


def _statement(sid: str, permission: Mapping[str, Any]) -> Answer:
    principal: Any = permission["Principal"]
    if principal.isdigit():
        principal = {"AWS": f"arn:aws:iam::{principal}:root"}
    elif principal != "*":
        principal = {"AWS" if principal.startswith("arn:") else "Service": principal}
    equal = {
        f"lambda:{name}": permission[name] for name in ("EventSourceToken", "FunctionUrlAuthType") if name in permission
    }
    condition: Answer = {"StringEquals": equal} if equal else {}
    if "InvokedViaFunctionUrl" in permission:
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": str(permission["InvokedViaFunctionUrl"]).lower()}
    function = "arn:aws:lambda:eu-west-1:111122223333:function:app"
    said = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": permission["Action"], "Resource": function}
    return {**said, **({"Condition": condition} if condition else {})}


def _policies_of_aws(answer: Answer, case: Case) -> None:
    """The creators make policies of AWS's names, because moto has none of AWS's own."""
    answer["Policies"] = []
    for kind in ("User", "Role", "Group"):
        for principal in answer.get(f"{kind}DetailList", ()):
            for policy in principal["AttachedManagedPolicies"]:
                policy["PolicyArn"] = f"arn:aws:iam::aws:policy/{policy['PolicyName']}"


def _boundary(answer: Answer, case: Case) -> None:
    (role,) = answer["RoleDetailList"]
    arn = _properties(case)["PermissionsBoundary"]
    role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def _pings(answer: Answer, case: Case) -> None:
    for group in answer["SecurityGroups"]:
        group["IpPermissions"] = [
            {**picked(rule, "IpProtocol", "FromPort", "ToPort"), "IpRanges": [{"CidrIp": rule["CidrIp"]}]}
            for rule in _properties(case)["SecurityGroupIngress"]
        ]


def _attached(answer: Answer, case: Case) -> None:
    """Of the mappings an account tells those that have a volume."""
    (instance,) = answer["Reservations"][0]["Instances"]
    instance["BlockDeviceMappings"] = [
        {"DeviceName": mapping["DeviceName"], "Ebs": {"VolumeId": f"vol-{number}", "Status": "attached"}}
        for number, mapping in enumerate(_properties(case).get("BlockDeviceMappings", ()))
        if "Ebs" in mapping
    ]


def _volumes(answer: Answer, case: Case) -> None:
    answer["Volumes"] = [
        {"VolumeId": f"vol-{number}", "Size": 8, "Encrypted": mapping["Ebs"]["Encrypted"], "VolumeType": "gp3"}
        for number, mapping in enumerate(_properties(case).get("BlockDeviceMappings", ()))
        if "Ebs" in mapping
    ]


def _suppressed(answer: Answer, case: Case) -> None:
    (configuration,) = answer["LaunchConfigurations"]
    configuration["BlockDeviceMappings"] = _properties(case)["BlockDeviceMappings"]


def _custom(answer: Answer, case: Case) -> None:
    (instance,) = answer["DBInstances"]
    instance["Engine"] = _properties(case)["Engine"]


def _unencrypted(answer: Answer, case: Case) -> None:
    for item in (*answer.get("DBInstances", ()), *answer.get("GlobalClusters", ())):
        item["StorageEncryptionType"] = "none"


_POLICIES = {"iam.GetAccountAuthorizationDetails": _policies_of_aws}
_ATTACHED = {"ec2.DescribeInstances": _attached, "ec2.DescribeVolumes": _volumes}
_FUNCTION = Recorded({"lambda.GetPolicy": _function_policy})

# (policy, case) -> what AWS answers
CASES: Mapping[tuple[str, str], Recorded] = {
    ("ec2-security-group-admin-ports-closed", "ping and another protocol"): Recorded(
        {"ec2.DescribeSecurityGroups": _pings}, ("SecurityGroupIngress",)
    ),
    **{
        ("ec2-volume-encrypted", f"a launch configuration with {rest}"): Recorded(
            {"autoscaling.DescribeLaunchConfigurations": _suppressed}, ("BlockDeviceMappings",)
        )
        for rest in (
            "a volume that says nothing, but NoDevice is true",
            "an encrypted volume and a suppressed one",
        )
    },
    **{
        ("ec2-volume-encrypted", f"an instance {rest}"): Recorded(_ATTACHED, ("BlockDeviceMappings",))
        for rest in (
            "with encrypted volumes",
            "with encrypted volumes, but Encrypted is false",
            "without mappings",
        )
    },
    ("iam-policy-no-full-admin", "a role with AdministratorAccess"): Recorded(_POLICIES),
    ("iam-policy-no-full-admin", "a user with AdministratorAccess"): Recorded(_POLICIES),
    ("iam-principal-no-privilege-escalation", "permissions split over two policies"): Recorded(_POLICIES),
    ("iam-principal-no-privilege-escalation", "permissions split over user and group"): Recorded(_POLICIES),
    ("iam-principal-no-privilege-escalation", "a boundary without actions of IAM"): Recorded(
        {"iam.GetAccountAuthorizationDetails": _boundary}, ("PermissionsBoundary",)
    ),
    **{
        ("kms-key-policy-not-public", name): Recorded({"kms.GetKeyPolicy": _key_policy}, ("KeyPolicy",))
        for name in ("a Deny elsewhere excuses nothing", "everybody, in a single statement")
    },
    ("kms-key-rotation-enabled", "a key that rotates too seldom"): Recorded({"kms.GetKeyRotationStatus": _period}),
    **{
        ("lambda-function-policy-not-public", name): _FUNCTION
        for name in (
            "a role of another account",
            "a skill with a token",
            "another account",
            "everybody with a signature, through the function URL",
            "everybody with a token",
            "everybody, not through a function URL",
            "the grants of a function URL of type NONE",
        )
    },
    ("rds-minor-upgrade-automatic", "RDS Custom"): Recorded({"rds.DescribeDBInstances": _custom}, ("Engine",)),
    ("rds-storage-encrypted", "a global cluster that is not encrypted"): Recorded(
        {"rds.DescribeGlobalClusters": _unencrypted}
    ),
    ("rds-storage-encrypted", "an instance that is not encrypted"): Recorded({"rds.DescribeDBInstances": _unencrypted}),
}


def _metadata_defaults(client: Callable[..., Any], path: str) -> Answer:
    """An account that set none."""
    return {"AccountLevel": {"ManagedBy": "account"}}


def _urls(client: Callable[..., Any], path: str) -> Answer:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html"""
    functions = client("lambda", "eu-west-1")
    try:
        found = functions.get_function_url_config(FunctionName=path.split("/")[3])
    except ClientError:
        return {"FunctionUrlConfigs": []}
    found.pop("ResponseMetadata")
    return {"FunctionUrlConfigs": [{**found, "InvokeMode": "BUFFERED"}]}  # moto: Buffered


def _no_realtime_logs(client: Callable[..., Any], path: str) -> Answer:
    return {"RealtimeLogConfigs": {"MaxItems": 100, "IsTruncated": False, "Marker": ""}}


# What moto does not know.
LACKING: Mapping[str, Callable[[Callable[..., Any], str], Answer]] = {
    "cloudfront.ListRealtimeLogConfigs": _no_realtime_logs,
    "ec2.GetInstanceMetadataDefaults": _metadata_defaults,
    "lambda.ListFunctionUrlConfigs": _urls,
}


class Answers:
    """Hooks of a botocore session: `case` is the one whose account is asked now."""

    def __init__(self, events: Any, client: Callable[..., Any]) -> None:
        self._client = client
        self.case: Case = {}
        self.recorded = Recorded({})
        self.used: set[str] = set()
        events.register("before-call", self._before)
        events.register("after-call", self._after)

    def _before(self, model: Any, params: Answer, **_: Any) -> tuple[Any, Answer] | None:
        lacking = LACKING.get(_name(model))
        if lacking is None:
            return None
        answer = lacking(self._client, params["url_path"])
        validate_parameters(answer, model.output_shape)
        return SimpleNamespace(status_code=200, content=b"<answer/>"), {
            **answer,
            "ResponseMetadata": {"HTTPStatusCode": 200},
        }

    def _after(self, model: Any, parsed: Answer, **_: Any) -> None:
        mend = self.recorded.mends.get(_name(model))
        if mend is None or "Error" in parsed:
            return
        mend(parsed, self.case)
        self.used.add(_name(model))
        answer = {key: _sent(value) for key, value in parsed.items() if key != "ResponseMetadata"}
        validate_parameters(answer, model.output_shape)


def _sent(node: Any) -> Any:
    """As on the wire: botocore has decoded the documents of IAM."""
    if isinstance(node, dict):
        return {
            key: json.dumps(value) if key.endswith("Document") and isinstance(value, dict) else _sent(value)
            for key, value in node.items()
        }
    return [_sent(each) for each in node] if isinstance(node, list) else node


def _name(model: Any) -> str:
    return f"{model.service_model.service_name}.{model.name}"
