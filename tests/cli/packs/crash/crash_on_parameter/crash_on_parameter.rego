# METADATA
# title: It errors
# description: It takes a number for granted.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: crash-on-parameter
#   severity: low
#   function: prevent
#   stage: reactive
#   subject: AWS::SNS::Topic
#   scope: account
#   applies: both
#   remediation:
#     text: |
#       Nothing helps.
package policy.crash_on_parameter

import data.lib.deny

deny contains deny.found(topic, ["DisplayName"], "never") if {
	some topic in input.resources["AWS::SNS::Topic"]
	to_number(topic.properties.DisplayName) > 3
}
