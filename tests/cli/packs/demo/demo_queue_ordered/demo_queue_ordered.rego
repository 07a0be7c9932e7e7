# METADATA
# title: Queues keep the order
# description: Queues are first in, first out.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: demo-queue-ordered
#   severity: low
#   function: prevent
#   stage: reactive
#   subject: AWS::SQS::Queue
#   scope: account
#   applies: both
#   remediation:
#     text: |
#       Set FifoQueue to true.
package policy.demo_queue_ordered

import data.lib.deny

deny contains deny.absent(queue, ["FifoQueue"], "the order is not kept") if {
	some queue in input.resources["AWS::SQS::Queue"]
	not queue.properties.FifoQueue == true
}
