# METADATA
# title: Function URLs ask for a signature
# description: |
#   The URL of a function has AuthType AWS_IAM, unless the function is listed in `public_functions`. AuthType NONE fails
#   whether or not a permission opens it today, because nothing but that permission closes it. What the URL allows other
#   origins (Cors) is no authentication and changes nothing.
#
#   A function is listed by its name, its ARN or a partial ARN; a version or an alias behind it is not looked at.
# related_resources:
#   - https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
#   - https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
# custom:
#   id: lambda-url-authenticated
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::Lambda::Url
#   scope: region
#   applies: both
#   reads:
#     AWS::Lambda::Function:
#       needs: [/FunctionName]
#     AWS::Lambda::Url:
#       needs: [/TargetFunctionArn]
#       seeks: [/AuthType]
#   parameters:
#     public_functions:
#       type: array
#       default: []
#       description: Functions that may answer everyone, by name, ARN or partial ARN.
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [Lambda.1]
#   remediation:
#     text: |
#       Set AuthType to AWS_IAM and let callers sign their requests, or put API Gateway or CloudFront with origin access
#       control in front. Remove the permission for everyone with the URL's type.
#     properties:
#       AuthType: AWS_IAM
#     cli: aws lambda update-function-url-config --function-name NAME --auth-type AWS_IAM
package policy.lambda_url_authenticated

import data.lib.deny

message := "the function URL answers requests without a signature"

deny contains deny.found(url, ["AuthType"], message) if {
	count(public_functions) == 0
	some url in input.resources["AWS::Lambda::Url"]
	url.properties.AuthType == "NONE"
}

deny contains deny.missing(url, ["AuthType"], message) if {
	count(public_functions) > 0
	some url in input.resources["AWS::Lambda::Url"]
	url.properties.AuthType == "NONE"
	not is_meant_to_be_public(url)
}

is_meant_to_be_public(url) if is_listed(url, "TargetFunctionArn")

# in a template the property may say no more than which function it is
is_meant_to_be_public(url) if {
	some function in functions[url.properties.TargetFunctionArn]
	is_listed(function, "FunctionName")
}

is_listed(resource, property) if {
	name := resource.properties[property]
	is_string(name)
	some listed in public_functions
	names_the_same(unqualified(name), unqualified(listed))
}

functions := by_arn

by_arn[function.arn][function.id] := function if some function in input.resources["AWS::Lambda::Function"]

public_functions := input.parameters.lambda_url_authenticated.public_functions

names_the_same(one, other) if one == other

names_the_same(one, other) if endswith(one, concat("", [":", other]))

names_the_same(one, other) if endswith(other, concat("", [":", one]))

unqualified(name) := regex.replace(name, `^(.*function:[\w-]+|[\w-]+):[^:]+$`, "$1")
