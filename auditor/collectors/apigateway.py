"""Amazon API Gateway: the stages of REST APIs, and with the second API HTTP and WebSocket APIs with theirs.

Values of stage variables are left out: they may be secrets.
https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

STAGE = "AWS::ApiGateway::Stage"
API = "AWS::ApiGatewayV2::Api"
API_STAGE = "AWS::ApiGatewayV2::Stage"
_REST_API = "REST API"
_API = ("ApiId", "Name", "ProtocolType", "ApiEndpoint", "DisableExecuteApiEndpoint")
_API_STAGE = ("StageName", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "AutoDeploy")


def _arn(place: Place, path: str) -> str:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html: without an account."""
    return f"arn:{place.partition}:apigateway:{place.region}::/{path}"


def _rest_apis(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for api in page.get("items", ()):
        arn = _arn(place, f"restapis/{api['id']}")
        yield Draft(_REST_API, arn, api["id"], arn, {})


def _setting(key: str, setting: Mapping[str, Json]) -> dict[str, Json]:
    """`{path}/{method}`: CloudFormation puts one more slash before the path, and says `/` for the root."""
    path, _, method = key.rpartition("/")
    return {
        "ResourcePath": "/" if path == "~1" else f"/{path}",
        "HttpMethod": method,
        **picked(
            setting,
            LoggingLevel="loggingLevel",
            DataTraceEnabled="dataTraceEnabled",
            MetricsEnabled="metricsEnabled",
            CachingEnabled="cachingEnabled",
            CacheDataEncrypted="cacheDataEncrypted",
            CacheTtlInSeconds="cacheTtlInSeconds",
            ThrottlingBurstLimit="throttlingBurstLimit",
            ThrottlingRateLimit="throttlingRateLimit",
        ),
    }


def _stages(answer: Mapping[str, Json], place: Place, api: Draft | None) -> Iterator[Draft]:
    assert api is not None
    for item in answer.get("item", ()):
        name = item["stageName"]
        arn = f"{api.arn}/stages/{name}"
        properties = picked(
            item,
            StageName="stageName",
            DeploymentId="deploymentId",
            TracingEnabled="tracingEnabled",
            ClientCertificateId="clientCertificateId",
            CacheClusterEnabled="cacheClusterEnabled",
        )
        if "accessLogSettings" in item:
            log = picked(item["accessLogSettings"], DestinationArn="destinationArn", Format="format")
            properties["AccessLogSetting"] = log
        settings = item.get("methodSettings") or {}
        properties["MethodSettings"] = [_setting(key, setting) for key, setting in settings.items()]
        tags = dict(item.get("tags") or {})
        yield Draft(STAGE, arn, name, arn, properties | {"RestApiId": api.name}, tags)


def _apis(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("Items", ()):
        arn = _arn(place, f"apis/{item['ApiId']}")
        yield Draft(API, arn, item["ApiId"], arn, picked(item, *_API), dict(item.get("Tags") or {}))


def _api_stages(page: Mapping[str, Json], place: Place, api: Draft | None) -> Iterator[Draft]:
    assert api is not None
    for item in page.get("Items", ()):
        name = item["StageName"]
        arn = f"{api.arn}/stages/{name}"
        properties = picked(item, *_API_STAGE) | {"ApiId": api.name}
        yield Draft(API_STAGE, arn, name, arn, properties, dict(item.get("Tags") or {}))


SERVICE = Service(
    client="apigateway",
    scope="regional",
    calls=(
        Call(
            "get_rest_apis",
            "apigateway:GET",
            {STAGE: (LIST,), _REST_API: (LIST,)},
            arguments={"PaginationConfig": {"PageSize": 500}},
            make=_rest_apis,
            paged=True,
        ),
        Call(
            "get_stages",
            "apigateway:GET",
            {
                STAGE: (
                    *(LIST, "RestApiId", "StageName", "DeploymentId", "AccessLogSetting", "MethodSettings"),
                    *("TracingEnabled", "ClientCertificateId", "CacheClusterEnabled", "tags", "Tags"),
                )
            },
            of=_REST_API,
            params=lambda draft: {"restApiId": draft.name},
            make=_stages,
            gone=("NotFoundException",),
        ),
    ),
)

SECOND = Service(
    client="apigatewayv2",
    scope="regional",
    calls=(
        Call("get_apis", "apigateway:GET", {API: (LIST, *_API, "tags", "Tags")}, make=_apis, paged=True),
        Call(
            "get_stages",
            "apigateway:GET",
            {API_STAGE: (LIST, *_API_STAGE, "ApiId", "tags", "Tags")},
            of=API,
            params=lambda draft: {"ApiId": draft.name},
            make=_api_stages,
            paged=True,
            gone=("NotFoundException",),
        ),
    ),
)
