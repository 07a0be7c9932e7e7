"""Elastic Load Balancing: the two APIs, classic load balancers and those of the second version with listeners.

https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AccessLog.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_CLASSIC = ("LoadBalancerName", "DNSName", "Scheme", "SecurityGroups", "Subnets")
_BALANCER = ("LoadBalancerArn", "DNSName", "Type", "Scheme", "IpAddressType", "SecurityGroups")
# Not the actions: they may hold the secret of an OIDC client.
_LISTENER = ("ListenerArn", "LoadBalancerArn", "Port", "Protocol", "SslPolicy", "AlpnPolicy")


def _classics(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("LoadBalancerDescriptions", ()):
        name = item["LoadBalancerName"]
        arn = place.arn("elasticloadbalancing", f"loadbalancer/{name}")
        yield Draft(CLASSIC, arn, name, arn, picked(item, *_CLASSIC))


def _classic_attributes(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    attributes = answer["LoadBalancerAttributes"]
    properties: dict[str, Json] = {}
    if "AccessLog" in attributes:
        log = attributes["AccessLog"]
        properties["AccessLoggingPolicy"] = picked(log, "Enabled", "S3BucketName", "S3BucketPrefix", "EmitInterval")
    if "CrossZoneLoadBalancing" in attributes:
        properties["CrossZone"] = attributes["CrossZoneLoadBalancing"]["Enabled"]
    if "ConnectionDraining" in attributes:
        properties["ConnectionDrainingPolicy"] = picked(attributes["ConnectionDraining"], "Enabled", "Timeout")
    return properties


def _balancers(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("LoadBalancers", ()):
        arn = item["LoadBalancerArn"]
        properties = picked(item, *_BALANCER, Name="LoadBalancerName")
        properties["Subnets"] = [zone["SubnetId"] for zone in item.get("AvailabilityZones", ()) if "SubnetId" in zone]
        yield Draft(BALANCER, arn, arn, arn, properties)


def _attributes(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return {"LoadBalancerAttributes": [picked(each, "Key", "Value") for each in answer["Attributes"]]}


def _listeners(page: Mapping[str, Json], place: Place, balancer: Draft | None) -> Iterator[Draft]:
    assert balancer is not None
    for item in page.get("Listeners", ()):
        arn = item["ListenerArn"]
        properties = picked(item, *_LISTENER)
        if "Certificates" in item:
            properties["Certificates"] = [picked(each, "CertificateArn") for each in item["Certificates"]]
        yield Draft(LISTENER, arn, arn, arn, properties, owners=(balancer.id,))


CLASSIC_SERVICE = Service(
    client="elb",
    scope="regional",
    calls=(
        Call(
            "describe_load_balancers",
            "elasticloadbalancing:DescribeLoadBalancers",
            {CLASSIC: (LIST, *_CLASSIC)},
            make=_classics,
            paged=True,
        ),
        Call(
            "describe_load_balancer_attributes",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            {CLASSIC: ("AccessLoggingPolicy", "CrossZone", "ConnectionDrainingPolicy")},
            of=CLASSIC,
            params=lambda draft: {"LoadBalancerName": draft.name},
            fill=_classic_attributes,
            gone=("LoadBalancerNotFound",),
        ),
    ),
)

SERVICE = Service(
    client="elbv2",
    scope="regional",
    calls=(
        Call(
            "describe_load_balancers",
            "elasticloadbalancing:DescribeLoadBalancers",
            {BALANCER: (LIST, *_BALANCER, "Name", "Subnets")},
            make=_balancers,
            paged=True,
        ),
        Call(
            "describe_load_balancer_attributes",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            {BALANCER: ("LoadBalancerAttributes",)},
            of=BALANCER,
            params=lambda draft: {"LoadBalancerArn": draft.arn},
            fill=_attributes,
            gone=("LoadBalancerNotFound",),
        ),
        Call(
            "describe_listeners",
            "elasticloadbalancing:DescribeListeners",
            {LISTENER: (LIST, *_LISTENER, "Certificates")},
            of=BALANCER,
            params=lambda draft: {"LoadBalancerArn": draft.arn},
            make=_listeners,
            paged=True,
            gone=("LoadBalancerNotFound",),
        ),
    ),
)
