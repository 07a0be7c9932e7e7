# METADATA
# title: It takes long
# description: It takes longer than anybody waits.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: slow-queue
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::SQS::Queue
#   scope: account
#   applies: both
#   remediation:
#     text: |
#       Wait.
package policy.slow_queue

import data.lib.deny

deny contains deny.found(queue, ["QueueName"], "slow") if {
	some queue in input.resources["AWS::SQS::Queue"]
	queue.properties.QueueName == "slow"
	some i in numbers.range(1, 100000)
	some j in numbers.range(1, 100000)
	i * j == 0
}
