# METADATA
# title: Topics are not shown
# description: No topic has the forbidden name.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: demo-topic-private
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::SNS::Topic
#   scope: account
#   applies: both
#   parameters:
#     name: {type: string, default: public, description: The forbidden name.}
#   remediation:
#     text: |
#       Call it something else.
package policy.demo_topic_private

import data.lib.deny

deny contains deny.found(topic, ["DisplayName"], sprintf("the topic is called %s", [input.parameters.demo_topic_private.name])) if {
	some topic in input.resources["AWS::SNS::Topic"]
	topic.properties.DisplayName == input.parameters.demo_topic_private.name
}
