"""A policy of one's own about single stores: which plan saves each, and when it was last saved."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Auditor
from stored_snapshots import ACCOUNT, BUCKET, bucket

from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

KEY = "acme_volume_saved"
POLICY = """\
# METADATA
# title: Volumes are saved
# description: A backup plan takes every volume, its rule copies elsewhere, and the volume was saved since 2026.
# custom:
#   id: acme-volume-saved
#   severity: high
#   function: respond
#   stage: reactive
#   subject: AWS::EC2::Volume
#   applies: live
#   reads:
#     AWS::EC2::Volume:
#       needs:
#         - /facts/backup.coverage/plans/*/rules/*/copies/*/vault
#         - /facts/backup.recovery/last
#   remediation:
#     text: Assign the volume to a plan.
package policy.acme_volume_saved

import data.lib.deny

deny contains deny.missing(volume, [], "no plan copies the volume elsewhere") if {
	some volume in input.resources["AWS::EC2::Volume"]
	not is_copied(volume)
}

deny contains deny.missing(volume, [], "it was not saved for long") if {
	some volume in input.resources["AWS::EC2::Volume"]
	not is_fresh(volume)
}

is_copied(volume) if {
	some plan in volume.facts["backup.coverage"].plans
	some rule in plan.rules
	some copy in rule.copies
	copy.vault
}

is_fresh(volume) if volume.facts["backup.recovery"].last > "2026"
"""
TEST = """\
package policy.acme_volume_saved_test

import data.policy.acme_volume_saved as policy

denied(facts) := count(denials) if {
	denials := policy.deny with input as {"resources": {"AWS::EC2::Volume": [{
		"type": "AWS::EC2::Volume",
		"id": "v",
		"facts": facts,
	}]}}
}

test_nothing_saved_is_denied_twice if denied({"backup.coverage": {"plans": []}, "backup.recovery": {}}) == 2
"""
CASES = """\
- name: saved and copied
  expect: pass
  properties: &volume {VolumeId: vol-1, Tags: [{Key: backup, Value: daily}]}
  with:
    - &plan
      type: AWS::Backup::BackupPlan
      properties: &kept
        BackupPlanId: p1
        BackupPlan:
          BackupPlanRule:
            - &rule
              RuleName: daily
              TargetBackupVault: main
              CopyActions: [{DestinationBackupVaultArn: "arn:aws:backup:eu-west-1:444455556666:backup-vault:far"}]
    - &chosen
      type: AWS::Backup::BackupSelection
      properties:
        BackupPlanId: p1
        SelectionId: s1
        BackupSelection: {ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: daily}]}
    - &vault {type: "AWS::Backup::BackupVault", properties: {BackupVaultName: main}}
    - &opted {type: "Auditor::Backup::RegionSettings", properties: {ResourceTypeOptInPreference: {EBS: true}}}
    - &saved
      type: Auditor::Backup::ProtectedResource
      properties: {ResourceArn: "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", LastBackupTime: "2026-11-01"}

- name: no copy
  expect: fail
  properties: *volume
  with:
    - type: AWS::Backup::BackupPlan
      properties: {BackupPlanId: p1, BackupPlan: {BackupPlanRule: [{RuleName: daily, TargetBackupVault: main}]}}
    - *chosen
    - *vault
    - *opted
    - *saved

- name: the copies hidden
  expect: unknown
  properties: *volume
  with:
    - {type: "AWS::Backup::BackupPlan", properties: *kept, hide: [/BackupPlan/BackupPlanRule/0/CopyActions]}
    - *chosen
    - *vault
    - *opted
    - *saved

- name: another tag
  expect: fail
  properties: {VolumeId: vol-1, Tags: [{Key: backup, Value: never}]}
  with: [*plan, *chosen, *vault, *opted, *saved]

- name: last saved long ago
  expect: fail
  properties: *volume
  with:
    - *plan
    - *chosen
    - *vault
    - *opted
    - type: Auditor::Backup::ProtectedResource
      properties: {ResourceArn: "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", LastBackupTime: "2025-11-01"}

- name: never saved
  expect: fail
  properties: *volume
  with: [*plan, *chosen, *vault, *opted]

- name: what was saved not listed
  expect: unknown
  properties: *volume
  with: [*plan, *chosen, *vault, *opted, {type: "Auditor::Backup::ProtectedResource", missing: true}]
"""


def test_its_cases_hold(auditor: Auditor, folder: Path) -> None:
    place = folder / "pack" / KEY
    place.mkdir(parents=True)
    (place / f"{KEY}.rego").write_text(POLICY)
    (place / f"{KEY}_test.rego").write_text(TEST)
    (place / "cases.yaml").write_text(CASES)
    done = auditor("policy", "test", "acme-volume-saved", "--pack", "pack")
    assert done.returncode == 0, done.stdout + done.stderr


BUCKETS = """\
# METADATA
# title: Buckets are saved
# description: A backup plan takes every bucket.
# custom:
#   id: acme-bucket-saved
#   severity: high
#   function: respond
#   stage: reactive
#   subject: AWS::S3::Bucket
#   applies: live
#   remediation:
#     text: Assign the bucket to a plan.
package policy.acme_bucket_saved

import data.lib.deny

deny contains deny.missing(bucket, [], "no plan takes the bucket") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	not is_taken(bucket)
}

is_taken(bucket) if {
	some plan in bucket.facts["backup.coverage"].plans
	plan.plan
}
"""
JOINED = (
    *("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"),
    *("Auditor::Backup::RegionSettings", "AWS::DynamoDB::Table", "AWS::EC2::Volume", "AWS::EFS::FileSystem"),
    *("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"),
)


def test_a_bucket_of_a_region_that_was_left_out_may_be_saved_there(auditor: Auditor, folder: Path) -> None:
    """All buckets are listed in one call; the plans of a region only where it is asked."""
    place = folder / "pack" / "acme_bucket_saved"
    place.mkdir(parents=True)
    (place / "acme_bucket_saved.rego").write_text(BUCKETS)
    near = bucket("near")
    far = type(near)(BUCKET, "arn:aws:s3:::far", ACCOUNT, "us-east-1", "far", "arn:aws:s3:::far", {})
    lists: dict[str, tuple[str, ...] | None] = {BUCKET: None, **dict.fromkeys(JOINED, ("eu-west-1",))}
    file = folder / "account.json"
    with writing(file, HeaderLine(FORMAT, "0", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), ("eu-west-1",))) as out:
        out.account(ACCOUNT, [far, near], lambda: [], lambda: AccountCoverage(lists, {}, ("us-east-1",)))
        out.close()
    done = auditor("audit", file, "--pack", "pack", "--policy", "acme-bucket-saved", "-o", "json=out.json")
    assert done.returncode == 1, done.stderr
    verdicts = json.loads((folder / "out.json").read_text())["verdicts"]
    assert {each["resource"]["name"]: each["status"] for each in verdicts} == {"near": "FAIL", "far": "UNKNOWN"}
