"""Amazon VPC: network ACLs with their entries.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"


def _acls(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for acl in page.get("NetworkAcls", ()):
        id = acl["NetworkAclId"]
        arn = place.arn("ec2", f"network-acl/{id}")
        yield Draft(ACL, arn, id, arn, picked(acl, "VpcId", Id="NetworkAclId"), tags_of(acl.get("Tags")))
        for entry in acl.get("Entries", ()):
            yield _entry(entry, id, arn)


def _entry(entry: Mapping[str, Json], acl: str, owner: str) -> Draft:
    """The last entry of a direction, which denies what no other names, has the number 32767."""
    properties = picked(entry, "Egress", "RuleAction", "RuleNumber", "CidrBlock", "Ipv6CidrBlock", "PortRange")
    properties |= {"NetworkAclId": acl, "Protocol": int(entry["Protocol"])}
    if "IcmpTypeCode" in entry:
        properties["Icmp"] = picked(entry["IcmpTypeCode"], "Code", "Type")
    id = f"{owner}/{'egress' if entry['Egress'] else 'ingress'}/{entry['RuleNumber']}"
    version = "/ipv6" if "Ipv6CidrBlock" in entry else ""
    return Draft(ENTRY, id + version, acl, id + version, properties, owners=(owner,))


SERVICE = Service(
    client="ec2",
    scope="regional",
    calls=(
        Call(
            "describe_network_acls",
            "ec2:DescribeNetworkAcls",
            {
                ACL: (LIST, "Id", "VpcId", "tags", "Tags"),
                ENTRY: (
                    *(LIST, "NetworkAclId", "Egress", "RuleAction", "RuleNumber", "Protocol", "PortRange", "Icmp"),
                    *("CidrBlock", "Ipv6CidrBlock"),
                ),
            },
            make=_acls,
            paged=True,
        ),
    ),
)
