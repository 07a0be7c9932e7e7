# METADATA
# title: Declared trails log, in all regions
# description: |
#   A trail that a template declares sets IsMultiRegionTrail and IsLogging to true and does not turn off global service
#   events (IncludeGlobalServiceEvents false): a trail of one region misses what happens in regions that nobody watches,
#   and without global service events it misses IAM, STS and CloudFront. IsMultiRegionTrail left out is false,
#   IncludeGlobalServiceEvents left out is true.
#
#   Only templates are asked. In an account one multi-region trail is enough and regional ones beside it do no harm:
#   cloudtrail-multi-region-enabled asks that.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
# custom:
#   id: cloudtrail-trail-multi-region
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: AWS::CloudTrail::Trail
#   scope: account
#   applies: template
#   reads:
#     AWS::CloudTrail::Trail:
#       needs: [/IsLogging, /IsMultiRegionTrail]
#       seeks: [/IncludeGlobalServiceEvents]
#   controls:
#     cis_aws_7_0: ["4.1"]
#     cis_aws_6_0: ["4.1"]
#   remediation:
#     text: Set IsMultiRegionTrail and IsLogging to true, and leave IncludeGlobalServiceEvents out or true.
#     properties:
#       IsMultiRegionTrail: true
#       IsLogging: true
#       IncludeGlobalServiceEvents: true
#     cli: aws cloudtrail update-trail --name NAME --is-multi-region-trail --include-global-service-events
package policy.cloudtrail_trail_multi_region

import data.lib.deny

deny contains deny.absent(trail, ["IsMultiRegionTrail"], "the trail records its own region only") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.IsMultiRegionTrail == true
}

deny contains deny.absent(trail, ["IsLogging"], "the trail is not logging") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.IsLogging == true
}

deny contains deny.found(trail, ["IncludeGlobalServiceEvents"], "the trail leaves out global services such as IAM") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	trail.properties.IncludeGlobalServiceEvents == false
}
