# METADATA
# title: Instance metadata needs a session token (IMDSv2)
# description: |
#   HttpTokens is "required", or the metadata endpoint is disabled, on every instance that is not terminated, in every
#   launch template (its default version) and in every launch configuration. "optional" fails wherever it is said.
#
#   What an instance leaves out it takes from its launch template, setting by setting, and then from the account's
#   default for the region; a launch template takes it from that default. Only "required" passes there: with anything
#   else the image decides, and may allow version 1. A launch configuration that leaves it out fails. An existing
#   instance always says what it does and is judged by that.
#
#   EC2.8 read by its letter also fails an instance whose metadata endpoint is off; this policy does not, because no
#   request is answered then.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
# custom:
#   id: ec2-imdsv2-required
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: [AWS::EC2::Instance, AWS::EC2::LaunchTemplate, AWS::AutoScaling::LaunchConfiguration]
#   scope: region
#   applies: both
#   reads:
#     AWS::AutoScaling::LaunchConfiguration:
#       needs: [/MetadataOptions/HttpEndpoint, /MetadataOptions/HttpTokens]
#     AWS::EC2::Instance:
#       needs:
#         - /LaunchTemplate/LaunchTemplateId
#         - /LaunchTemplate/LaunchTemplateName
#         - /MetadataOptions/HttpEndpoint
#         - /MetadataOptions/HttpTokens
#         - /State/Name
#       seeks: [/LaunchTemplate/LaunchTemplateId, /LaunchTemplate/LaunchTemplateName, /MetadataOptions/HttpTokens]
#     AWS::EC2::LaunchTemplate:
#       needs: [/LaunchTemplateData/MetadataOptions/HttpEndpoint, /LaunchTemplateData/MetadataOptions/HttpTokens]
#       seeks: [/LaunchTemplateData/MetadataOptions/HttpTokens]
#     Auditor::EC2::RegionDefaults:
#       needs: [/HttpTokens]
#   controls:
#     cis_aws_7_0: ["6.7"]
#     cis_aws_6_0: ["6.7"]
#     fsbp: [EC2.8, EC2.170, AutoScaling.3]
#   remediation:
#     text: |
#       Set HttpTokens to "required" after checking with the metric MetadataNoToken that nothing on the instance still
#       uses version 1. Make it the account's default in each region, so that new instances start with it.
#     properties:
#       MetadataOptions:
#         HttpTokens: required
#     cli: aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required
package policy.ec2_imdsv2_required

import data.lib.deny

message := "HttpTokens is not \"required\": instance metadata may be handed out without a session token (IMDSv1)"

deny contains deny.missing(instance, ["MetadataOptions", "HttpTokens"], message) if {
	some instance in input.resources["AWS::EC2::Instance"]
	not instance.properties.State.Name == "terminated"
	not is_confined_instance(instance)
}

deny contains deny.missing(template, ["LaunchTemplateData", "MetadataOptions", "HttpTokens"], message) if {
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	not is_confined_template(template)
}

deny contains deny.missing(configuration, ["MetadataOptions", "HttpTokens"], message) if {
	some configuration in input.resources["AWS::AutoScaling::LaunchConfiguration"]
	not configuration.properties.MetadataOptions.HttpTokens == "required"
	not configuration.properties.MetadataOptions.HttpEndpoint == "disabled"
}

is_confined_instance(instance) if instance.properties.MetadataOptions.HttpTokens == "required"

is_confined_instance(instance) if instance.properties.MetadataOptions.HttpEndpoint == "disabled"

is_confined_instance(instance) if {
	not instance.properties.MetadataOptions.HttpTokens == "optional"
	inherits_token(instance)
}

# an instance names its launch template by its id or its name, which the source makes one
inherits_token(instance) if confined_templates[instance.properties.LaunchTemplate.LaunchTemplateId]

inherits_token(instance) if confined_templates[instance.properties.LaunchTemplate.LaunchTemplateName]

inherits_token(instance) if {
	not instance.properties.LaunchTemplate.LaunchTemplateId
	not instance.properties.LaunchTemplate.LaunchTemplateName
	is_required_by_region(instance)
}

is_confined_template(template) if template.properties.LaunchTemplateData.MetadataOptions.HttpTokens == "required"

is_confined_template(template) if template.properties.LaunchTemplateData.MetadataOptions.HttpEndpoint == "disabled"

is_confined_template(template) if {
	not template.properties.LaunchTemplateData.MetadataOptions.HttpTokens == "optional"
	is_required_by_region(template)
}

confined_templates := {template.name |
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	is_confined_template(template)
}

is_required_by_region(resource) if {
	some defaults in input.resources["Auditor::EC2::RegionDefaults"]
	defaults.account == resource.account
	defaults.region == resource.region
	defaults.properties.HttpTokens == "required"
}
