"""`log.bucket` of what writes access logs: whether it names a bucket for them.

Value: `{"named": boolean}`, unknown at that key. A name is any text that is not empty. A name that is seen in part is
one as soon as some part of it is never empty: literal text, the name of a resource, or the domain name that AWS gives
a bucket. So a template that writes its logs to a bucket of its own names one, whatever AWS or a parameter calls it.
CloudFront: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html (return
values). ELB: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.facts.base import Derived, Fact, View
from auditor.facts.iam.logic import T, Truth, U, every, some, truth, unknown
from auditor.model import HIDDEN, Hidden, Hole, Json, Path, Resource, Text

DISTRIBUTION = "AWS::CloudFront::Distribution"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"

_PATHS: Mapping[str, Path] = {
    DISTRIBUTION: ("DistributionConfig", "Logging", "Bucket"),
    CLASSIC: ("AccessLoggingPolicy", "S3BucketName"),
}
_ATTRIBUTE = "access_logs.s3.bucket"
_DOMAINS = (".DomainName", ".DualStackDomainName", ".RegionalDomainName")


def _compute(resource: Resource, view: View) -> Derived:
    found = list(
        _attributes(resource) if resource.type == BALANCER else _at(resource.properties, _PATHS[resource.type])
    )
    named = some(holds for holds, _ in found)
    if named is U:
        cause = next(cause for holds, cause in found if holds is U)
        return Derived({}, (unknown(("named",), cause, "whether the access log has a bucket"),))
    return Derived({"named": named is T})


Found = tuple[Truth, Hidden | Text | None]


def _at(value: Json, path: Path) -> Iterator[Found]:
    if isinstance(value, HIDDEN) and path:
        yield U, value
    elif not path:
        yield _is_name(value), value if isinstance(value, HIDDEN) else None
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _attributes(balancer: Resource) -> Iterator[Found]:
    attributes = balancer.properties.get("LoadBalancerAttributes", ())
    for one in attributes if isinstance(attributes, list | tuple) else (attributes,):
        if isinstance(one, HIDDEN):
            yield U, one
        elif isinstance(one, Mapping):
            key, value = one.get("Key"), one.get("Value")
            is_bucket = U if isinstance(key, HIDDEN) else truth(key == _ATTRIBUTE)
            cause = next((each for each in (key, value) if isinstance(each, HIDDEN)), None)
            yield every((is_bucket, _is_name(value))), cause


def _is_name(value: Json) -> Truth:
    if isinstance(value, Text):
        return some(truth(bool(part)) if isinstance(part, str) else _is_filled(part) for part in value.parts)
    if isinstance(value, Hidden):
        return _is_filled(Hole(value.symbol or ""))
    return truth(isinstance(value, str) and value != "")


def _is_filled(hole: Hole) -> Truth:
    """What an output of a nested stack holds is not known, whatever the output is called."""
    is_domain = hole.symbol.endswith(_DOMAINS) and ".Outputs." not in hole.symbol
    return T if hole.kind == "name" or is_domain else U


FACT = Fact(
    name="log.bucket",
    version=1,
    on=(DISTRIBUTION, BALANCER, CLASSIC),
    reads={
        DISTRIBUTION: (_PATHS[DISTRIBUTION],),
        BALANCER: (("LoadBalancerAttributes", "*", "Key"), ("LoadBalancerAttributes", "*", "Value")),
        CLASSIC: (_PATHS[CLASSIC],),
    },
    compute=_compute,
)
