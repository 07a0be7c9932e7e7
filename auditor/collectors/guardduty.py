"""Amazon GuardDuty: the detector of a region.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

DETECTOR = "AWS::GuardDuty::Detector"
_LISTED = "listed detector"  # nothing but an id
_DETECTOR = ("Id", "Enable", "FindingPublishingFrequency", "tags", "Tags")


def _listed(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for id in page.get("DetectorIds", ()):
        yield Draft(_LISTED, id, id, place.arn("guardduty", f"detector/{id}"), {})


def _detector(answer: Mapping[str, Json], place: Place, listed: Draft | None) -> Iterator[Draft]:
    assert listed is not None
    properties = {"Id": listed.name, "Enable": answer["Status"] == "ENABLED"}
    properties |= picked(answer, "FindingPublishingFrequency")
    tags = tags_of({"Key": key, "Value": value} for key, value in (answer.get("Tags") or {}).items())
    yield Draft(DETECTOR, listed.arn, listed.name, listed.arn, properties, tags)


SERVICE = Service(
    client="guardduty",
    scope="regional",
    calls=(
        Call(
            "list_detectors",
            "guardduty:ListDetectors",
            {DETECTOR: (LIST,), _LISTED: (LIST,)},
            make=_listed,
            paged=True,
        ),
        Call(
            "get_detector",
            "guardduty:GetDetector",
            {DETECTOR: (LIST, *_DETECTOR)},
            of=_LISTED,
            params=lambda draft: {"DetectorId": draft.name},
            make=_detector,
        ),
    ),
)
