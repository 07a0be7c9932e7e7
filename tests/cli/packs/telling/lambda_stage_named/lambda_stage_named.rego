# METADATA
# title: Functions name their stage
# description: No variable of a function holds another stage.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: lambda-stage-named
#   severity: low
#   function: prevent
#   stage: reactive
#   subject: AWS::Lambda::Function
#   scope: account
#   applies: both
#   remediation:
#     text: Set the stage.
package policy.lambda_stage_named

import data.lib.deny

deny contains deny.found(function, ["Environment", "Variables", name], message) if {
	some function in input.resources["AWS::Lambda::Function"]
	some name, value in function.properties.Environment.Variables
	trimmed := trim_suffix(value, "-tail")
	not is_stage(value)
	message := sprintf("%s is %s", [name, trimmed])
}

is_stage(value) if value == "production"
