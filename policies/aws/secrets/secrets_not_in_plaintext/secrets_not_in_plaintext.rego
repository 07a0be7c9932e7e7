# METADATA
# title: No credentials in plain text
# description: |
#   No literal credential stands in the environment variables of a function, in user data, in the variables, command or
#   entry point of a container (init and sidecar containers too) or in a PLAINTEXT build variable. Known token formats
#   and private keys fail wherever they stand, values that look random fail under a name that says secret, and a
#   variable named AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or, in containers, ECS_ENGINE_AUTH_DATA fails with any
#   literal value.
#
#   Dynamic references, ARNs of secrets, build variables of type PARAMETER_STORE or SECRETS_MANAGER, NoEcho parameters
#   without a default and placeholders pass. The value itself is never stored or printed.
# related_resources:
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
# custom:
#   id: secrets-not-in-plaintext
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject:
#     - AWS::Lambda::Function
#     - AWS::Serverless::Function
#     - AWS::EC2::Instance
#     - AWS::EC2::LaunchTemplate
#     - AWS::AutoScaling::LaunchConfiguration
#     - AWS::ECS::TaskDefinition
#     - AWS::CodeBuild::Project
#   scope: region
#   applies: both
#   reads:
#     AWS::AutoScaling::LaunchConfiguration:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::CodeBuild::Project:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::EC2::Instance:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::EC2::LaunchTemplate:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::ECS::TaskDefinition:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::Lambda::Function:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#     AWS::Serverless::Function:
#       seeks: [/facts/secret.scan/findings/*/evidence, /facts/secret.scan/findings/*/kind]
#   controls:
#     fsbp: [CodeBuild.2, ECS.8]
#   remediation:
#     text: |
#       Revoke the credential, since whoever can read the configuration has it. Keep the new one in Secrets Manager or
#       Parameter Store and refer to it there, or use the role of the function, task, instance or build.
package policy.secrets_not_in_plaintext

import data.lib.deny

deny contains shown(function, i, finding) if {
	some function in input.resources["AWS::Lambda::Function"]
	some i, finding in function.facts["secret.scan"].findings
}

deny contains shown(function, i, finding) if {
	some function in input.resources["AWS::Serverless::Function"]
	some i, finding in function.facts["secret.scan"].findings
}

deny contains shown(instance, i, finding) if {
	some instance in input.resources["AWS::EC2::Instance"]
	some i, finding in instance.facts["secret.scan"].findings
}

deny contains shown(template, i, finding) if {
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	some i, finding in template.facts["secret.scan"].findings
}

deny contains shown(configuration, i, finding) if {
	some configuration in input.resources["AWS::AutoScaling::LaunchConfiguration"]
	some i, finding in configuration.facts["secret.scan"].findings
}

deny contains shown(task, i, finding) if {
	some task in input.resources["AWS::ECS::TaskDefinition"]
	some i, finding in task.facts["secret.scan"].findings
}

deny contains shown(project, i, finding) if {
	some project in input.resources["AWS::CodeBuild::Project"]
	some i, finding in project.facts["secret.scan"].findings
}

shown(resource, i, finding) := deny.with_evidence(
	deny.found(resource, ["facts", "secret.scan", "findings", i], message),
	finding.evidence,
) if {
	message := sprintf("a literal credential stands here (%s)", [finding.kind])
}
