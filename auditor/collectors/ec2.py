"""Amazon EC2: security groups, instances, launch templates, volumes, prefix lists, and the region's defaults.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Hidden, Json, Reason

GROUP = "AWS::EC2::SecurityGroup"
INSTANCE = "AWS::EC2::Instance"
TEMPLATE = "AWS::EC2::LaunchTemplate"
VOLUME = "AWS::EC2::Volume"
PREFIX_LIST = "AWS::EC2::PrefixList"
DEFAULTS = "Auditor::EC2::RegionDefaults"
SNAPSHOT = "Auditor::EC2::Snapshot"
SNAPSHOT_BLOCK = "AWS::EC2::SnapshotBlockPublicAccess"
IMAGE = "Auditor::EC2::Image"

_PUBLIC = "describe_snapshots#public"

_SOURCES = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6"}
_METADATA = ("HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit", "HttpProtocolIpv6", "InstanceMetadataTags")
_DATA = (
    *("BlockDeviceMappings", "CapacityReservationSpecification", "CpuOptions", "CreditSpecification", "EbsOptimized"),
    *("DisableApiStop", "DisableApiTermination", "EnclaveOptions", "HibernationOptions", "IamInstanceProfile"),
    *("ImageId", "InstanceInitiatedShutdownBehavior", "InstanceMarketOptions", "InstanceRequirements", "InstanceType"),
    *("KernelId", "KeyName", "LicenseSpecifications", "MaintenanceOptions", "Monitoring", "NetworkInterfaces"),
    *("NetworkPerformanceOptions", "Placement", "PrivateDnsNameOptions", "RamDiskId", "SecurityGroupIds"),
    *("SecurityGroups", "TagSpecifications", "UserData"),
)


def rules(permissions: list[Mapping[str, Json]], egress: bool) -> list[dict[str, Json]]:
    """One CloudFormation rule per source: the API keeps all sources of a port range together."""
    side = "Destination" if egress else "Source"
    result = []
    for permission in permissions:
        base = picked(permission, "IpProtocol", "FromPort", "ToPort")
        for ranges, key in _SOURCES.items():
            for entry in permission.get(ranges, ()):
                result.append({**base, key: entry[key], **picked(entry, "Description")})
        for entry in permission.get("PrefixListIds", ()):
            result.append({**base, f"{side}PrefixListId": entry["PrefixListId"], **picked(entry, "Description")})
        for pair in permission.get("UserIdGroupPairs", ()):
            group = {f"{side}SecurityGroupId": pair.get("GroupId"), **picked(pair, "Description")}
            if not egress:
                group |= picked(pair, SourceSecurityGroupOwnerId="UserId")
            result.append({**base, **group})
    return result


def _groups(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for group in page.get("SecurityGroups", ()):
        arn = place.arn("ec2", f"security-group/{group['GroupId']}")
        properties = picked(group, "GroupId", "GroupName", "VpcId", GroupDescription="Description", Id="GroupId")
        properties["SecurityGroupIngress"] = rules(group.get("IpPermissions", []), egress=False)
        properties["SecurityGroupEgress"] = rules(group.get("IpPermissionsEgress", []), egress=True)
        yield Draft(GROUP, arn, group["GroupId"], arn, properties, tags_of(group.get("Tags")))


def _mappings(place: Place, mappings: list[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Instances name volumes; whether these are encrypted stands with the volume."""
    volumes = {volume["VolumeId"]: volume for volume in place.kept("describe_volumes", "Volumes")}
    result = []
    for mapping in mappings:
        shaped = picked(mapping, "DeviceName")
        if "Ebs" in mapping:
            id = mapping["Ebs"].get("VolumeId")
            shaped["Ebs"] = _ebs(volumes[id]) if id in volumes else Hidden(Reason.FAILED, f"{id} was not listed")
        result.append(shaped)
    return result


def _ebs(volume: Mapping[str, Json]) -> dict[str, Json]:
    return picked(volume, "Encrypted", "SnapshotId", "KmsKeyId", "VolumeType", "Iops", VolumeSize="Size")


