"""IAM Access Analyzer: the account's own analyzers. An organization's analyzer shows only where it was made.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_AnalyzerSummary.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

ANALYZER = "AWS::AccessAnalyzer::Analyzer"
STATUS = "Auditor::AccessAnalyzer::AnalyzerStatus"


def _analyzers(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("analyzers", ()):
        arn, name = item["arn"], item["name"]
        yield Draft(
            ANALYZER,
            arn,
            name,
            arn,
            picked(item, AnalyzerName="name", Arn="arn", Type="type"),
            dict(item.get("tags") or {}),
        )
        status = picked(item, Arn="arn", Status="status")
        yield Draft(STATUS, f"{arn}/status", name, arn, status, owners=(arn,))


SERVICE = Service(
    client="accessanalyzer",
    scope="regional",
    calls=(
        Call(
            "list_analyzers",
            "access-analyzer:ListAnalyzers",
            {
                ANALYZER: (LIST, "AnalyzerName", "Arn", "Type", "tags", "Tags"),
                STATUS: (LIST, "Arn", "Status"),
            },
            make=_analyzers,
            paged=True,
        ),
    ),
)
