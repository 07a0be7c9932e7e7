"""The policies above an account: gathered on the way to the root, each once, and refused as a gap."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.stub import Stubber

from auditor.collectors import organizations
from auditor.collectors.base import Collector, wanted_of
from auditor.collectors.call import Place
from auditor.collectors.organizations import PATH, POLICY
from auditor.facts.iam.escalation import ESCALATION_SCP
from auditor.model import Reason, Resource

MEMBER = "111122223333"
READS = {type: ESCALATION_SCP.reads[type] for type in (PATH, POLICY)}
Found = dict[str, list[Resource]]


def collected(client: Any, account: str) -> tuple[Collector, Found]:
    place = Place(account, "aws", None, "2026-11-22T00:00:00Z")
    found: Found = {}
    with ThreadPoolExecutor(2) as pool:
        collector = Collector(organizations.SERVICE, client, place, wanted_of(READS), pool, lambda call: None)
        for resource in collector.resources():
            found.setdefault(resource.type, []).append(resource)
    return collector, found


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_what_stands_above_an_account_in_a_unit(aws: Any) -> None:
    client = aws("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = client.create_organizational_unit(ParentId=root, Name="unit")["OrganizationalUnit"]["Id"]
    client.create_account(Email="dev@example.com", AccountName="dev")
    account = next(each["Id"] for each in client.list_accounts()["Accounts"] if each["Name"] == "dev")
    client.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    deny = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    made = client.create_policy(Name="no-iam", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(deny))[
        "Policy"
    ]["PolicySummary"]["Id"]
    other = client.create_policy(Name="other", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(deny))
    for target in (unit, account):
        client.attach_policy(PolicyId=made, TargetId=target)
    collector, found = collected(client, account)
    assert (collector.gaps, {PATH, POLICY} <= collector.lists) == ([], True)
    (path,) = found[PATH]
    assert path.properties == {"AccountId": account, "Targets": [account, unit, root], "ServiceControlPolicies": True}
    policies = {policy.name: policy.properties for policy in found[POLICY]}
    assert set(policies) == {"no-iam", "FullAWSAccess"}, other
    assert policies["no-iam"]["TargetIds"] == [account, unit]
    assert policies["no-iam"]["Content"]["Statement"] == [deny]
    assert root in policies["FullAWSAccess"]["TargetIds"]


def stubbed(answer: Any) -> tuple[Collector, Found]:
    client = boto3.client(
        "organizations", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stub:
        answer(stub)
        result = collected(client, MEMBER)
        stub.assert_no_pending_responses()
    return result


ORGANIZATION = {"Organization": {"Id": "o-1234567890", "MasterAccountId": "999988887777"}}
LONE = "AWSOrganizationsNotInUseException"
NOTHING: dict[str, Any] = {"Policies": []}


def refuse(stub: Stubber, operation: str) -> None:
    stub.add_client_error(operation, "AccessDeniedException", "no", http_status_code=403)


def test_a_member_that_may_not_ask_has_gaps_and_no_default() -> None:
    def answer(stub: Stubber) -> None:
        stub.add_response("describe_organization", ORGANIZATION)
        refuse(stub, "list_policies_for_target")
        refuse(stub, "list_parents")

    collector, found = stubbed(answer)
    assert found == {}
    assert {(gap.type, gap.id, gap.reason) for gap in collector.gaps} == {
        (POLICY, None, Reason.DENIED),
        (PATH, None, Reason.DENIED),
    }
    assert {gap.detail for gap in collector.gaps} == {
        "organizations:ListPoliciesForTarget",
        "organizations:ListParents",
    }
    assert not {PATH, POLICY} & collector.lists


def test_a_list_that_is_refused_half_way_leaves_the_path_and_a_gap() -> None:
    def answer(stub: Stubber) -> None:
        stub.add_response("describe_organization", ORGANIZATION)
        stub.add_response("list_policies_for_target", NOTHING, {"TargetId": MEMBER, "Filter": "SERVICE_CONTROL_POLICY"})
        stub.add_response("list_parents", {"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]}, {"ChildId": MEMBER})
        refuse(stub, "list_policies_for_target")
        stub.add_response("list_roots", {"Roots": [{"Id": "r-ab12", "PolicyTypes": []}]})

    collector, found = stubbed(answer)
    assert [one.properties for one in found[PATH]] == [
        {"AccountId": MEMBER, "Targets": [MEMBER, "r-ab12"], "ServiceControlPolicies": False}
    ]
    assert [(gap.type, gap.id) for gap in collector.gaps] == [(POLICY, None)]


def test_a_policy_whose_content_is_refused_is_there_without_it() -> None:
    arn = "arn:aws:organizations::999988887777:policy/o-1234567890/service_control_policy/p-1234abcd"
    summary = {"Id": "p-1234abcd", "Arn": arn, "Name": "p", "Type": "SERVICE_CONTROL_POLICY"}

    def answer(stub: Stubber) -> None:
        stub.add_response("describe_organization", ORGANIZATION)
        stub.add_response("list_policies_for_target", {"Policies": [summary]})
        stub.add_response("list_parents", {"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]})
        stub.add_response("list_policies_for_target", {"Policies": [summary]})
        types = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        stub.add_response("list_roots", {"Roots": [{"Id": "r-ab12", "PolicyTypes": types}]})
        refuse(stub, "describe_policy")

    _, found = stubbed(answer)
    (policy,) = found[POLICY]
    assert policy.properties["TargetIds"] == [MEMBER, "r-ab12"]
    assert policy.properties["Content"].reason is Reason.DENIED


def test_above_a_lone_account_stands_nothing() -> None:
    collector, found = stubbed(lambda stub: stub.add_client_error("describe_organization", LONE))
    assert (found, collector.gaps) == ({}, [])
