"""What recorders take, said in short: of management events per recorder, of data events of a type all together.

Nothing here is looked at but what is certain. A prefix stands for every resource whose ARN starts with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.facts.iam.logic import F, T
from auditor.facts.logging.classes import FRESH, Class, missed
from auditor.facts.logging.recorders import Recorder
from auditor.facts.logging.selectors import Selector
from auditor.model import Json

MODES = {"read": "true", "write": "false"}  # to what readOnly is in such events
# Those that basic selectors know, with the event source of their events.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
TYPES = {
    "AWS::S3::Object": "s3.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::DynamoDB::Table": "dynamodb.amazonaws.com",
}
_ARN, _SOURCE = "resources.ARN", "eventSource"


def certain(selectors: Sequence[Selector]) -> list[Selector]:
    return [one for one in selectors if one.doubt is None]


def recorder(one: Recorder) -> Json:
    """`problems`: what it certainly lacks."""
    checks = [*one.everywhere, *one.delivers]
    shown: dict[str, Json] = {
        "id": one.resource.id,
        "kind": "trail" if one.resource.type.endswith("Trail") else "store",
        "home": one.resource.region or "",
        "problems": [check.why for check in checks if check.holds is F],
    }
    return shown if any(check.holds not in (T, F) for check in checks) else {**shown, "works": one.works is T}


def management(one: Recorder, mode: str) -> Json:
    """Of a recorder that works: `complete`, `excludes` (with the event sources that it leaves out), or `partial`.

    None where that is not known.
    """
    selectors = certain(one.selectors)
    fixed = (("eventCategory", "Management"), ("readOnly", MODES[mode]))
    shown: dict[str, Json] = {"recorder": one.resource.id, "covers": "complete"}
    if missed(selectors, Class(fixed)) is None:
        return shown
    if len(selectors) < len(one.selectors):
        return None
    if _is_suffixed(selectors, _SOURCE) or missed(selectors, Class((*fixed, (_SOURCE, FRESH)))) is not None:
        return {**shown, "covers": "partial"}
    sources = [
        each for each in _values(selectors, _SOURCE) if missed(selectors, Class(fixed, ((_SOURCE, each),))) is not None
    ]
    return {**shown, "covers": "excludes", "excludes": sources}


def data(selectors: Sequence[Selector], type: str, mode: str) -> Mapping[str, Json]:
    """`{"all": true}`, `{"all": false, "except": [prefix]}`, or `{"all": false, "only": [prefix]}`."""
    fixed = (
        ("eventCategory", "Data"),
        ("resources.type", type),
        (_SOURCE, TYPES[type]),
        ("readOnly", MODES[mode]),
    )
    if missed(selectors, Class(fixed)) is None:
        return {"all": True}
    values = _values(selectors, _ARN)
    taken = [each for each in values if missed(selectors, Class(fixed, ((_ARN, each),))) is None]
    if _is_suffixed(selectors, _ARN) or missed(selectors, Class((*fixed, (_ARN, FRESH)))) is not None:
        return {"all": False, "only": taken}
    return {"all": False, "except": [each for each in values if each not in taken]}


def _values(selectors: Sequence[Selector], field: str) -> list[str]:
    """What conditions on a field name, sorted."""
    return sorted(
        {value for one in selectors for each in one.conditions if each.field == field for value in each.values}
    )


def _is_suffixed(selectors: Sequence[Selector], field: str) -> bool:
    """Whether endings matter, of which prefixes say nothing."""
    return any(each.field == field and each.test == "ends" for one in selectors for each in one.conditions)
