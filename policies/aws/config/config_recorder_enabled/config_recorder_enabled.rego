# METADATA
# title: AWS Config records every region
# description: |
#   Every enabled region has a customer managed recorder (recorders that other services link, named
#   AWSConfigurationRecorderFor..., do not count) that is recording with last status SUCCESS, and a delivery channel
#   with a bucket. The recorder records all supported types, or all but those of `approved_exclusions`; a list of types
#   to record is not enough. With `require_service_role` it uses AWSServiceRoleForConfig, whose permissions AWS keeps up
#   with new types.
#
#   The global IAM types (user, group, role, policy) are recorded in at least one region, by a recorder that includes
#   global types or by one with exclusions that does not exclude them. Recording them everywhere costs and adds nothing,
#   so only the home region fails where no region records them.
# related_resources:
#   - https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
#   - https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
#   - https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html
# custom:
#   id: config-recorder-enabled
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: Auditor::Account::Region
#   scope: account
#   applies: live
#   reads:
#     AWS::Config::ConfigurationRecorder:
#       needs:
#         - /Name
#         - /RecordingGroup/AllSupported
#         - /RecordingGroup/IncludeGlobalResourceTypes
#         - /RecordingGroup/RecordingStrategy/UseOnly
#         - /RoleARN
#       seeks: [/Name, /RecordingGroup/ExclusionByResourceTypes/ResourceTypes/*]
#     AWS::Config::DeliveryChannel:
#       needs: [/S3BucketName]
#     Auditor::Account::Region:
#       seeks: [/IsHome]
#     Auditor::Config::RecorderStatus:
#       needs: [/LastStatus, /Name, /Recording]
#   parameters:
#     approved_exclusions:
#       type: array
#       default: []
#       description: Types that a recorder may exclude, such as AWS::EC2::NetworkInterface.
#     require_service_role:
#       type: boolean
#       default: true
#       description: The recorder must use the service-linked role of AWS Config.
#   controls:
#     cis_aws_7_0: ["4.3"]
#     cis_aws_6_0: ["4.3"]
#     fsbp: [Config.1]
#   remediation:
#     text: |
#       Make a recorder for all supported types and a delivery channel in the region, best for the whole organization
#       with a stack set, and include global types in one region.
#     cli: |
#       aws configservice put-configuration-recorder --region REGION --configuration-recorder name=default,roleARN=ROLE
#       --recording-group allSupported=true
#       aws configservice put-delivery-channel --region REGION --delivery-channel name=default,s3BucketName=BUCKET
#       aws configservice start-configuration-recorder --region REGION --configuration-recorder-name default
package policy.config_recorder_enabled

import data.lib.deny

deny contains deny.missing(region, [], "AWS Config has no customer managed recorder in the region") if {
	some region in input.resources["Auditor::Account::Region"]
	not with_recorder[region.name]
}

deny contains deny.missing(region, [], "AWS Config has no delivery channel with a bucket in the region") if {
	some region in input.resources["Auditor::Account::Region"]
	not with_channel[region.name]
}

deny contains deny.missing(region, [], "no region records the global IAM types") if {
	some region in input.resources["Auditor::Account::Region"]
	region.properties.IsHome == true
	not is_iam_recorded
}

deny contains deny.with_evidence(deny.missing(region, [], message), evidence) if {
	some region in input.resources["Auditor::Account::Region"]
	some recorder in input.resources["AWS::Config::ConfigurationRecorder"]
	recorder.region == region.name
	not is_linked(recorder)
	not is_recording(recorder)
	evidence := {"id": recorder.id, "pointer": ""}
	message := "the recorder is not recording, or its last delivery failed"
}

deny contains deny.with_evidence(deny.missing(region, [], message), evidence) if {
	some region in input.resources["Auditor::Account::Region"]
	some recorder in input.resources["AWS::Config::ConfigurationRecorder"]
	recorder.region == region.name
	not is_linked(recorder)
	not records_all_types(recorder)
	evidence := {"id": recorder.id, "pointer": "/RecordingGroup"}
	message := "the recorder leaves out types that are not approved"
}

deny contains deny.with_evidence(deny.missing(region, [], message), evidence) if {
	input.parameters.config_recorder_enabled.require_service_role
	some region in input.resources["Auditor::Account::Region"]
	some recorder in input.resources["AWS::Config::ConfigurationRecorder"]
	recorder.region == region.name
	not is_linked(recorder)
	not has_service_role(recorder)
	evidence := {"id": recorder.id, "pointer": "/RoleARN"}
	message := "the recorder does not use the service-linked role of AWS Config"
}

is_linked(recorder) if {
	is_string(recorder.properties.Name)
	startswith(recorder.properties.Name, "AWSConfigurationRecorderFor")
}

is_recording(recorder) if {
	is_string(recorder.properties.Name)
	some status in input.resources["Auditor::Config::RecorderStatus"]
	status.region == recorder.region
	status.properties.Name == recorder.properties.Name
	status.properties.Recording == true
	status.properties.LastStatus == "SUCCESS"
}

records_all_types(recorder) if recorder.properties.RecordingGroup.AllSupported == true

records_all_types(recorder) if {
	recorder.properties.RecordingGroup.RecordingStrategy.UseOnly == "EXCLUSION_BY_RESOURCE_TYPES"
	not has_unapproved_exclusion(recorder)
}

has_unapproved_exclusion(recorder) if {
	some type in recorder.properties.RecordingGroup.ExclusionByResourceTypes.ResourceTypes
	not is_approved(type)
}

is_approved(type) if type in input.parameters.config_recorder_enabled.approved_exclusions

has_service_role(recorder) if {
	is_string(recorder.properties.RoleARN)
	endswith(recorder.properties.RoleARN, ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
}

is_iam_recorded if {
	some recorder in input.resources["AWS::Config::ConfigurationRecorder"]
	is_recording(recorder)
	records_iam(recorder)
}

records_iam(recorder) if {
	recorder.properties.RecordingGroup.AllSupported == true
	recorder.properties.RecordingGroup.IncludeGlobalResourceTypes == true
}

records_iam(recorder) if {
	recorder.properties.RecordingGroup.RecordingStrategy.UseOnly == "EXCLUSION_BY_RESOURCE_TYPES"
	not excludes_iam(recorder)
}

excludes_iam(recorder) if {
	some type in recorder.properties.RecordingGroup.ExclusionByResourceTypes.ResourceTypes
	type in {"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"}
}

# the names of regions
with_recorder := {recorder.region |
	some recorder in input.resources["AWS::Config::ConfigurationRecorder"]
	not is_linked(recorder)
}

with_channel := {channel.region |
	some channel in input.resources["AWS::Config::DeliveryChannel"]
	channel.properties.S3BucketName
}
