# METADATA
# title: A backup plan covers the stores of a region
# description: |
#   A region that holds databases, tables, file systems or volumes (the kinds in `stores`) has an AWS Backup plan with a
#   rule that runs at least every `max_interval` hours and keeps what it saves for at least `min_days` days, and with a
#   selection that assigns at least one of these resources. Tag conditions, exclusions and the region's opt-in of the
#   service are applied as AWS Backup applies them; the rule's vault must exist. Both bounds must be met by one rule.
#
#   A rule without a schedule runs daily at 05:00 UTC, one without DeleteAfterDays keeps for ever, and a continuous one
#   keeps 35 days at most. The hour of summer time is not counted. Plans that a backup policy of the organization sets
#   count. A volume counts if a selection takes the volume itself, not only its instance. Whether each single resource
#   is covered is another question, and so are backups outside AWS Backup.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
# custom:
#   id: backup-plan-exists
#   severity: medium
#   function: respond
#   stage: reactive
#   subject: Auditor::Account::Region
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Region:
#       needs:
#         - /facts/backup.coverage/saved/*/forever
#         - /facts/backup.coverage/saved/*/gap_hours
#         - /facts/backup.coverage/saved/*/kind
#         - /facts/backup.coverage/saved/*/retain_days
#       seeks: [/facts/backup.coverage/held/*]
#   parameters:
#     max_interval:
#       type: integer
#       default: 24
#       minimum: 1
#       description: How many hours may lie between two runs of a rule.
#     min_days:
#       type: integer
#       default: 35
#       minimum: 1
#       description: How many days a rule keeps what it saves.
#     stores:
#       type: array
#       default: [rds, dynamodb, efs, ebs]
#       description: The kinds of resources that want a backup; "rds", "dynamodb", "efs", "ebs", "s3".
#   controls: {}
#   remediation:
#     text: |
#       Make a plan with a daily rule that keeps for 35 days or longer, and assign resources to it by a tag or by type.
#       Opt in to the services in the region, and best set the plan for all accounts by a backup policy.
#     cli: |
#       aws backup create-backup-plan --backup-plan file://plan.json --region REGION
#       aws backup create-backup-selection --backup-plan-id ID --backup-selection file://selection.json --region REGION
package policy.backup_plan_exists

import data.lib.deny

deny contains deny.missing(region, [], message) if {
	some region in input.resources["Auditor::Account::Region"]
	some kind in input.parameters.backup_plan_exists.stores
	region.facts["backup.coverage"].held[kind]
	not is_backed_up(region)
	message := "no backup plan saves the stores of the region often enough and keeps that long enough"
}

is_backed_up(region) if {
	some entry in region.facts["backup.coverage"].saved
	entry.kind in input.parameters.backup_plan_exists.stores
	entry.gap_hours <= input.parameters.backup_plan_exists.max_interval
	keeps_long_enough(entry)
}

keeps_long_enough(entry) if entry.forever

keeps_long_enough(entry) if entry.retain_days >= input.parameters.backup_plan_exists.min_days
