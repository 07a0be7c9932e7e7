"""AWS Lambda: functions, their URLs, and the policies of functions, versions and aliases.

GetFunction is never called: it hands out a link to the code. A policy is emitted whole, and each of its statements
that AddPermission can have written once more as the permission that a template would have.
https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
POLICY = "AWS::Lambda::ResourcePolicy"
URL = "AWS::Lambda::Url"
_QUALIFIED = "version or alias of a function"
_SAME = ("FunctionName", "Runtime", "Role", "Handler", "PackageType", "Architectures", "MemorySize", "Timeout")

# The condition that Lambda writes for a property of a permission.
_CONDITIONS: Mapping[tuple[str, str], str] = {
    ("ArnLike", "aws:sourcearn"): "SourceArn",
    ("StringEquals", "aws:sourceaccount"): "SourceAccount",
    ("StringEquals", "aws:principalorgid"): "PrincipalOrgID",
    ("StringEquals", "lambda:eventsourcetoken"): "EventSourceToken",
    ("StringEquals", "lambda:functionurlauthtype"): "FunctionUrlAuthType",
    ("Bool", "lambda:invokedviafunctionurl"): "InvokedViaFunctionUrl",
}
_PERMISSION = ("FunctionName", "Action", "Principal", *_CONDITIONS.values())


def _functions(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for function in page.get("Functions", ()):
        properties = picked(function, *_SAME, Arn="FunctionArn", KmsKeyArn="KMSKeyArn")
        environment = function.get("Environment", {})
        if "Error" in environment:  # the caller may not use the key of the variables
            properties["Environment"] = Hidden(Reason.DENIED, "kms:Decrypt (the key of the function's variables)")
        elif environment:
            properties["Environment"] = picked(environment, "Variables")
        if "VpcConfig" in function:
            properties["VpcConfig"] = picked(function["VpcConfig"], "SubnetIds", "SecurityGroupIds")
        arn = function["FunctionArn"]
        yield Draft(FUNCTION, arn, function["FunctionName"], arn, properties)


def _qualified(function: Draft, qualifier: str) -> Draft:
    arn, name = f"{function.arn}:{qualifier}", f"{function.name}:{qualifier}"
    return Draft(_QUALIFIED, arn, name, arn, {}, owners=(function.id,), context=(function.name, qualifier))


def _versions(page: Mapping[str, Json], place: Place, function: Draft | None) -> Iterator[Draft]:
    assert function is not None
    for version in page.get("Versions", ()):
        if version["Version"] != "$LATEST":  # its policy is the function's own
            yield _qualified(function, version["Version"])


def _aliases(page: Mapping[str, Json], place: Place, function: Draft | None) -> Iterator[Draft]:
    assert function is not None
    for alias in page.get("Aliases", ()):
        yield _qualified(function, alias["Name"])


def _urls(page: Mapping[str, Json], place: Place, function: Draft | None) -> Iterator[Draft]:
    assert function is not None
    for url in page.get("FunctionUrlConfigs", ()):
        arn = url["FunctionArn"]
        properties = picked(url, "FunctionArn", "FunctionUrl", "AuthType", "Cors", "InvokeMode")
        properties["TargetFunctionArn"] = function.arn
        if arn != function.arn:
            properties["Qualifier"] = arn.rsplit(":", 1)[-1]
        yield Draft(URL, f"{arn}/url", arn, f"{arn}/url", properties, owners=(function.id,))


def _policy(answer: Mapping[str, Json], place: Place, of: Draft | None) -> Iterator[Draft]:
    assert of is not None
    document = json.loads(answer["Policy"])
    owners = of.owners or (of.id,)
    id = f"{of.arn}/policy"
    yield Draft(POLICY, id, of.arn, id, {"ResourceArn": of.arn, "PolicyDocument": document}, owners=owners)
    statements = document.get("Statement", [])
    for index, statement in enumerate(statements if isinstance(statements, list) else [statements]):
        properties = _permission(statement)
        if properties is not None:
            name = str(statement.get("Sid", index))
            id = f"{of.arn}/permission/{name}"
            yield Draft(PERMISSION, id, name, id, {"FunctionName": of.name, **properties}, owners=owners)


def _permission(statement: Mapping[str, Json]) -> dict[str, Json] | None:
    """The statement as a permission; None where no permission says the same."""
    if statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}:
        return None
    principal, action = statement.get("Principal"), statement.get("Action")
    if isinstance(principal, dict) and len(principal) == 1 and principal.keys() <= {"AWS", "Service"}:
        (principal,) = principal.values()
        if principal == "*":
            return None
    if statement.get("Effect") != "Allow" or not isinstance(principal, str) or not isinstance(action, str):
        return None
    properties: dict[str, Json] = {"Action": action, "Principal": principal}
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, value in keys.items():
            property = _CONDITIONS.get((operator, key.lower()))
            if property is None or not isinstance(value, str | bool):
                return None
            is_flag = property == "InvokedViaFunctionUrl"
            properties[property] = str(value).lower() == "true" if is_flag else value
    return properties


SERVICE = Service(
    client="lambda",
    scope="regional",
    calls=(
        Call(
            "list_functions",
            "lambda:ListFunctions",
            {FUNCTION: (LIST, *_SAME, "Arn", "KmsKeyArn", "Environment", "VpcConfig")},
            make=_functions,
            paged=True,
        ),
        Call(
            "list_function_url_configs",
            "lambda:ListFunctionUrlConfigs",
            {
                URL: (
                    LIST,
                    "TargetFunctionArn",
                    "FunctionArn",
                    "FunctionUrl",
                    "AuthType",
                    "Cors",
                    "InvokeMode",
                    "Qualifier",
                )
            },
            of=FUNCTION,
            params=lambda draft: {"FunctionName": draft.name},
            make=_urls,
            paged=True,
        ),
        Call(
            "get_policy",
            "lambda:GetPolicy",
            {PERMISSION: (LIST, *_PERMISSION), POLICY: (LIST, "ResourceArn", "PolicyDocument")},
            of=FUNCTION,
            params=lambda draft: {"FunctionName": draft.name},
            make=_policy,
            absent=("ResourceNotFoundException",),
        ),
        # a version and an alias have policies of their own
        *(
            Call(
                operation,
                action,
                {PERMISSION: (LIST,), POLICY: (LIST,), _QUALIFIED: (LIST,)},
                of=FUNCTION,
                params=lambda draft: {"FunctionName": draft.name},
                make=make,
                paged=True,
                gone=("ResourceNotFoundException",),
            )
            for operation, action, make in (
                ("list_versions_by_function", "lambda:ListVersionsByFunction", _versions),
                ("list_aliases", "lambda:ListAliases", _aliases),
            )
        ),
        Call(
            "get_policy#qualified",
            "lambda:GetPolicy",
            {PERMISSION: (LIST, *_PERMISSION), POLICY: (LIST, "ResourceArn", "PolicyDocument")},
            of=_QUALIFIED,
            params=lambda draft: {"FunctionName": draft.context[0], "Qualifier": draft.context[1]},
            make=_policy,
            absent=("ResourceNotFoundException",),
        ),
    ),
)
