# METADATA
# title: CloudTrail trails sign their log files
# description: |
#   EnableLogFileValidation is true on every trail whose home is in the audited account, single-region trails included:
#   CloudTrail then delivers signed digests, which show whether a log file was changed or deleted. Left out in a
#   template it is false. A trail that an organization's management account shadows into this account is judged at its
#   home.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
# custom:
#   id: cloudtrail-log-validation-enabled
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: AWS::CloudTrail::Trail
#   scope: account
#   applies: both
#   reads:
#     AWS::CloudTrail::Trail:
#       needs: [/EnableLogFileValidation]
#   controls:
#     cis_aws_7_0: ["4.2"]
#     cis_aws_6_0: ["4.2"]
#     fsbp: [CloudTrail.4]
#   remediation:
#     text: Turn on log file validation; it applies to log files delivered from then on.
#     properties:
#       EnableLogFileValidation: true
#     cli: aws cloudtrail update-trail --name NAME --enable-log-file-validation
package policy.cloudtrail_log_validation_enabled

import data.lib.deny

message := "log files are not signed, so a changed or deleted one is not noticed"

deny contains deny.absent(trail, ["EnableLogFileValidation"], message) if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.EnableLogFileValidation == true
	not is_shadow(trail)
}

# an ARN that names another account; what a template declares has no such ARN
is_shadow(trail) if {
	some home in regex.find_n(`:[0-9]{12}:trail/`, trail.arn, 1)
	home != sprintf(":%s:trail/", [trail.account])
}
