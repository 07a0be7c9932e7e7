"""Wrong shapes, which CloudFormation would refuse and which must not reach what reads the tree.

A wrong section ends the file; a wrong parameter, mapping, condition or resource is taken out and named, and
the rest is judged.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.model import Problem
from auditor.sources.template.tree import MapNode, function_of, map_like, start_of

SECTIONS = ("Resources", "Parameters", "Conditions", "Mappings", "Outputs", "Rules", "Metadata", "Globals", "Hooks")

Fault = tuple[str, Any]  # what is wrong, and the node at which it shows


def problem_at(file: str, message: str, node: Any = None) -> Problem:
    """A problem at the place of a node; without a place where the node has none."""
    mark = start_of(node)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return Problem("file", file, message, line, column)


def fault_of_template(template: Any) -> Fault | None:
    """Why nothing of the file can be judged; None where something can."""
    if template is None:
        return "an empty file", None
    if not isinstance(template, dict):
        return f"the top of a template is a mapping, not {_kind(template)}", template
    for key in template:
        if key in SECTIONS and not isinstance(template[key], dict):
            if template[key] is not None:
                return f"{key} must be a mapping, not {_kind(template[key])}", key
            if key == "Resources":
                return "Resources is empty", key
    if "Resources" not in template and "Transform" not in template and "Fn::Transform" not in template:
        return "no Resources: not a CloudFormation template", template
    if not isinstance(template.get("Transform", ""), (str, list, dict)):
        return "Transform must be a name, a mapping or a list of them", template
    return None


def without_faults(template: MapNode, file: str) -> tuple[MapNode, list[Problem]]:
    """The template without its wrongly shaped entries, and a problem for each of them.

    Afterwards: each section is a mapping; a parameter is a mapping with a `Type` and scalars; a mapping has
    two levels; a condition is a function; a resource has a `Type` and, if any, a mapping of `Properties`.
    """
    problems: list[Problem] = []
    sections: dict[str, Any] = {}
    for key, section in template.items():
        fault_of = _FAULTS.get(key)
        if key in SECTIONS and section is None:
            section = map_like(key, {})
        if fault_of is None:
            sections[key] = section
            continue
        kept = {}
        for name, entry in section.items():
            fault = fault_of(entry)
            if fault is None:
                kept[name] = _with_properties(entry) if key == "Resources" else entry
                continue
            message, node = fault
            place = node if start_of(node) is not None else name
            problems.append(problem_at(file, f"{_SINGULAR[key]} {name}: {message}", place))
        sections[key] = map_like(section, kept)
    sections.setdefault("Resources", map_like(template, {}))
    return map_like(template, sections), problems


def _fault_of_resource(resource: Any) -> Fault | None:
    if not isinstance(resource, dict):
        return f"must be a mapping, not {_kind(resource)}", resource
    if "Type" not in resource:
        return "has no Type", resource
    if not isinstance(resource["Type"], str):
        return f"Type must be text, not {_kind(resource['Type'])}", resource["Type"]
    if not isinstance(resource.get("Properties"), (dict, type(None))):
        return f"Properties must be a mapping, not {_kind(resource['Properties'])}", resource["Properties"]
    if not isinstance(resource.get("Condition", ""), str):
        return "Condition must be the name of a condition", resource["Condition"]
    if not isinstance(resource.get("Metadata"), (dict, type(None))):
        return f"Metadata must be a mapping, not {_kind(resource['Metadata'])}", resource["Metadata"]
    return None


def _with_properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the attributes that hold nothing (`Properties:` and all below it commented out)."""
    empty = [key for key in ("Properties", "Metadata") if key in resource and resource[key] is None]
    return map_like(resource, {k: v for k, v in resource.items() if k not in empty}) if empty else resource


def _fault_of_parameter(parameter: Any) -> Fault | None:
    if not isinstance(parameter, dict):
        return f"must be a mapping, not {_kind(parameter)}", parameter
    if not isinstance(parameter.get("Type"), str):
        return "has no Type", parameter
    if isinstance(parameter.get("Default"), (dict, list)):
        return f"Default must be a value, not {_kind(parameter['Default'])}", parameter["Default"]
    allowed = parameter.get("AllowedValues", [])
    if not isinstance(allowed, list) or any(isinstance(value, (dict, list)) for value in allowed):
        return "AllowedValues must be a list of values", allowed
    if not isinstance(parameter.get("AllowedPattern", ""), str):
        return "AllowedPattern must be text", parameter
    for bound in ("MinLength", "MaxLength", "MinValue", "MaxValue"):
        if isinstance(parameter.get(bound), (dict, list)):
            return f"{bound} must be a number", parameter[bound]
    return None


def _fault_of_condition(condition: Any) -> Fault | None:
    return None if function_of(condition) else ("must be a condition function", condition)


def _fault_of_mapping(mapping: Any) -> Fault | None:
    if not isinstance(mapping, dict):
        return f"must be a mapping, not {_kind(mapping)}", mapping
    for name, row in _rows(mapping):
        if not isinstance(row, dict):
            return f"{name} must be a mapping, not {_kind(row)}", name
    return None


def _rows(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, row) for name, row in mapping.items() if not name.startswith("Fn::"))


_FAULTS: dict[str, Callable[[Any], Fault | None]] = {
    "Parameters": _fault_of_parameter,
    "Mappings": _fault_of_mapping,
    "Conditions": _fault_of_condition,
    "Resources": _fault_of_resource,
}
_SINGULAR = {"Parameters": "parameter", "Mappings": "mapping", "Conditions": "condition", "Resources": "resource"}


def _kind(node: Any) -> str:
    match node:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return "text"
    return "a number"
