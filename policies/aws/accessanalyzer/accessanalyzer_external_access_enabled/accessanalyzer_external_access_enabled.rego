# METADATA
# title: IAM Access Analyzer looks for external access in every region
# description: |
#   Every enabled region has an analyzer for external access with status ACTIVE: one of type ACCOUNT in the account
#   itself, or one of type ORGANIZATION in the same region, of this account or of the management or delegated
#   administrator account. Analyzers for unused access and for internal access do not count, and neither does one that
#   is disabled, failed or still being created.
#
#   An organization's analyzer does not show in its member accounts. For a member whose administrator account is not in
#   the snapshot, the list of analyzers is not complete (a gap), so that a missing analyzer is undecided. A region in
#   which AWS does not offer the service (`UnavailableServices`) is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html
#   - https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_AnalyzerSummary.html
# custom:
#   id: accessanalyzer-external-access-enabled
#   severity: medium
#   function: detect
#   stage: alert-driven
#   subject: Auditor::Account::Region
#   scope: organization
#   applies: live
#   reads:
#     AWS::AccessAnalyzer::Analyzer:
#       needs: [/Type]
#     Auditor::AccessAnalyzer::AnalyzerStatus:
#       needs: [/Arn, /Status]
#     Auditor::Account::Region:
#       needs: [/UnavailableServices/*]
#   controls:
#     cis_aws_7_0: ["2.18"]
#     cis_aws_6_0: ["2.19"]
#   remediation:
#     text: |
#       Make an analyzer for external access in the region. In an organization make it once per region, in the delegated
#       administrator account, with the organization as its zone of trust.
#     cli: aws accessanalyzer create-analyzer --analyzer-name external --type ACCOUNT --region REGION
package policy.accessanalyzer_external_access_enabled

import data.lib.deny

deny contains deny.missing(region, [], "no active analyzer looks for external access in the region") if {
	some region in input.resources["Auditor::Account::Region"]
	not lacks_analyzers(region)
	not is_analyzed(region)
}

lacks_analyzers(region) if "accessanalyzer" in region.properties.UnavailableServices

is_analyzed(region) if by_organization[region.name]

is_analyzed(region) if by_account[sprintf("%s/%s", [region.account, region.name])]

by_organization := {analyzer.region |
	some analyzer in input.resources["AWS::AccessAnalyzer::Analyzer"]
	analyzer.properties.Type == "ORGANIZATION"
	is_active(analyzer)
}

by_account := {sprintf("%s/%s", [analyzer.account, analyzer.region]) |
	some analyzer in input.resources["AWS::AccessAnalyzer::Analyzer"]
	analyzer.properties.Type == "ACCOUNT"
	is_active(analyzer)
}

is_active(analyzer) if active[analyzer.arn]

active := {status.properties.Arn |
	some status in input.resources["Auditor::AccessAnalyzer::AnalyzerStatus"]
	status.properties.Status == "ACTIVE"
}
