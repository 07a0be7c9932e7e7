"""Transforms: what can be written out is, what cannot is named.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
A macro inside a resource's properties hides the mapping in which it stands (the resolver's business); one that
may add or change resources is `Unexpanded`, and so is a module.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from auditor.model import Problem
from auditor.sources.template import sam
from auditor.sources.template.constants import Constants
from auditor.sources.template.foreach import Loops, has_loops
from auditor.sources.template.nodes import Unexpanded
from auditor.sources.template.shape import SECTIONS, without_faults
from auditor.sources.template.tree import MapNode, map_like

_LOOPS = "AWS::LanguageExtensions"
_SAM = "AWS::Serverless"
_SECRETS = "AWS::SecretsManager-"
# It reads the section Hooks and changes no resource of the template.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-codedeploybluegreen.html
_HARMLESS = "AWS::CodeDeployBlueGreen"
_MACRO = "Fn::Transform"
_MODULE = "::MODULE"


class Expansion(NamedTuple):
    template: MapNode
    problems: list[Problem]
    unexpanded: list[Unexpanded]
    written: int  # values that loops wrote


def expand(template: Mapping[str, Any], file: str, constants: Constants) -> Expansion:
    """The template with loops, Globals and roles written out, its wrong parts taken out, its macros named.

    Malformed where its loops write more than a template can hold.
    """
    names = [name for name, _ in _macros(template.get("Transform"))]
    loops = Loops(constants, file)
    if _LOOPS in names or has_loops(template):
        template = loops.expanded(template)
    unexpanded = [*_transforms(template), *loops.unexpanded]
    template = _without_macros(template, unexpanded)
    clean, problems = without_faults(template, file)
    if any(resource["Type"].startswith(_SAM) for resource in clean["Resources"].values()):
        clean = sam.expanded(clean)
    return Expansion(clean, loops.problems + problems, unexpanded, loops.written)


def _macros(node: Any) -> Iterator[tuple[str, Any]]:
    """The names of `Transform` or `Fn::Transform`: a name, a mapping with `Name`, or a list of them."""
    for entry in node if isinstance(node, list) else [node]:
        name = entry.get("Name") if isinstance(entry, dict) else entry
        if isinstance(name, str):
            yield str(name), entry
        elif entry is not None:
            yield "a macro without a name", entry


def _transforms(template: Mapping[str, Any]) -> Iterator[Unexpanded]:
    """The transforms of the whole template that may add or change resources."""
    for name, node in _macros(template.get("Transform")):
        known = name in (_LOOPS, _HARMLESS) or name.startswith(_SAM)
        if not known and not (name.startswith(_SECRETS) and not _rotates(template)):
            yield _unexpanded(name, node, "the template")


def _rotates(template: Mapping[str, Any]) -> bool:
    """Whether the Secrets Manager transform adds a rotation function in a stack of its own.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-secretsmanager.html
    """
    resources = template.get("Resources")
    bodies = resources.values() if isinstance(resources, dict) else ()
    properties = [body.get("Properties") for body in bodies if isinstance(body, dict)]
    return any("HostedRotationLambda" in own for own in properties if isinstance(own, dict))


def _without_macros(template: Mapping[str, Any], unexpanded: list[Unexpanded]) -> MapNode:
    """The template without the macros and modules among its sections and resources, each of which is named.

    Macros in other sections are dropped: what refers to something that they would make refers to nothing seen.
    """
    unexpanded += [_unexpanded(name, node, "the template") for name, node in _macros(template.get(_MACRO))]
    modules = template.get("Modules")
    if isinstance(modules, dict):  # https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
        unexpanded += [Unexpanded(f"module {name}", "a module is not expanded", body) for name, body in modules.items()]
    sections: dict[str, Any] = {}
    for key, section in template.items():
        if key == _MACRO:
            continue
        if key in SECTIONS and isinstance(section, dict) and _MACRO in section:
            if key == "Resources":
                unexpanded += [_unexpanded(name, node, "Resources") for name, node in _macros(section[_MACRO])]
            section = map_like(section, {name: entry for name, entry in section.items() if name != _MACRO})
        sections[key] = section
    resources = sections.get("Resources")
    if isinstance(resources, dict):
        kept = {name: body for name, body in resources.items() if not _is_replaced(name, body, unexpanded)}
        sections["Resources"] = map_like(resources, kept)
    return map_like(template, sections)


def _is_replaced(name: str, resource: Any, unexpanded: list[Unexpanded]) -> bool:
    """Whether a macro or module stands in the place of a resource; a registry module stays beside what it makes."""
    if not isinstance(resource, dict):
        return False
    if _MACRO in resource:
        unexpanded += [_unexpanded(macro, node, str(name)) for macro, node in _macros(resource[_MACRO])]
        return True
    kind = resource.get("Type")
    match kind:
        case {"Fn::Transform": macros}:
            unexpanded += [_unexpanded(macro, node, str(name)) for macro, node in _macros(macros)]
            return True
        case {"Fn::Rain::Module": source} | {"Rain::Module": source}:  # https://github.com/aws-cloudformation/rain
            unexpanded.append(Unexpanded(f"module {source}", f"{name} is a module, which is not expanded", kind))
            return True
    if isinstance(kind, str) and kind.endswith(_MODULE):
        unexpanded.append(Unexpanded(str(kind), f"{name} is a module, which is not expanded", kind))
    return False


def _unexpanded(macro: str, node: Any, where: str) -> Unexpanded:
    parameters = node.get("Parameters") if isinstance(node, dict) else None
    location = parameters.get("Location") if isinstance(parameters, dict) else None
    of = f" of {location}" if isinstance(location, str) else ""
    return Unexpanded(macro, f"the macro{of} in {where} is not expanded", node)
