"""Amazon EC2 Auto Scaling: launch configurations.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
_SAME = (
    *("LaunchConfigurationName", "ImageId", "InstanceType", "SecurityGroups", "IamInstanceProfile"),
    *("AssociatePublicIpAddress", "MetadataOptions", "UserData"),
)


def _mapping(item: Mapping[str, Json]) -> dict[str, Json]:
    shaped = picked(item, "DeviceName", "VirtualName", "NoDevice")
    if "Ebs" in item:
        shaped["Ebs"] = picked(item["Ebs"], "SnapshotId", "VolumeSize", "VolumeType", "Encrypted", "Iops")
    return shaped


def _configurations(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("LaunchConfigurations", ()):
        properties = picked(item, *_SAME)
        properties["BlockDeviceMappings"] = [_mapping(mapping) for mapping in item.get("BlockDeviceMappings", ())]
        name, arn = item["LaunchConfigurationName"], item["LaunchConfigurationARN"]
        yield Draft(CONFIGURATION, arn, name, arn, properties)


SERVICE = Service(
    client="autoscaling",
    scope="regional",
    calls=(
        Call(
            "describe_launch_configurations",
            "autoscaling:DescribeLaunchConfigurations",
            {CONFIGURATION: (LIST, *_SAME, "BlockDeviceMappings")},
            make=_configurations,
            paged=True,
        ),
    ),
)
