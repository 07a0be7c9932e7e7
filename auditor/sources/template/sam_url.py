"""SAM: what a function's `FunctionUrlConfig` becomes: its URL, and the permission that opens it to everyone.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-functionurlconfig.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.sources.template.tree import function_of, key_of, like, map_like

_OF_URL = ("AuthType", "Cors", "InvokeMode")


def url_resources(name: str, function: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Logical id and resource, each property at its own place in the `FunctionUrlConfig`."""
    properties = function.get("Properties", {})
    config = properties.get("FunctionUrlConfig")
    if not isinstance(config, Mapping) or function_of(config):  # SAM takes a mapping only
        return
    place = key_of(properties, "FunctionUrlConfig")
    passed = {key: value for key, value in function.items() if key == "Condition"}
    target = map_like(config, {like(place, "Ref"): like(place, name)})

    def resource(type: str, made: Mapping[str, Any]) -> Any:
        head = {like(place, "Type"): like(place, type), like(place, "Properties"): map_like(config, made)}
        return map_like(config, {**head, **passed})

    kept = {key: value for key, value in config.items() if key in _OF_URL}
    yield (
        like(place, f"{name}Url"),
        resource("AWS::Lambda::Url", {like(place, "TargetFunctionArn"): target, **kept}),
    )
    if config.get("AuthType") == "NONE":
        permission: dict[str, Any] = {
            like(place, "Action"): like(place, "lambda:InvokeFunctionUrl"),
            like(place, "FunctionName"): target,
            like(place, "FunctionUrlAuthType"): config["AuthType"],
            like(place, "Principal"): like(place, "*"),
        }
        yield like(place, f"{name}UrlPublicPermissions"), resource("AWS::Lambda::Permission", permission)
