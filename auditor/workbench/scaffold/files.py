"""The three files of a new policy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from auditor.model import Json, Key, Path, pointer
from auditor.workbench.scaffold.properties import Property

_DECIDED = ("boolean", "choice")


class Draft(msgspec.Struct, frozen=True):
    """What is known of a policy that is to be written."""

    id: str
    type: str
    reads: tuple[Property, ...]
    title: str
    severity: str = "medium"

    @property
    def key(self) -> str:
        return self.id.replace("-", "_")

    @property
    def noun(self) -> str:
        """The variable for a resource: `bucket` for AWS::S3::Bucket."""
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[0-9]+", self.type.split("::")[-1])
        noun = words[-1].lower() if words else "resource"
        return noun if noun not in _RESERVED else "resource"

    @property
    def applies(self) -> str:
        return "live" if self.type.startswith("Auditor::") else "template" if "::Serverless::" in self.type else "both"


_RESERVED = frozenset(
    [
        "as",
        "contains",
        "data",
        "default",
        "deny",
        "else",
        "every",
        "false",
        "if",
        "import",
        "in",
        "input",
        "item",
        "not",
        "null",
        "package",
        "policy",
        "some",
        "true",
        "with",
        "abs",
        "all",
        "any",
        "count",
        "max",
        "min",
        "product",
        "sort",
        "sum",
    ]
)


def texts(draft: Draft) -> dict[str, str]:
    """File name to text. The Rego is still to be formatted, and its reads to be derived."""
    return {
        f"{draft.key}.rego": _rego(draft),
        f"{draft.key}_test.rego": _test(draft),
        "cases.yaml": _cases(draft),
    }


def _rego(draft: Draft) -> str:
    service = draft.type.split("::")[1]
    remedy = _merged([_placed(each.path, each.good) for each in draft.reads])
    rules = "\n\n".join(_rule(draft, each) for each in draft.reads)
    return f"""\
# METADATA
# title: {draft.title}
# description: |
#   TODO: say the requirement in full: what must hold, for which resources, what counts as enough and what does not,
#   and why it matters. Whoever reads only this must be able to tell a pass from a fail.
# related_resources:
#   - https://docs.aws.amazon.com/{service.lower()}/
# custom:
#   id: {draft.id}
#   severity: {draft.severity}
#   function: prevent
#   stage: reactive
#   subject: {draft.type}
#   scope: account
#   applies: {draft.applies}
#   controls: {{}}
#   remediation:
#     text: "TODO: say what to do."
#     properties: {json.dumps(remedy)}
package policy.{draft.key}

import data.lib.deny

{rules}
"""


def _rule(draft: Draft, each: Property) -> str:
    """In a list an element is denied for what it says; elsewhere the absence of the right value is."""
    noun, name = draft.noun, str(each.path[-1])
    select = f"some {noun} in input.resources[{json.dumps(draft.type)}]"
    if "*" not in each.path:
        place, shown = f"{noun}.properties{_reference(each.path)}", json.dumps(list(each.path))
        wanted = f"not {place} == {json.dumps(each.good)}" if each.kind in _DECIDED else f"not {place}"
        message = f"{name} is not {_said(each.good)}" if each.kind in _DECIDED else f"{name} is not set"
        return f"deny contains deny.absent({noun}, {shown}, {json.dumps(message)}) if {{\n\t{select}\n\t{wanted}\n}}"
    lines, place, path, names = [select], f"{noun}.properties", [], iter("ijklmn")
    for key in each.path:
        if key == "*":
            index = next(names)
            lines.append(f"some {index}, item_{index} in {place}")
            place = f"item_{index}"
            path.append(index)
        else:
            place += _reference((key,))
            path.append(json.dumps(key))
    lines.append(f"{place} == {json.dumps(_denied(each))}")
    message = json.dumps(f"{name} is {_said(_denied(each))}")
    body = "\n\t".join(lines)
    return f"deny contains deny.found({noun}, [{', '.join(path)}], {message}) if {{\n\t{body}\n}}"


def _test(draft: Draft) -> str:
    type = json.dumps(draft.type)
    good = _merged([_placed(each.path, each.good) for each in draft.reads])
    denied = "\n\n".join(
        f"test_denied_for_{_word(each)} if count(denials({json.dumps(_without(draft, each))})) == 1"
        for each in draft.reads
    )
    return f"""\
package policy.{draft.key}_test

import data.policy.{draft.key} as policy

denials(properties) := result if {{
	resource := {{"type": {type}, "id": "r", "name": "r", "account": "111122223333", "properties": properties}}
	result := policy.deny with input as {{"resources": {{{type}: [resource]}}}}
}}

test_nothing_is_denied if count(denials({json.dumps(good)})) == 0

{denied}
"""


def _cases(draft: Draft) -> str:
    good = _merged([_placed(each.path, each.good) for each in draft.reads])
    first = draft.reads[0]
    rows = [_case("as it should be", "pass", good)]
    for each in draft.reads:
        at = pointer(_concrete(each.path))
        rows.append(_case(f"{_name(each)} is {_wrong(each)}", "fail", _without(draft, each), at=at))
    rows.append(_case(f"{_name(first)} is not known", "unknown", good, hide=[pointer(_concrete(first.path))]))
    return "\n".join(rows)


def _case(name: str, expect: str, properties: Json, **more: Json) -> str:
    lines = [f"- name: {json.dumps(name)}", f"  expect: {expect}", f"  properties: {json.dumps(properties)}"]
    return "\n".join([*lines, *(f"  {key}: {json.dumps(value)}" for key, value in more.items())]) + "\n"


def _without(draft: Draft, wrong: Property) -> dict[str, Json]:
    """All as it should be, but for one property."""
    values = [_placed(each.path, each.good) for each in draft.reads if each is not wrong]
    if "*" in wrong.path or wrong.kind in _DECIDED:
        values.append(_placed(wrong.path, _denied(wrong)))
    return _merged(values)


def _denied(each: Property) -> Json:
    if each.kind in _DECIDED:
        return each.bad
    return 0 if each.kind == "number" else "*"


def _wrong(each: Property) -> str:
    return _said(_denied(each)) if "*" in each.path or each.kind in _DECIDED else "not set"


def _said(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _name(each: Property) -> str:
    return ".".join(str(key) for key in each.path if key != "*")


def _word(each: Property) -> str:
    return re.sub(r"\W", "_", _name(each)).lower()


def _reference(path: Path) -> str:
    return "".join(f".{key}" if re.fullmatch(r"[A-Za-z_]\w*", str(key)) else f"[{json.dumps(key)}]" for key in path)


def _concrete(path: Path) -> Path:
    return tuple(0 if key == "*" else key for key in path)


def _placed(path: Path, value: Json) -> Any:
    """The value at the path; a list has one element."""
    for key in reversed(path):
        value = [value] if key == "*" else {str(key): value}
    return value


def _merged(trees: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    result: dict[Key, Any] = {}
    for tree in trees:
        _merge(result, tree)
    return {str(key): value for key, value in result.items()}


def _merge(into: Any, tree: Any) -> None:
    pairs = tree.items() if isinstance(tree, Mapping) else enumerate(tree)
    for key, value in pairs:
        there = into.get(key) if isinstance(into, dict) else into[key] if key < len(into) else None
        if isinstance(there, dict | list) and isinstance(value, dict | list):
            _merge(there, value)
        elif isinstance(into, dict):
            into[key] = json.loads(json.dumps(value))
        else:
            into.append(json.loads(json.dumps(value)))
