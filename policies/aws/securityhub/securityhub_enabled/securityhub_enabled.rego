# METADATA
# title: Security Hub is on in every region
# description: |
#   Every enabled region has Security Hub of either generation. Security Hub CSPM (a hub) needs at least one enabled
#   standard, whose status is neither FAILED nor DELETING, or one product whose findings it takes in; a hub with neither
#   shows nothing. A hub of the second generation needs neither. A standard that is still INCOMPLETE counts.
#
#   A region in which AWS does not offer the service (`UnavailableServices`) is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-settingup.html
#   - https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StandardsSubscription.html
# custom:
#   id: securityhub-enabled
#   severity: medium
#   function: detect
#   stage: alert-driven
#   subject: Auditor::Account::Region
#   scope: account
#   applies: live
#   reads:
#     AWS::SecurityHub::Hub:
#       needs: ["[]"]
#     AWS::SecurityHub::HubV2:
#       needs: ["[]"]
#     AWS::SecurityHub::ProductSubscription:
#       needs: ["[]"]
#     AWS::SecurityHub::Standard:
#       needs: ["[]"]
#     Auditor::Account::Region:
#       needs: [/UnavailableServices/*]
#     Auditor::SecurityHub::StandardStatus:
#       seeks: [/Arn, /Status]
#   controls:
#     cis_aws_7_0: ["5.16"]
#     cis_aws_6_0: ["5.16"]
#   remediation:
#     text: |
#       Turn Security Hub on in the region with the standards that you follow, best for the whole organization with
#       central configuration. AWS Config has to record there.
#     cli: aws securityhub enable-security-hub --enable-default-standards --region REGION
package policy.securityhub_enabled

import data.lib.deny

deny contains deny.missing(region, [], message) if {
	some region in input.resources["Auditor::Account::Region"]
	not lacks_securityhub(region)
	not has_hub(region)
	message := "the region has no Security Hub with a standard or a product"
}

lacks_securityhub(region) if "securityhub" in region.properties.UnavailableServices

has_hub(region) if second_generation[region.name]

has_hub(region) if {
	hubs[region.name]
	fed[region.name]
}

# the names of regions
second_generation := {hub.region | some hub in input.resources["AWS::SecurityHub::HubV2"]}

hubs := {hub.region | some hub in input.resources["AWS::SecurityHub::Hub"]}

fed := by_product | by_standard

by_product := {product.region | some product in input.resources["AWS::SecurityHub::ProductSubscription"]}

by_standard := {standard.region |
	some standard in input.resources["AWS::SecurityHub::Standard"]
	not ended[standard.arn]
}

# the ARNs of standards that do not work
ended := {status.properties.Arn |
	some status in input.resources["Auditor::SecurityHub::StandardStatus"]
	status.properties.Status in {"FAILED", "DELETING"}
}
