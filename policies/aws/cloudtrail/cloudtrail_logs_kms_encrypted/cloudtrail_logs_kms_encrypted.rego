# METADATA
# title: CloudTrail logs are encrypted with a customer managed key
# description: |
#   Every trail whose home is in the audited account names a key (by id, ARN, alias or alias ARN) that is a customer
#   managed symmetric key for encryption, exists, is enabled, and whose policy lets cloudtrail.amazonaws.com generate
#   data keys for this very trail: conditions on aws:SourceArn and on the encryption context aws:cloudtrail:arn are
#   weighed with the trail's ARN, and a Deny counts. The statement for the account's root lets people and roles in,
#   never a service. AWS managed keys do not count: nobody can cut access through them.
#
#   A key of another account is judged where that account is in the same snapshots, and is unknown otherwise. In a
#   template, a key that the template does not declare is taken as given.
#   A trail that an organization's management account shadows into this account is judged at its home.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
# custom:
#   id: cloudtrail-logs-kms-encrypted
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::CloudTrail::Trail
#   scope: account
#   applies: both
#   reads:
#     AWS::CloudTrail::Trail:
#       needs: [/KMSKeyId]
#       seeks: [/facts/crypto.kms/problem/evidence, /facts/crypto.kms/problem/why]
#   controls:
#     cis_aws_7_0: ["4.5"]
#     cis_aws_6_0: ["4.5"]
#     fsbp: [CloudTrail.2]
#   remediation:
#     text: |
#       Make a symmetric key whose policy lets CloudTrail generate data keys for the trail, and lets those decrypt who
#       read the logs, then name it on the trail. Log files delivered from then on are encrypted with it.
#     properties:
#       KMSKeyId: {"Fn::GetAtt": [Key, Arn]}
#     cli: aws cloudtrail update-trail --name NAME --kms-key-id KEY_ARN
package policy.cloudtrail_logs_kms_encrypted

import data.lib.deny
import data.lib.owner

deny contains deny.absent(trail, ["KMSKeyId"], "the trail names no key, so S3 alone encrypts its log files") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.KMSKeyId
	not owner.is_foreign(trail)
}

deny contains deny.with_evidence(deny.found(trail, ["KMSKeyId"], problem.why), problem.evidence) if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	problem := trail.facts["crypto.kms"].problem
}
