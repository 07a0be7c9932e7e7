"""SAM: Globals merged into `AWS::Serverless::*`, and the roles and URLs that functions certainly become.

The serverless types keep their own names (policies judge them as such). A function or state machine without a
`Role` also becomes an `AWS::IAM::Role` named `<LogicalId>Role`, which templates refer to by that name.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html

Not written out: roles and permissions of event sources and deployments, APIs, aliases; none of them has content
that the template's author wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.sources.template.sam_policies import ON_ALL, SCOPED, WITH_PATH
from auditor.sources.template.sam_url import url_resources
from auditor.sources.template.tree import MapNode, function_of, key_of, like, list_like, map_like

_GLOBALS = {
    "Function": "AWS::Serverless::Function",
    "Api": "AWS::Serverless::Api",
    "HttpApi": "AWS::Serverless::HttpApi",
    "WebSocketApi": "AWS::Serverless::WebSocketApi",
    "SimpleTable": "AWS::Serverless::SimpleTable",
    "StateMachine": "AWS::Serverless::StateMachine",
    "LayerVersion": "AWS::Serverless::LayerVersion",
    "CapacityProvider": "AWS::Serverless::CapacityProvider",
}
_FUNCTION = "AWS::Serverless::Function"
# Serverless type to the service that its role trusts.
_WITH_ROLE = {
    _FUNCTION: "lambda.amazonaws.com",
    "AWS::Serverless::StateMachine": "states.amazonaws.com",
}
_PASSED_ON = ("Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata")


def expanded(template: Mapping[str, Any]) -> MapNode:
    """The template with its Globals merged and its roles added. Its shapes have been checked."""
    merged = with_globals(template)
    resources = dict(merged["Resources"])
    for name, resource in merged["Resources"].items():
        role = like(name, f"{name}Role")
        if resource["Type"] in _WITH_ROLE and _has_no_role(resource) and role not in resources:
            resources[role] = _role(name, resource)
        if resource["Type"] == _FUNCTION:
            for made, url in url_resources(name, resource):
                resources.setdefault(made, url)
    return map_like(merged, {**merged, "Resources": map_like(merged["Resources"], resources)})


def with_globals(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Each serverless resource with the Globals of its type; a property from there keeps its place there."""
    shared = {
        _GLOBALS[name]: properties
        for name, properties in (template.get("Globals") or {}).items()
        if name in _GLOBALS and isinstance(properties, dict)
    }
    if not shared:
        return template
    resources = {
        name: _with_shared(resource, shared[resource["Type"]]) if resource["Type"] in shared else resource
        for name, resource in template["Resources"].items()
    }
    return map_like(template, {**template, "Resources": map_like(template["Resources"], resources)})


