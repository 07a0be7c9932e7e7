# METADATA
# title: Queue policies let no strangers in
# description: |
#   No Allow statement of a queue policy is for everyone, in any spelling ("*", AWS "*", a list that holds "*",
#   NotPrincipal), unless its conditions hold the caller or the source to fixed accounts, organizations, ARNs or
#   networks. Any SQS action counts, and a queue takes requests without a signature too. A wildcard in such a value is
#   harmless while the account segment of an ARN, the organization id or the address range is fixed; aws:SourceArn with
#   a wildcard account does not pin. SQS.3 of the AWS foundational practices is stricter.
#
#   What does not limit the caller: aws:SecureTransport, conditions on the target, IfExists and ForAllValues on keys
#   that an outsider does not have. Each statement is judged by itself: a Deny elsewhere does not excuse it. A service
#   principal is not everyone.
# related_resources:
#   - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html
# custom:
#   id: sqs-queue-policy-not-public
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::SQS::Queue
#   scope: region
#   applies: both
#   reads:
#     AWS::SQS::QueuePolicy:
#       seeks: [/Queues/*, /facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [SQS.3]
#   remediation:
#     text: |
#       Name the accounts, roles or services that send and receive. For a topic or a rule use its service principal with
#       ArnEquals aws:SourceArn.
#     cli: aws sqs set-queue-attributes --queue-url URL --attributes file://attributes.json
package policy.sqs_queue_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(queue, [], message), statement.evidence) if {
	some policy in input.resources["AWS::SQS::QueuePolicy"]
	some statement in policy.facts["iam.public"].statements.public
	some url in policy.properties.Queues
	some queue in queues[url]
	is_string(statement.why)
	message := sprintf("anybody may use the queue: %s", [statement.why])
}

# made once, so that each policy finds its queues without asking all of them
queues := by_url

by_url[queue.name][queue.id] := queue if some queue in input.resources["AWS::SQS::Queue"]