def _instances(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for reservation in page.get("Reservations", ()):
        for instance in reservation.get("Instances", ()):
            yield _instance(instance, place)


def _instance(instance: Mapping[str, Json], place: Place) -> Draft:
    """An instance always says what its metadata options are, so its launch template does not matter any more."""
    arn = place.arn("ec2", f"instance/{instance['InstanceId']}")
    properties = picked(
        instance, "InstanceId", "ImageId", "InstanceType", "SubnetId", "VpcId", "KeyName", "EbsOptimized"
    )
    if "State" in instance:
        properties["State"] = {name: str(value) for name, value in instance["State"].items()}
    properties |= picked(instance, PublicIp="PublicIpAddress")
    properties["SecurityGroupIds"] = [group["GroupId"] for group in instance.get("SecurityGroups", ())]
    properties["MetadataOptions"] = Hidden(Reason.FAILED, "ec2:DescribeInstances gave no MetadataOptions")
    if "MetadataOptions" in instance:
        properties["MetadataOptions"] = picked(instance["MetadataOptions"], *_METADATA)
    profile = instance.get("IamInstanceProfile", {}).get("Arn")
    if profile:
        properties["IamInstanceProfile"] = profile.rsplit("/", 1)[-1]
    if "describe_volumes" in place.answers:
        properties["BlockDeviceMappings"] = _mappings(place, instance.get("BlockDeviceMappings", []))
    return Draft(INSTANCE, arn, instance["InstanceId"], arn, properties, tags_of(instance.get("Tags")))


def _runs(draft: Draft) -> bool:
    """A terminated instance has no user data that could be asked for."""
    return bool(draft.properties.get("State", {}).get("Name") != "terminated")


def _user_data(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    value = answer.get("UserData", {}).get("Value")
    return {"UserData": value} if value else {}


def _volumes(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for volume in page.get("Volumes", ()):
        arn = place.arn("ec2", f"volume/{volume['VolumeId']}")
        properties = picked(volume, "VolumeId", "Encrypted", "KmsKeyId", "SnapshotId", "AvailabilityZone", "VolumeType")
        properties |= picked(volume, "Size", "Iops", "SourceVolumeId")
        yield Draft(VOLUME, arn, volume["VolumeId"], arn, properties, tags_of(volume.get("Tags")))


def _templates(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    """The default version is what AWS uses where none is named."""
    for version in page.get("LaunchTemplateVersions", ()):
        if not version.get("DefaultVersion"):
            continue
        arn = place.arn("ec2", f"launch-template/{version['LaunchTemplateId']}")
        properties = picked(version, "LaunchTemplateId", "LaunchTemplateName")
        properties["LaunchTemplateData"] = _data(version["LaunchTemplateData"])
        properties["DefaultVersionNumber"] = str(version["VersionNumber"])
        yield Draft(TEMPLATE, arn, version["LaunchTemplateId"], arn, properties)


def _data(data: Mapping[str, Json]) -> dict[str, Json]:
    shaped = picked(data, *_DATA)
    if "MetadataOptions" in data:
        shaped["MetadataOptions"] = picked(data["MetadataOptions"], *_METADATA)
    return shaped


def _prefix_lists(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for found in page.get("PrefixLists", ()):
        properties = picked(found, "PrefixListId", "PrefixListName", "AddressFamily", "OwnerId", Arn="PrefixListArn")
        arn = found["PrefixListArn"]
        yield Draft(PREFIX_LIST, arn, found["PrefixListId"], arn, properties, tags_of(found.get("Tags")))


def _entries(page: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    entries = [picked(entry, "Cidr", "Description") for entry in page.get("Entries", ())]
    return {"Entries": [*draft.properties.get("Entries", []), *entries]}


def _defaults(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{place.region}/{DEFAULTS}"
    yield Draft(DEFAULTS, id, place.region or "", id, picked(answer, "EbsEncryptionByDefault"))


def _metadata_defaults(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer.get("AccountLevel", {}), "HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit")


def _snapshots(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    public = {found["SnapshotId"] for found in place.kept(_PUBLIC, "Snapshots")}
    for found in page.get("Snapshots", ()):
        arn = f"arn:{place.partition}:ec2:{place.region}::snapshot/{found['SnapshotId']}"
        properties = picked(found, "SnapshotId", "Encrypted", "VolumeId", "KmsKeyId", "OwnerId")
        if _PUBLIC in place.answers:
            properties["Public"] = found["SnapshotId"] in public
        yield Draft(SNAPSHOT, arn, found["SnapshotId"], arn, properties, tags_of(found.get("Tags")))


def _images(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for found in page.get("Images", ()):
        arn = f"arn:{place.partition}:ec2:{place.region}::image/{found['ImageId']}"
        properties = picked(found, "ImageId", "Name", "Public")
        yield Draft(IMAGE, arn, found["ImageId"], arn, properties, tags_of(found.get("Tags")))


def _snapshot_block(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{place.region}/{SNAPSHOT_BLOCK}"
    properties = {"AccountId": place.account, "State": answer["State"]}
    yield Draft(SNAPSHOT_BLOCK, id, place.account, id, properties)


SERVICE = Service(
    client="ec2",
    scope="regional",
    calls=(
        Call(
            "describe_security_groups",
            "ec2:DescribeSecurityGroups",
            {
                GROUP: (
                    *(LIST, "GroupId", "Id", "GroupName", "GroupDescription", "VpcId", "tags", "Tags"),
                    *("SecurityGroupIngress", "SecurityGroupEgress"),
                )
            },
            arguments={"PaginationConfig": {"PageSize": 1000}},
            make=_groups,
            paged=True,
        ),
        Call(
            "describe_volumes",
            "ec2:DescribeVolumes",
            {
                VOLUME: (
                    *(LIST, "VolumeId", "Encrypted", "KmsKeyId", "SnapshotId", "SourceVolumeId", "tags", "Tags"),
                    *("AvailabilityZone", "VolumeType", "Size", "Iops"),
                ),
                INSTANCE: ("BlockDeviceMappings",),
            },
            arguments={"PaginationConfig": {"PageSize": 500}},
            make=_volumes,
            paged=True,
            keep=True,
        ),
        Call(
            "describe_instances",
            "ec2:DescribeInstances",
            {
                INSTANCE: (
                    *(LIST, "InstanceId", "ImageId", "InstanceType", "SubnetId", "VpcId", "KeyName", "State"),
                    *("EbsOptimized", "PublicIp", "SecurityGroupIds", "MetadataOptions", "IamInstanceProfile"),
                    *("LaunchTemplate", "tags", "Tags"),
                )
            },
            arguments={"PaginationConfig": {"PageSize": 500}},
            make=_instances,
            paged=True,
        ),
        Call(
            "describe_instance_attribute",
            "ec2:DescribeInstanceAttribute",
            {INSTANCE: ("UserData",)},
            of=INSTANCE,
            params=lambda draft: {"InstanceId": draft.name, "Attribute": "userData"},
            fill=_user_data,
            when=_runs,
            option="user-data",  # a call for each instance, and scripts are the likeliest place of secrets
        ),
        Call(
            "describe_launch_template_versions",
            "ec2:DescribeLaunchTemplateVersions",
            {
                TEMPLATE: (
                    *(LIST, "LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateData"),
                    *("DefaultVersionNumber",),
                )
            },
            arguments={"Versions": ["$Default"]},
            make=_templates,
            paged=True,
        ),
        Call(
            "describe_managed_prefix_lists",
            "ec2:DescribeManagedPrefixLists",
            {
                PREFIX_LIST: (
                    *(LIST, "PrefixListId", "PrefixListName", "AddressFamily", "OwnerId", "Arn", "tags", "Tags"),
                )
            },
            make=_prefix_lists,
            paged=True,
        ),
        Call(
            "get_managed_prefix_list_entries",
            "ec2:GetManagedPrefixListEntries",
            {PREFIX_LIST: ("Entries",)},
            of=PREFIX_LIST,
            params=lambda draft: {"PrefixListId": draft.name},
            fill=_entries,
            paged=True,
            when=lambda draft: draft.properties.get("OwnerId") != "AWS",
        ),
        Call(
            "get_ebs_encryption_by_default",
            "ec2:GetEbsEncryptionByDefault",
            {DEFAULTS: (LIST, "EbsEncryptionByDefault")},
            make=_defaults,
        ),
        Call(
            "get_instance_metadata_defaults",
            "ec2:GetInstanceMetadataDefaults",
            {DEFAULTS: ("HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit")},
            of=DEFAULTS,
            fill=_metadata_defaults,
        ),
        Call(
            _PUBLIC,
            "ec2:DescribeSnapshots",
            {SNAPSHOT: ("Public",)},
            arguments={
                "OwnerIds": ["self"],
                "RestorableByUserIds": ["all"],
                "PaginationConfig": {"PageSize": 1000},
            },
            paged=True,
            keep=True,
        ),
        Call(
            "describe_snapshots",
            "ec2:DescribeSnapshots",
            {SNAPSHOT: (*(LIST, "SnapshotId", "Encrypted", "VolumeId", "KmsKeyId", "OwnerId", "tags", "Tags"),)},
            arguments={"OwnerIds": ["self"], "PaginationConfig": {"PageSize": 1000}},
            make=_snapshots,
            paged=True,
        ),
        Call(
            "get_snapshot_block_public_access_state",
            "ec2:GetSnapshotBlockPublicAccessState",
            {SNAPSHOT_BLOCK: (LIST, "AccountId", "State")},
            make=_snapshot_block,
        ),
        Call(
            "describe_images",
            "ec2:DescribeImages",
            {IMAGE: (LIST, "ImageId", "Name", "Public", "tags", "Tags")},
            arguments={"Owners": ["self"]},
            make=_images,
            paged=True,
        ),
    ),
)
