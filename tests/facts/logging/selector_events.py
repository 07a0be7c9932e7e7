"""CloudTrail selectors read in the plainest way, one event at a time, and the selectors and events to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from auditor.facts.logging.classes import Class, missed
from auditor.facts.logging.selectors import selectors_of

A = "arn:aws:s3:::a/"

# --- a naive reading of selectors, one event at a time --------------------------------------------------------------

Event = Mapping[str, str]


def takes_basic(selector: Mapping[str, Any], event: Event) -> bool:
    kind = selector.get("ReadWriteType", "All")
    if kind != "All" and (kind == "ReadOnly") != (event["readOnly"] == "true"):
        return False
    if event["eventCategory"] == "Management":
        excluded = selector.get("ExcludeManagementEventSources", [])
        return selector.get("IncludeManagementEvents", True) and event["eventSource"] not in excluded
    for resource in selector.get("DataResources", []):
        for value in resource["Values"] if resource["Type"] == event["resources.type"] else []:
            if value in ("arn:aws:s3", "arn:aws:s3:::") or event["resources.ARN"].startswith(value):
                return True
    return False


def takes_advanced(selector: Mapping[str, Any], event: Event) -> bool:
    tests = {"Equals": str.__eq__, "StartsWith": str.startswith, "EndsWith": str.endswith}
    for field in selector["FieldSelectors"]:
        value = event[field["Field"]]
        for operator, listed in field.items():
            if operator != "Field":
                found = any(tests[operator.removeprefix("Not")](value, one) for one in listed)
                if found is operator.startswith("Not"):
                    return False
    return True


def takes(selectors: Mapping[str, Any], event: Event) -> bool:
    if not selectors:
        return event["eventCategory"] == "Management"
    return any(takes_basic(one, event) for one in selectors.get("EventSelectors", ())) or any(
        takes_advanced(one, event) for one in selectors.get("AdvancedEventSelectors", ())
    )


def takes_without_exceptions(selectors: Mapping[str, Any], event: Event) -> bool:
    """The canary: a reading to which conditions that exclude mean nothing."""
    trees = []
    for one in selectors.get("AdvancedEventSelectors", ()):
        fields = [{k: v for k, v in field.items() if not k.startswith("Not")} for field in one["FieldSelectors"]]
        trees.append({"FieldSelectors": fields})
    return takes({"AdvancedEventSelectors": trees}, event) if trees else takes(selectors, event)


# Few letters, so that prefixes, suffixes and values meet.
words = st.text("xy", max_size=3)
arns = words.map(lambda word: A + word) | st.sampled_from([A[:9], A[:-1], "arn:aws:s3:::b/", "x"])
OPERATORS = ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"]


def field(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.lists(values, min_size=1, max_size=3)
    return st.dictionaries(st.sampled_from(OPERATORS), listed, min_size=1, max_size=2).map(
        lambda tests: {"Field": name} | tests
    )


narrowing = st.lists(
    field("resources.ARN", arns) | field("eventName", words) | field("userIdentity.arn", words), max_size=2
)
read_only = st.sampled_from(
    [[], [{"Field": "readOnly", "Equals": ["true"]}], [{"Field": "readOnly", "Equals": ["false"]}]]
)
data = st.builds(
    lambda mode, more: {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            *mode,
            *more,
        ]
    },
    read_only,
    narrowing,
)
management = st.builds(
    lambda mode, more: {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, *mode, *more]},
    read_only,
    st.lists(field("eventSource", words), max_size=1),
)
basic = st.fixed_dictionaries(
    {},
    optional={
        "ReadWriteType": st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
        "IncludeManagementEvents": st.booleans(),
        "ExcludeManagementEventSources": st.lists(words, max_size=1),
        "DataResources": st.lists(
            st.fixed_dictionaries(
                {
                    "Type": st.just("AWS::S3::Object"),
                    "Values": st.lists(
                        st.sampled_from(["arn:aws:s3", "arn:aws:s3:::", A, A + "x", "arn:aws:s3:::b/"]), max_size=2
                    ),
                }
            ),
            max_size=2,
        ),
    },
)
selectors = st.one_of(
    st.just({}),
    st.lists(basic, min_size=1, max_size=3).map(lambda each: {"EventSelectors": each}),
    st.lists(data | management, min_size=1, max_size=4).map(lambda each: {"AdvancedEventSelectors": each}),
)


def classes() -> list[Class]:
    made = [Class((("eventCategory", "Management"), ("readOnly", mode))) for mode in ("true", "false")]
    for mode in ("true", "false"):
        fixed = {"eventCategory": "Data", "resources.type": "AWS::S3::Object", "eventSource": "s3.amazonaws.com"}
        made.append(Class((*fixed.items(), ("readOnly", mode)), (("resources.ARN", A),)))
    return made


def events_of(events: Class, chosen: Mapping[str, str]) -> Event:
    """One event of the class; `chosen`: what stands in its free fields, behind what they start with."""
    bases = dict(events.within)
    free = {name: bases.get(name, "") + chosen[name] for name in chosen}
    return free | dict(events.fixed)


FIELDS = ("resources.ARN", "eventName", "userIdentity.arn", "eventSource", "resources.type")
chosen = st.fixed_dictionaries({name: st.text("xyz", max_size=4) for name in FIELDS})


def disagreement(tree: Mapping[str, Any], events: Class, tried: Sequence[Mapping[str, str]], reading: Any) -> str:
    """How a reading of single events contradicts the fact's answer on the class, "" where it does not."""
    example = missed(selectors_of(tree), events)
    if example is None:
        lost = [one for one in tried if not reading(tree, events_of(events, one))]
        return f"lost: {lost[0]}" if lost else ""
    plain = {name: value.replace("...", "zzzz") for name, value in example.items()}
    event = {name: "zzzz" for name in FIELDS} | dict(events.within) | plain | dict(events.fixed)
    return f"taken: {event}" if reading(tree, event) else ""
