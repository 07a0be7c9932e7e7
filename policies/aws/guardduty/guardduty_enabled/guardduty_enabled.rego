# METADATA
# title: GuardDuty is on in every region
# description: |
#   Every enabled region in which GuardDuty exists has a detector that is enabled, regions without workloads included:
#   an intruder works where nobody looks. A suspended detector (Enable false) fails. Which protection plans the detector
#   has is another question, and so is who administers it. A region in which AWS does not offer the service
#   (`UnavailableServices`) is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
#   - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html
# custom:
#   id: guardduty-enabled
#   severity: high
#   function: detect
#   stage: alert-driven
#   subject: Auditor::Account::Region
#   scope: account
#   applies: live
#   reads:
#     AWS::GuardDuty::Detector:
#       needs: [/Enable]
#     Auditor::Account::Region:
#       needs: [/UnavailableServices/*]
#   controls:
#     fsbp: [GuardDuty.1]
#   remediation:
#     text: |
#       Turn GuardDuty on in the region, best for the whole organization: from its delegated administrator with
#       auto-enable for all accounts.
#     cli: aws guardduty create-detector --enable --region REGION
package policy.guardduty_enabled

import data.lib.deny

deny contains deny.missing(region, [], "no GuardDuty detector is on in the region") if {
	some region in input.resources["Auditor::Account::Region"]
	not lacks_guardduty(region)
	not has_detector(region)
}

lacks_guardduty(region) if "guardduty" in region.properties.UnavailableServices

has_detector(region) if watched[region.name]

# the names of regions with a detector that is on
watched := {detector.region |
	some detector in input.resources["AWS::GuardDuty::Detector"]
	detector.properties.Enable == true
}
