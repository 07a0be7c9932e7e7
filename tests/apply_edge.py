"""Creators of what stands at the edge: APIs, distributions, listeners, function URLs, networks, replicas of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apply_compute import named
from apply_support import REGION, Client, Creator, kept, text

_ROUTE = "$request.body.action"


def _rest_stage(client: Client, properties: Mapping[str, Any], name: str) -> str:
    api, stage = client("apigateway", REGION), properties["StageName"]
    id = api.create_rest_api(name=name)["id"]
    root = api.get_resources(restApiId=id)["items"][0]["id"]
    api.put_method(restApiId=id, resourceId=root, httpMethod="GET", authorizationType="NONE")
    api.put_integration(restApiId=id, resourceId=root, httpMethod="GET", type="MOCK")
    api.create_deployment(restApiId=id, stageName=stage)
    values = {}
    for key, value in properties.get("AccessLogSetting", {}).items():
        values[f"/accessLogSettings/{key[:1].lower()}{key[1:]}"] = value
    for setting in properties.get("MethodSettings", ()):
        method = f"{setting['ResourcePath']}/{setting['HttpMethod']}"
        for key, path in (("LoggingLevel", "logging/loglevel"), ("ThrottlingRateLimit", "throttling/rateLimit")):
            if key in setting:
                values[f"{method}/{path}"] = str(setting[key])
    patch = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    api.update_stage(restApiId=id, stageName=stage, patchOperations=patch)
    return str(stage)


def _api(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = {"RouteSelectionExpression": _ROUTE} if properties["ProtocolType"] == "WEBSOCKET" else {}
    made = client("apigatewayv2", REGION).create_api(**kept(properties, "Name", "ProtocolType"), **given)
    return str(made["ApiId"])


def _stage(client: Client, properties: Mapping[str, Any], name: str) -> str:
    api = client("apigatewayv2", REGION)
    (of,) = api.get_apis()["Items"]
    given = kept(properties, "StageName", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings")
    return str(api.create_stage(ApiId=of["ApiId"], **given)["StageName"])


def _distribution(client: Client, properties: Mapping[str, Any], name: str) -> str:
    config = properties["DistributionConfig"]
    origin = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    forwarded = {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0}
    log = {"Bucket": "", "Prefix": "", **config.get("Logging", {})}
    given = {
        "CallerReference": name,
        "Comment": name,
        "Enabled": config["Enabled"],
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {**config["DefaultCacheBehavior"], **forwarded},
        "Logging": {"Enabled": bool(log["Bucket"]), "IncludeCookies": False, **log},
    }
    return str(client("cloudfront").create_distribution(DistributionConfig=given)["Distribution"]["Id"])


def _network(client: Client, properties: Mapping[str, Any], name: str) -> str:
    made = client("ec2", REGION).create_vpc(CidrBlock=properties.get("CidrBlock", "10.0.0.0/16"))
    return str(made["Vpc"]["VpcId"])


def _access_list(client: Client, properties: Mapping[str, Any], name: str) -> str:
    network = _network(client, {}, name)
    made = client("ec2", REGION).create_network_acl(VpcId=network)
    return str(made["NetworkAcl"]["NetworkAclId"])


def _listener(client: Client, properties: Mapping[str, Any], name: str) -> str:
    elb = client("elbv2", REGION)
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    target = elb.create_target_group(Name=name, Protocol="TCP", Port=80, VpcId=balancer["VpcId"])["TargetGroups"][0]
    certificate = client("acm", REGION).request_certificate(DomainName="example.com")["CertificateArn"]
    made = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target["TargetGroupArn"]}],
        **kept(properties, "Port", "Protocol"),
    )
    return str(made["Listeners"][0]["ListenerArn"])


def _url(client: Client, properties: Mapping[str, Any], name: str) -> str:
    function = named(client, properties["TargetFunctionArn"])
    given = kept(properties, "AuthType", "Cors")
    return str(client("lambda", REGION).create_function_url_config(FunctionName=function, **given)["FunctionArn"])


def _replica(client: Client, properties: Mapping[str, Any], name: str) -> str:
    primary = client("kms", "us-east-1").create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    made = client("kms", "us-east-1").replicate_key(KeyId=primary, ReplicaRegion=REGION)
    id = str(made["ReplicaKeyMetadata"]["KeyId"])
    client("kms", REGION).put_key_policy(KeyId=id, PolicyName="default", Policy=text(properties["KeyPolicy"]))
    return id


CREATORS: Mapping[str, Creator] = {
    "AWS::ApiGateway::Stage": _rest_stage,
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Stage": _stage,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::EC2::NetworkAcl": _access_list,
    "AWS::EC2::VPC": _network,
    "AWS::ElasticLoadBalancingV2::Listener": _listener,
    "AWS::KMS::ReplicaKey": _replica,
    "AWS::Lambda::Url": _url,
}
