# METADATA
# title: Topic policies let no strangers in
# description: |
#   No Allow statement of a topic policy is for everyone, in any spelling ("*", AWS "*", a list that holds "*",
#   NotPrincipal), unless its conditions hold the caller to fixed accounts, organizations, principal or source ARNs, or
#   networks. Any SNS action counts. A wildcard in such a value is harmless while the account segment of an ARN, the
#   name of a bucket, the organization id or the address range is fixed; SNS.4 of the AWS foundational practices is
#   stricter there. The default policy, with AWS:SourceOwner of one account, is private.
#
#   What does not limit the caller: sns:Protocol and sns:Endpoint, which limit the delivery; aws:SecureTransport;
#   IfExists and ForAllValues on keys that an outsider does not have. Each statement is judged by itself: a Deny
#   elsewhere does not excuse it. A service principal is not everyone; whether it is confined is another policy's
#   question.
# related_resources:
#   - https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html
# custom:
#   id: sns-topic-policy-not-public
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::SNS::Topic
#   scope: region
#   applies: both
#   reads:
#     AWS::SNS::TopicPolicy:
#       seeks: [/Topics/*, /facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [SNS.4]
#   remediation:
#     text: |
#       Name the accounts, roles or services that need the topic, or add StringEquals aws:SourceOwner, aws:SourceAccount
#       or aws:PrincipalOrgID with a fixed value.
#     cli: aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy --attribute-value file://policy.json
package policy.sns_topic_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(topic, [], message), statement.evidence) if {
	some policy in input.resources["AWS::SNS::TopicPolicy"]
	some statement in policy.facts["iam.public"].statements.public
	some arn in policy.properties.Topics
	some topic in topics[arn]
	is_string(statement.why)
	message := sprintf("anybody may use the topic: %s", [statement.why])
}

# made once, so that each policy finds its topics without asking all of them
topics := by_arn

by_arn[topic.arn][topic.id] := topic if some topic in input.resources["AWS::SNS::Topic"]
