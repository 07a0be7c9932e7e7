"""A secret in every further place of an account that is asked, and of which nothing may be kept: no policy reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Client = Callable[..., Any]

ACCOUNT = "123456789012"


def plant(client: Client, secret: str, region: str) -> None:
    """Stage variables, custom headers, client secrets, endpoints, inputs of targets, contacts."""
    _rest_stage(client("apigateway", region), secret)
    api = client("apigatewayv2", region)
    api.create_stage(
        ApiId=api.create_api(Name="shop", ProtocolType="HTTP")["ApiId"],
        StageName="prod",
        StageVariables={"token": secret},
    )
    client("cloudfront").create_distribution(DistributionConfig=_distribution(secret))
    sns = client("sns", region)
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=f"https://hook:{secret}@example.org/")
    _listener(client("ec2", region), client("elbv2", region), secret)
    events = client("events", region)
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{region}:{ACCOUNT}:jobs", "Input": json.dumps({"token": secret})}
    events.put_targets(Rule="nightly", Targets=[target])
    client("account").put_alternate_contact(
        AlternateContactType="SECURITY",
        Name=secret,
        Title=secret,
        EmailAddress=f"{secret}@example.org",
        PhoneNumber="+1 555",
    )


def _rest_stage(api: Any, secret: str) -> None:
    id = api.create_rest_api(name="shop")["id"]
    method = {"restApiId": id, "resourceId": api.get_resources(restApiId=id)["items"][0]["id"], "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    api.put_integration(**method, type="MOCK")
    api.put_method_response(**method, statusCode="200")
    api.put_integration_response(**method, statusCode="200")
    deployment = api.create_deployment(restApiId=id)["id"]
    api.create_stage(restApiId=id, stageName="prod", deploymentId=deployment, variables={"token": secret})


def _distribution(secret: str) -> dict[str, Any]:
    headers = {"Quantity": 1, "Items": [{"HeaderName": "x-origin-token", "HeaderValue": secret}]}
    secure = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "web", "DomainName": "example.org", "CustomHeaders": headers, "CustomOriginConfig": secure}
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    behavior = {"TargetOriginId": "web", "ViewerProtocolPolicy": "https-only", "ForwardedValues": forwarded}
    return {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior | {"MinTTL": 0},
    }


def _listener(ec2: Any, elb: Any, secret: str) -> None:
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [each["ZoneName"] for each in ec2.describe_availability_zones()["AvailabilityZones"][:2]]
    subnets = [
        ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate(zones)
    ]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="shop", Protocol="HTTP", Port=80, VpcId=network)["TargetGroups"][0]
    issuer = "https://login.example.org"
    login = {
        **{"Issuer": issuer, "AuthorizationEndpoint": f"{issuer}/a", "TokenEndpoint": f"{issuer}/t"},
        **{"UserInfoEndpoint": f"{issuer}/u", "ClientId": "shop", "ClientSecret": secret},
    }
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": login},
            {"Type": "forward", "Order": 2, "TargetGroupArn": group["TargetGroupArn"]},
        ],
    )
