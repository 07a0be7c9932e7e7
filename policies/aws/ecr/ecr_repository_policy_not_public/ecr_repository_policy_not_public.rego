# METADATA
# title: Policies of private image repositories let no strangers in
# description: |
#   No Allow statement of a repository policy is for everyone, in any spelling ("*", AWS "*", a list that holds "*",
#   NotPrincipal), unless its conditions hold the caller to fixed accounts, organizations, principal ARNs or networks.
#   Everyone means every AWS account, because pulling needs a token of some account. Any action counts. Each statement
#   is judged by itself: a Deny elsewhere does not excuse it. Another account that is named is another question.
#
#   What does not limit the caller: IfExists and ForAllValues on keys that an outsider does not have, and conditions on
#   the target. Statements have no Resource element here. Repositories of the public gallery are a type of their own,
#   and the registry policy is not read.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
# custom:
#   id: ecr-repository-policy-not-public
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::ECR::Repository
#   scope: account
#   applies: both
#   reads:
#     AWS::ECR::Repository:
#       seeks: [/facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#   remediation:
#     text: |
#       Name the accounts or roles that pull, or add StringEquals aws:PrincipalOrgID with the organization's id. Publish
#       images for everyone in a public repository.
#     cli: aws ecr set-repository-policy --repository-name NAME --policy-text file://policy.json
package policy.ecr_repository_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(repository, path, message), statement.evidence) if {
	some repository in input.resources["AWS::ECR::Repository"]
	some i, statement in repository.facts["iam.public"].statements.public
	path := ["facts", "iam.public", "statements", "public", i]
	is_string(statement.why)
	message := sprintf("every AWS account may use the repository: %s", [statement.why])
}
