"""Detection services, contacts, networks and the account itself: from moto, or AWS's answers from a stub."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber

from auditor.collectors import accessanalyzer, config, identity, securityhub
from auditor.collectors.account import AccountRun
from auditor.collectors.base import Collector, wanted_of
from auditor.collectors.call import Place, Service
from auditor.collectors.iam import ENTRY, _report
from auditor.data import service_regions
from auditor.data.partitions import HOMES
from auditor.model import Hidden, Path, Reason, Resource
from auditor.sources.sessions import Patience, own_account

Aws = Callable[..., Any]
Reads = dict[str, tuple[Path, ...]]
ACCOUNT = "111122223333"
PLACE = Place(ACCOUNT, "aws", "eu-west-1", "2026-11-22T00:00:00Z")


def collected(reads: Reads, regions: tuple[str, ...] = ("us-east-1",)) -> tuple[AccountRun, dict[str, list[Resource]]]:
    account = own_account(None, Patience(attempts=1))
    wanted = wanted_of(reads)
    run = AccountRun(account.id, account.partition, account.home, regions, account.client, wanted, "")
    found: dict[str, list[Resource]] = {}
    for resource in run.resources():
        found.setdefault(resource.type, []).append(resource)
    return run, found


def stubbed(
    service: Service, reads: Reads, answer: Callable[[Stubber], None]
) -> tuple[Collector, dict[str, list[Resource]]]:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client(service.client, region_name="eu-west-1", **keys)
    found: dict[str, list[Resource]] = {}
    with Stubber(client) as stubber, ThreadPoolExecutor(1) as pool:
        answer(stubber)
        collector = Collector(service, client, PLACE, wanted_of(reads), pool, lambda call: None)
        for resource in collector.resources():
            found.setdefault(resource.type, []).append(resource)
        stubber.assert_no_pending_responses()
    return collector, found


def test_the_account_and_each_region_are_always_there(aws: Aws) -> None:
    reads: Reads = {identity.ACCOUNT: ((),), identity.REGION: ((), ("IsHome",), ("UnavailableServices", "*"))}
    run, found = collected(reads, ("us-east-1", "eu-west-1"))
    (account,) = found[identity.ACCOUNT]
    assert (account.region, account.name) == (None, account.account)
    regions = {each.name: each for each in found[identity.REGION]}
    assert {name: each.properties["IsHome"] for name, each in regions.items()} == {
        "us-east-1": True,
        "eu-west-1": False,
    }
    assert regions["eu-west-1"].region == "eu-west-1"
    assert regions["eu-west-1"].properties["UnavailableServices"] == []
    assert run.coverage().lists[identity.REGION] == ("eu-west-1", "us-east-1")


@pytest.mark.parametrize(
    ("partition", "region", "unavailable"),
    [
        ("aws", "eu-west-1", []),
        ("aws-us-gov", "us-gov-east-1", []),
        ("aws-cn", "cn-northwest-1", ["guardduty"]),
        ("aws-iso", "us-iso-east-1", Hidden),
        ("aws", "xx-new-1", Hidden),
    ],
)
def test_only_a_row_of_the_table_says_that_a_region_has_no_such_service(
    partition: str, region: str, unavailable: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_regions, "LACKS", {"cn-northwest-1": frozenset({"guardduty"})})
    (draft,) = identity._region({}, Place(ACCOUNT, partition, region), None)
    value = draft.properties["UnavailableServices"]
    assert isinstance(value, Hidden) if unavailable is Hidden else value == unavailable


def test_no_row_of_the_table_denies_an_endpoint_that_the_sdk_knows() -> None:
    session = botocore.session.get_session()
    for partition in HOMES:
        for service in service_regions.SERVICES:
            offered = set(session.get_available_regions(service, partition))
            assert not [region for region in offered if service in service_regions.LACKS.get(region, ())]
    assert set(service_regions.LACKS) <= service_regions.KNOWN


def test_of_the_security_contact_only_the_presence_is_kept(aws: Aws) -> None:
    reads: Reads = {"Auditor::Account::Contacts": ((), ("Security", "*"))}
    run, found = collected(reads)
    (contacts,) = found["Auditor::Account::Contacts"]
    assert (contacts.properties, run.gaps) == ({}, [])
    aws("account").put_alternate_contact(
        AlternateContactType="SECURITY", Name="Jo", Title="CISO", EmailAddress="jo@example.org", PhoneNumber="+1 555"
    )
    _, found = collected(reads)
    (contacts,) = found["Auditor::Account::Contacts"]
    kept = {"Name": True, "Title": True, "EmailAddress": True, "PhoneNumber": True}
    assert contacts.properties == {"Security": kept}


def test_a_recorder_its_status_and_its_channel(aws: Aws) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/config"
    group = {
        "allSupported": False,
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Volume"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    status = {"name": "default", "recording": True, "lastStatus": "Success"}

    def answer(stub: Stubber) -> None:
        recorder = {"name": "default", "roleARN": role, "recordingGroup": group}
        stub.add_response("describe_configuration_recorders", {"ConfigurationRecorders": [recorder]})
        stub.add_response("describe_configuration_recorder_status", {"ConfigurationRecordersStatus": [status]})
        channels = [{"name": "default", "s3BucketName": "logs"}]
        stub.add_response("describe_delivery_channels", {"DeliveryChannels": channels})

    reads: Reads = {
        config.RECORDER: ((), ("RecordingGroup",)),
        config.STATUS: ((), ("Recording",), ("LastStatus",)),
        config.CHANNEL: ((), ("S3BucketName",)),
    }
    collector, found = stubbed(config.SERVICE, reads, answer)
    (recorder,), (state,), (channel,) = found[config.RECORDER], found[config.STATUS], found[config.CHANNEL]
    assert recorder.properties["RecordingGroup"] == {
        "AllSupported": False,
        "ExclusionByResourceTypes": {"ResourceTypes": ["AWS::EC2::Volume"]},
        "RecordingStrategy": {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    assert (recorder.properties["RoleARN"], recorder.region) == (role, "eu-west-1")
    assert (state.properties["LastStatus"], state.owners) == ("SUCCESS", (recorder.id,))
    assert channel.properties["S3BucketName"] == "logs"
    assert collector.lists == {config.RECORDER, config.STATUS, config.CHANNEL}


def test_config_of_an_account_without_it_and_with_it(aws: Aws) -> None:
    reads: Reads = {config.RECORDER: ((), ("RecordingGroup",)), config.STATUS: ((), ("Recording",))}
    run, found = collected(reads)
    assert (found, run.gaps) == ({}, [])
    assert run.coverage().lists[config.RECORDER] == ("us-east-1",)
    client = aws("config")
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    client.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "r",
            "roleARN": "arn:aws:iam::123456789012:role/config",
            "recordingGroup": group,
        }
    )
    _, found = collected(reads)
    (recorder,), (state,) = found[config.RECORDER], found[config.STATUS]
    assert recorder.properties["RecordingGroup"]["AllSupported"] is True
    assert recorder.properties["RecordingGroup"]["IncludeGlobalResourceTypes"] is True
    assert state.properties["Recording"] is False


def test_a_detector_says_whether_it_is_on(aws: Aws) -> None:
    reads: Reads = {"AWS::GuardDuty::Detector": ((), ("Enable",))}
    run, found = collected(reads, ("us-east-1", "eu-west-1"))
    assert (found, run.gaps) == ({}, [])
    on = aws("guardduty").create_detector(Enable=True)["DetectorId"]
    off = aws("guardduty", "eu-west-1").create_detector(Enable=False)["DetectorId"]
    _, found = collected(reads, ("us-east-1", "eu-west-1"))
    states = {each.name: (each.region, each.properties["Enable"]) for each in found["AWS::GuardDuty::Detector"]}
    assert states == {on: ("us-east-1", True), off: ("eu-west-1", False)}


def test_a_hub_that_is_off_is_none_and_one_that_is_on_is_there(aws: Aws) -> None:
    reads: Reads = {securityhub.HUB: ((),)}
    run, found = collected(reads)
    assert (found, run.gaps) == ({}, [])
    assert run.coverage().lists[securityhub.HUB] == ("us-east-1",)
    aws("securityhub").enable_security_hub()
    _, found = collected(reads)
    (hub,) = found[securityhub.HUB]
    assert hub.arn == hub.properties["ARN"]


ALL_HUBS: Reads = {
    securityhub.HUB: ((),),
    securityhub.HUB_V2: ((),),
    securityhub.STANDARD: ((),),
    securityhub.STATUS: ((), ("Arn",), ("Status",)),
    securityhub.PRODUCT: ((),),
}
HUB_CALLS = ("describe_hub", "get_enabled_standards", "list_enabled_products_for_import")


def test_without_security_hub_every_list_is_empty_and_complete() -> None:
    def answer(stub: Stubber) -> None:
        text = f"Account {ACCOUNT} is not subscribed to AWS Security Hub"
        stub.add_client_error("describe_hub", "InvalidAccessException", text, 401)
        stub.add_client_error("describe_security_hub_v2", "ResourceNotFoundException", "not found", 404)
        stub.add_client_error("get_enabled_standards", "InvalidAccessException", text, 401)
        stub.add_client_error("list_enabled_products_for_import", "InvalidAccessException", text, 401)

    collector, found = stubbed(securityhub.SERVICE, ALL_HUBS, answer)
    assert (found, collector.gaps) == ({}, [])
    assert collector.lists == set(ALL_HUBS)


def test_the_same_code_with_another_text_is_a_gap() -> None:
    def answer(stub: Stubber) -> None:
        for operation in (*HUB_CALLS[:1], "describe_security_hub_v2", *HUB_CALLS[1:]):
            stub.add_client_error(operation, "InvalidAccessException", "the account may not do this", 401)

    collector, found = stubbed(securityhub.SERVICE, ALL_HUBS, answer)
    assert (found, collector.lists) == ({}, frozenset())
    assert {gap.type for gap in collector.gaps} == set(ALL_HUBS)


def test_standards_carry_their_status_and_products_are_listed() -> None:
    base = f"arn:aws:securityhub:eu-west-1:{ACCOUNT}"
    standard = f"{base}:subscription/aws-foundational-security-best-practices/v/1.0.0"
    product = f"{base}:product-subscription/aws/guardduty"

    def answer(stub: Stubber) -> None:
        stub.add_response("describe_hub", {"HubArn": f"{base}:hub/default", "AutoEnableControls": True})
        stub.add_response("describe_security_hub_v2", {"HubV2Arn": f"{base}:hubv2/1"})
        subscription = {
            "StandardsSubscriptionArn": standard,
            "StandardsArn": "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
            "StandardsInput": {},
            "StandardsStatus": "INCOMPLETE",
        }
        stub.add_response("get_enabled_standards", {"StandardsSubscriptions": [subscription]})
        stub.add_response("list_enabled_products_for_import", {"ProductSubscriptions": [product]})

    _, found = stubbed(securityhub.SERVICE, ALL_HUBS, answer)
    (status,) = found[securityhub.STATUS]
    assert status.properties == {"Arn": standard, "Status": "INCOMPLETE"}
    assert status.owners == (found[securityhub.STANDARD][0].id,)
    assert found[securityhub.PRODUCT][0].properties == {"ProductSubscriptionArn": product}
    assert {found[each][0].region for each in (securityhub.HUB, securityhub.HUB_V2)} == {"eu-west-1"}


ANALYZERS: Reads = {accessanalyzer.ANALYZER: ((), ("Type",)), accessanalyzer.STATUS: ((), ("Arn",), ("Status",))}


def test_an_analyzer_and_its_status() -> None:
    arn = f"arn:aws:access-analyzer:eu-west-1:{ACCOUNT}:analyzer/external"
    created = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    item = {"arn": arn, "name": "external", "type": "ACCOUNT", "status": "ACTIVE", "createdAt": created}

    def answer(stub: Stubber) -> None:
        stub.add_response("list_analyzers", {"analyzers": [item]})

    _, found = stubbed(accessanalyzer.SERVICE, ANALYZERS, answer)
    (analyzer,), (status,) = found[accessanalyzer.ANALYZER], found[accessanalyzer.STATUS]
    assert (analyzer.arn, analyzer.properties["Type"]) == (arn, "ACCOUNT")
    assert (status.properties, status.owners) == ({"Arn": arn, "Status": "ACTIVE"}, (analyzer.id,))


def test_analyzers_that_may_not_be_listed_are_a_gap() -> None:
    def answer(stub: Stubber) -> None:
        stub.add_client_error("list_analyzers", "AccessDeniedException", "no", 403)

    collector, _ = stubbed(accessanalyzer.SERVICE, ANALYZERS, answer)
    assert {(gap.type, gap.reason) for gap in collector.gaps} == {(type, Reason.DENIED) for type in ANALYZERS}


def test_networks_subnets_and_flow_logs(aws: Aws) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    aws("s3").create_bucket(Bucket="flow")
    made = ec2.create_flow_logs(
        ResourceIds=[subnet],
        ResourceType="Subnet",
        TrafficType="REJECT",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::flow",
    )
    reads: Reads = {
        "AWS::EC2::VPC": ((),),
        "AWS::EC2::Subnet": ((), ("VpcId",)),
        "AWS::EC2::FlowLog": ((), ("ResourceId",), ("ResourceType",), ("TrafficType",)),
        "Auditor::EC2::FlowLogStatus": ((), ("Id",), ("FlowLogStatus",)),
    }
    run, found = collected(reads)
    assert vpc in {each.name for each in found["AWS::EC2::VPC"]}
    assert {each.name: each.properties["VpcId"] for each in found["AWS::EC2::Subnet"]}[subnet] == vpc
    (log,), (status,) = found["AWS::EC2::FlowLog"], found["Auditor::EC2::FlowLogStatus"]
    assert log.name == made["FlowLogIds"][0]
    wanted = {"ResourceId": subnet, "ResourceType": "Subnet", "TrafficType": "REJECT"}
    assert {name: log.properties[name] for name in wanted} == wanted
    assert (status.properties["Id"], status.properties["FlowLogStatus"], status.owners) == (
        log.name,
        "ACTIVE",
        (log.id,),
    )
    assert run.gaps == []


def test_a_shared_network_names_its_owner() -> None:
    from auditor.collectors.vpc import _vpcs

    (vpc,) = _vpcs({"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "999988887777"}]}, PLACE, None)
    assert vpc.arn == "arn:aws:ec2:eu-west-1:999988887777:vpc/vpc-1"


def test_a_user_of_the_credential_report(aws: Aws) -> None:
    iam = aws("iam")
    iam.create_user(UserName="jo")
    iam.create_access_key(UserName="jo")
    _, found = collected({ENTRY: ((), ("AccessKey1Active",), ("AccessKey1LastRotated",), ("PasswordEnabled",))})
    entry = next(each for each in found[ENTRY] if each.name == "jo")
    assert (entry.properties["AccessKey1Active"], entry.properties["PasswordEnabled"]) == (True, False)
    assert datetime.datetime.fromisoformat(entry.properties["AccessKey1LastRotated"])


def test_what_the_report_does_not_say_of_a_user_is_hidden() -> None:
    columns = "user,arn,password_enabled,password_last_changed,mfa_active,access_key_1_active,access_key_1_last_rotated"
    rows = (
        f"<root_account>,arn:aws:iam::{ACCOUNT}:root,not_supported,not_supported,true,false,N/A",
        f"jo,arn:aws:iam::{ACCOUNT}:user/jo,not_supported,N/A,false,true,N/A",
        f"al,arn:aws:iam::{ACCOUNT}:user/al,false,N/A,false,false,N/A",
    )
    tail = ",access_key_2_active,access_key_2_last_rotated"
    text = "\n".join([columns + tail, *(row + ",false,N/A" for row in rows)])
    root, jo, al = _report({"Content": text.encode()}, PLACE, None)
    hidden = {
        draft.name: sorted(name for name, value in draft.properties.items() if isinstance(value, Hidden))
        for draft in (root, jo, al)
    }
    assert hidden == {"<root_account>": [], "jo": ["AccessKey1LastRotated", "PasswordEnabled"], "al": []}
