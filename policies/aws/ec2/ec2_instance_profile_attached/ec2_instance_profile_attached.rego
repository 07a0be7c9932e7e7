# METADATA
# title: Instances have an instance profile with a role
# description: |
#   Each instance that is not terminated or shutting down has an instance profile, its own or that of the launch
#   template it is declared with, so that software on it gets credentials that change by themselves. A profile that is
#   seen and holds no role fails; one that is only named, and lives outside of what was seen, passes.
#
#   The default host management role of Systems Manager gives credentials to its agent alone and does not satisfy.
#   Whether an instance needs to call AWS at all cannot be seen.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
# custom:
#   id: ec2-instance-profile-attached
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::EC2::Instance
#   scope: region
#   applies: both
#   reads:
#     AWS::EC2::Instance:
#       needs: [/IamInstanceProfile, /LaunchTemplate/LaunchTemplateId, /LaunchTemplate/LaunchTemplateName, /State/Name]
#       seeks: [/IamInstanceProfile, /LaunchTemplate/LaunchTemplateId, /LaunchTemplate/LaunchTemplateName]
#     AWS::EC2::LaunchTemplate:
#       needs: [/LaunchTemplateData/IamInstanceProfile/Arn, /LaunchTemplateData/IamInstanceProfile/Name]
#       seeks: [/LaunchTemplateData/IamInstanceProfile/Arn, /LaunchTemplateData/IamInstanceProfile/Name]
#     AWS::IAM::InstanceProfile:
#       needs: [/Roles/*]
#       seeks: ["[]"]
#   controls:
#     cis_aws_7_0: ["2.16"]
#     cis_aws_6_0: ["2.17"]
#   remediation:
#     text: |
#       Make a role that trusts ec2.amazonaws.com with the permissions that the instance needs, put it into an instance
#       profile and attach that. Then remove the access keys from the instance.
#     cli: aws ec2 associate-iam-instance-profile --instance-id ID --iam-instance-profile Name=NAME
package policy.ec2_instance_profile_attached

import data.lib.deny

deny contains deny.missing(instance, ["IamInstanceProfile"], "the instance has no instance profile") if {
	some instance in input.resources["AWS::EC2::Instance"]
	not is_ending(instance)
	not instance.properties.IamInstanceProfile
	not inherits(instance, profiled_templates)
}

deny contains deny.missing(instance, ["IamInstanceProfile"], "the instance profile holds no role") if {
	some instance in input.resources["AWS::EC2::Instance"]
	not is_ending(instance)
	hollow_profiles[instance.properties.IamInstanceProfile]
}

deny contains deny.missing(instance, ["IamInstanceProfile"], message) if {
	some instance in input.resources["AWS::EC2::Instance"]
	not is_ending(instance)
	not instance.properties.IamInstanceProfile
	inherits(instance, hollow_templates)
	message := "the instance profile of the launch template holds no role"
}

is_ending(instance) if instance.properties.State.Name == "terminated"

is_ending(instance) if instance.properties.State.Name == "shutting-down"

# an instance names its launch template by its id or its name, which the source makes one
inherits(instance, templates) if templates[instance.properties.LaunchTemplate.LaunchTemplateId]

inherits(instance, templates) if templates[instance.properties.LaunchTemplate.LaunchTemplateName]

profiled_templates := {template.name |
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	names_profile(template)
}

names_profile(template) if template.properties.LaunchTemplateData.IamInstanceProfile.Name

names_profile(template) if template.properties.LaunchTemplateData.IamInstanceProfile.Arn

hollow_templates := {template.name |
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	names_hollow_profile(template)
}

names_hollow_profile(template) if hollow_profiles[template.properties.LaunchTemplateData.IamInstanceProfile.Name]

names_hollow_profile(template) if hollow_arns[template.properties.LaunchTemplateData.IamInstanceProfile.Arn]

hollow_profiles := {profile.name |
	some profile in input.resources["AWS::IAM::InstanceProfile"]
	not has_role(profile)
}

hollow_arns := {profile.arn |
	some profile in input.resources["AWS::IAM::InstanceProfile"]
	not has_role(profile)
}

has_role(profile) if some _ in profile.properties.Roles
