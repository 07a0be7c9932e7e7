# METADATA
# title: Function policies let no strangers in
# description: |
#   No permission of a function, of its versions or aliases lets everyone invoke or manage it. Principal "*" passes only
#   with a fixed SourceAccount, a SourceArn with a fixed account, a PrincipalOrgID or an EventSourceToken. So does
#   s3.amazonaws.com, because without SourceAccount or SourceArn any bucket of anybody can call; whether other services
#   are confined is another policy's question. Statements that no permission can say (another condition, NotPrincipal)
#   are read from the policy document. Each is judged by itself: a Deny elsewhere does not excuse it.
#
#   The grants that open a function URL of type NONE (FunctionUrlAuthType NONE, or InvokedViaFunctionUrl true) are
#   reported by lambda-url-authenticated. FunctionUrlAuthType AWS_IAM with Principal "*" lets in every AWS account and
#   fails here.
# related_resources:
#   - https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html
# custom:
#   id: lambda-function-policy-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::Lambda::Function
#   scope: region
#   applies: both
#   reads:
#     AWS::Lambda::Function:
#       seeks: [/facts/lambda.public/public/*/evidence, /facts/lambda.public/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [Lambda.1]
#   remediation:
#     text: |
#       Remove the permission and add one that names the caller: the account, the role, or the service with SourceArn
#       and, for a bucket, SourceAccount.
#     cli: aws lambda remove-permission --function-name NAME --statement-id SID
package policy.lambda_function_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(function, path, message), statement.evidence) if {
	some function in input.resources["AWS::Lambda::Function"]
	some i, statement in function.facts["lambda.public"].public
	path := ["facts", "lambda.public", "public", i]
	is_string(statement.why)
	message := sprintf("strangers may use the function: %s", [statement.why])
}