def _with_shared(resource: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    ignored = resource.get("IgnoreGlobals")
    if ignored == "*":
        return resource
    if isinstance(ignored, list):
        shared = map_like(shared, {key: value for key, value in shared.items() if key not in ignored})
    own = resource.get("Properties", map_like(resource, {}))
    return map_like(resource, {**resource, "Properties": _merged(shared, own)})


def _merged(shared: Any, own: Any) -> Any:
    """Mappings are merged, lists are joined with the shared items first, anything else is the resource's own."""
    if function_of(shared) or function_of(own):
        return own
    if isinstance(shared, dict) and isinstance(own, dict):
        both = {key: _merged(value, own[key]) if key in own else value for key, value in shared.items()}
        return map_like(own, {key: both.get(key, value) for key, value in own.items()} | _only(both, own))
    if isinstance(shared, list) and isinstance(own, list):
        return list_like(own, [*shared, *own])
    return own


def _only(both: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in both.items() if key not in own}


def _has_no_role(resource: Mapping[str, Any]) -> bool:
    """Certainly: a macro or a condition around the properties may bring a `Role`."""
    return not any(key == "Role" or key.startswith("Fn::") for key in resource.get("Properties", {}))


def _role(name: str, resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The execution role; what SAM itself puts in stands where the resource's name stands."""
    own = resource.get("Properties", {})
    service = _WITH_ROLE[resource["Type"]]
    managed = [] if service.startswith("states") else [_managed(like(name, "AWSLambdaBasicExecutionRole"))]
    if "VpcConfig" in own and service.startswith("lambda"):
        managed.append(_managed(like(key_of(own, "VpcConfig"), "AWSLambdaVPCAccessExecutionRole")))
    if "Tracing" in own:
        managed.append(_managed(like(key_of(own, "Tracing"), "AWSXRayDaemonWriteAccess")))
    policies: list[Any] = []
    given = own.get("Policies")
    for index, entry in enumerate(given if isinstance(given, list) else [given] if given is not None else []):
        is_inline, node = _policy(entry, f"{name}RolePolicy{index}", key_of(own, "Policies"))
        (policies if is_inline else managed).append(node)
    properties: dict[str, Any] = {
        key_of(own, "AssumeRolePolicyDocument"): own.get("AssumeRolePolicyDocument", _trust(name, service)),
        like(name, "ManagedPolicyArns"): list_like(given if isinstance(given, list) else name, managed),
    }
    if policies:
        properties[key_of(own, "Policies")] = list_like(given if isinstance(given, list) else name, policies)
    for key, target in (("PermissionsBoundary", "PermissionsBoundary"), ("RolePath", "Path")):
        if key in own:
            properties[like(key_of(own, key), target)] = own[key]
    passed = {key: value for key, value in resource.items() if key in _PASSED_ON}
    made = {like(name, "Type"): like(name, "AWS::IAM::Role"), like(name, "Properties"): map_like(resource, properties)}
    return map_like(resource, {**made, **passed})


def _policy(entry: Any, policy_name: str, place: str) -> tuple[bool, Any]:
    """(True, an inline policy) or (False, the ARN of a managed one) of one entry of `Policies`."""
    match function_of(entry):
        case ("Fn::If", [condition, yes, no]):
            branches = [_policy(branch, policy_name, place) for branch in (yes, no) if not _is_no_value(branch)]
            is_inline = any(inline for inline, _ in branches)
            nodes = iter(node for _, node in branches)
            chosen = [branch if _is_no_value(branch) else next(nodes) for branch in (yes, no)]
            return is_inline, map_like(entry, {key: list_like(entry, [condition, *chosen]) for key in entry})
        case (_, _):
            return False, entry
    if isinstance(entry, str):
        return False, _managed(entry)
    if isinstance(entry, dict) and "Statement" not in entry and len(entry) == 1:
        ((template, _),) = entry.items()
        document = _document_of_template(template)
    else:
        document = entry
    inline = {like(place, "PolicyName"): like(place, policy_name), like(place, "PolicyDocument"): document}
    return True, map_like(entry, inline)


def _managed(name: str) -> Any:
    """The ARN that SAM makes of the name of an AWS managed policy; an ARN stays."""
    if name.startswith("arn:"):
        return name
    arn = f"arn:${{AWS::Partition}}:iam::aws:policy/{WITH_PATH.get(str(name), name)}"
    return map_like(name, {like(name, "Fn::Sub"): like(name, arn)})


def _trust(name: str, service: str) -> Mapping[str, Any]:
    statement = {
        "Effect": like(name, "Allow"),
        "Principal": map_like(name, {"Service": list_like(name, [like(name, service)])}),
        "Action": list_like(name, [like(name, "sts:AssumeRole")]),
    }
    statements = list_like(name, [map_like(name, statement)])
    return map_like(name, {"Version": like(name, "2012-10-17"), "Statement": statements})


def _document_of_template(template: str) -> Mapping[str, Any]:
    """What a SAM policy template becomes; one that is not in the table is not seen."""
    row = SCOPED.get(str(template)) or ON_ALL.get(str(template))
    unseen = map_like(template, {"Fn::Transform": map_like(template, {"Name": f"AWS::Serverless {template}"})})
    if row is None:
        return unseen
    service, *actions = row.split()
    arn = [f"arn:${{AWS::Partition}}:{service}:${{Scope}}", map_like(template, {"Scope": unseen})]
    statement = {
        "Effect": like(template, "Allow"),
        "Action": list_like(template, [like(template, f"{service}:{action}") for action in actions]),
        "Resource": "*" if str(template) in ON_ALL else map_like(template, {"Fn::Sub": list_like(template, arn)}),
    }
    return map_like(template, {"Statement": list_like(template, [map_like(template, statement)])})


def _is_no_value(node: Any) -> bool:
    return function_of(node) == ("Ref", "AWS::NoValue")
