"""`cases.yaml`: the named cases beside a policy, read strictly.

A case is a subject with its neighbours and the verdict that it must get. The file is a list of mappings with the
keys of `_CASE`. Whatever is none of them, or could silently mean something else, is an error with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from auditor.config import nearest
from auditor.errors import PackError
from auditor.model import Json, Policy, Status, keys_of
from auditor.workbench import schemas

Form = Literal["live", "template"]
Mark = tuple[int, int]  # line and column, from 1

TAKEN_AT = "2026-11-22T00:00:00Z"
SUBJECT = "Subject"  # the subject's logical id in a template

_EXPECT = {"pass": Status.PASS, "fail": Status.FAIL, "unknown": Status.UNKNOWN, "none": None}
_CASE = {
    "name": str,
    "expect": str,
    "subject": str,
    "arn": str,
    "properties": dict,
    "hide": list,
    "with": list,
    "parameters": dict,
    "taken_at": str,
    "at": str,
    "only": str,
    "why": str,
    "template": dict,
}
_NEIGHBOUR = {"type": str, "arn": str, "properties": dict, "hide": list, "missing": bool}
_WORDS = {str: "text", dict: "a mapping", list: "a list", bool: "true or false"}
_TYPE = re.compile(r"(AWS|Auditor|Custom)::[A-Za-z0-9]+(::[A-Za-z0-9]+)?")


class Neighbour(msgspec.Struct, frozen=True):
    """Another resource of the scope; `missing`: the list of its type is incomplete, and there is no resource."""

    type: str
    properties: Mapping[str, Json] = {}
    hide: tuple[str, ...] = ()
    arn: str | None = None
    missing: bool = False


class Case(msgspec.Struct, frozen=True):
    """One case. `hide` and `at` are JSON pointers into properties; `expect` None means that no verdict is given.

    `at`: a finding must be there. `template` is a whole template whose resource `Subject` is the subject.
    """

    name: str
    expect: Status | None
    subject: str
    file: str
    line: int
    properties: Mapping[str, Json] = {}
    hide: tuple[str, ...] = ()
    arn: str | None = None
    neighbours: tuple[Neighbour, ...] = ()
    parameters: Mapping[str, Json] = {}
    taken_at: str = TAKEN_AT
    at: str | None = None
    only: Form | None = None
    why: str | None = None
    template: Mapping[str, Json] | None = None


def load_cases(policy: Policy) -> tuple[Case, ...]:
    """The cases beside a policy, in the order of the file.

    Raises PackError, which names file and line, where the file is absent or anything in it is not as it must be.
    """
    file = Path(policy.file).parent / "cases.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PackError(f"{file}:1:1: cannot be read: {error.strerror}; a policy has its cases beside it") from error
    except UnicodeDecodeError as error:
        raise PackError(f"{file}:1:1: is not UTF-8") from error
    return read_cases(text, str(file), policy)


def read_cases(text: str, file: str, policy: Policy) -> tuple[Case, ...]:
    """The cases in the text of a file; see `load_cases`."""
    loader = _Loader(text)
    try:
        return _File(file, loader, policy).cases(loader.get_single_node())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "end of stream" in str(error.problem):
            mark = error.context_mark or mark  # where it starts that has no end
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PackError(f"{file}:{line}:{column}: {error.problem or error.context}{_yaml_hint(error)}") from error
    except yaml.YAMLError as error:
        raise PackError(f"{file}: {error}") from error
    finally:
        loader.dispose()


def forms(case: Case, policy: Policy) -> tuple[Form, ...]:
    """The forms in which a case runs: a template hides no list, and an account is no template."""
    if case.only is not None:
        return (case.only,)
    if case.template is not None or policy.applies == "template":
        return ("template",)
    if policy.applies == "live" or any(each.missing for each in case.neighbours):
        return ("live",)
    return ("live", "template")


class _Loader(yaml.SafeLoader):
    """Dates stay text: `Version: 2012-10-17` is the version of a policy document."""

    yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _File:
    """One file being read; every complaint carries its line."""

    def __init__(self, file: str, loader: _Loader, policy: Policy) -> None:
        self._file = file
        self._policy = policy
        self._loader = loader

    def cases(self, root: yaml.Node | None) -> tuple[Case, ...]:
        if not isinstance(root, yaml.SequenceNode):
            raise PackError(f"{self._file}:1:1: a list of cases is wanted: each starts with `- name: ...`")
        self._refuse_duplicates(root)
        cases = tuple(self._case(node) for node in root.value)
        names: dict[str, int] = {}
        for case, node in zip(cases, root.value, strict=True):
            if case.name in names:
                raise self._error(_mark(node), f'"{case.name}" is also the name of the case on line {names[case.name]}')
            names[case.name] = case.line
        return cases

    def _case(self, node: yaml.Node) -> Case:
        line, values, lines = self._mapping(node, _CASE, "a case")
        for key in ("name", "expect"):
            if key not in values:
                raise self._error(line, f"a case has no {key}")
        if values["expect"] not in _EXPECT:
            hint = nearest(values["expect"], _EXPECT)
            raise self._error(lines["expect"], f"expect is one of {', '.join(_EXPECT)}{hint}")
        if values.get("only") not in (None, "live", "template"):
            raise self._error(lines["only"], "only is live or template")
        if "only" in values and "why" not in values:
            raise self._error(lines["only"], "a case for one form only says why")
        for key in values.get("parameters", ()):
            if key not in self._policy.parameters:
                raise self._error(lines["parameters"], f"{self._policy.id} has no parameter {key}")
        case = Case(
            name=values["name"],
            expect=_EXPECT[values["expect"]],
            subject=self._subject(values, line),
            file=self._file,
            line=line[0],
            properties=values.get("properties", {}),
            hide=self._hidden(values, lines),
            arn=values.get("arn"),
            neighbours=tuple(self._neighbour(each) for each in self._elements(node, "with")),
            parameters=values.get("parameters", {}),
            taken_at=values.get("taken_at", TAKEN_AT),
            at=self._pointers([values["at"]], lines["at"])[0] if "at" in values else None,
            only=values.get("only"),
            why=values.get("why"),
            template=values.get("template"),
        )
        self._fits_its_forms(case, line, lines)
        return case

    def _subject(self, values: Mapping[str, Any], line: Mark) -> str:
        subjects = self._policy.subjects
        declared = values.get("subject")
        if "template" in values:
            resource = (values["template"].get("Resources") or {}).get(SUBJECT)
            declared = resource.get("Type") if isinstance(resource, dict) else None
            if declared is None:
                raise self._error(line, f"the template has no resource {SUBJECT} with a Type")
        if declared is None and len(subjects) == 1:
            return subjects[0]
        if declared not in subjects:
            raise self._error(line, f"subject is one of {', '.join(subjects)}")
        return str(declared)

    def _fits_its_forms(self, case: Case, line: Mark, lines: Mapping[str, Mark]) -> None:
        types = (case.subject, *(each.type for each in case.neighbours))
        made_up = [type for type in types if type.startswith("Auditor::")]
        if case.template is not None:
            clash = next((key for key in ("properties", "hide", "with", "arn") if key in lines), None)
            if clash is not None or case.only == "live":
                raise self._error(line, f"a case with a template has no {clash or 'live form'}")
        elif "template" in forms(case, self._policy) and made_up:
            raise self._error(line, f"{made_up[0]} stands in no template: say `only: live` and why")
        elif case.only == "template" and any(each.missing for each in case.neighbours):
            raise self._error(line, "a template hides no list: `missing` is for the live form")

    def _neighbour(self, node: yaml.Node) -> Neighbour:
        line, values, lines = self._mapping(node, _NEIGHBOUR, "a neighbour")
        type = values.get("type", "")
        if not _TYPE.fullmatch(type) or not _is_known(type):
            raise self._error(
                lines.get("type", line), f'there is no resource type "{type}"{schemas.nearest_type(type)}'
            )
        if values.get("missing") and len(values) > 2:
            raise self._error(line, "what is missing has no properties")
        return Neighbour(
            type=type,
            properties=values.get("properties", {}),
            hide=self._hidden(values, lines),
            arn=values.get("arn"),
            missing=values.get("missing", False),
        )

    def _mapping(
        self, node: yaml.Node, keys: Mapping[str, type], what: str
    ) -> tuple[Mark, dict[str, Any], dict[str, Mark]]:
        """The line of a mapping, its values, and the line of each of its keys."""
        line = _mark(node)
        if not isinstance(node, yaml.MappingNode):
            raise self._error(line, f"{what} is a mapping")
        values: dict[str, Any] = {}
        lines: dict[str, Mark] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            lines[key] = _mark(key_node)
            if key not in keys:
                raise self._error(
                    lines[key], f'{what} has no key "{key}"{nearest(key, keys)}; there are {", ".join(keys)}'
                )
            values[key] = self._loader.construct_object(value_node, deep=True)
            if not isinstance(values[key], keys[key]):
                raise self._error(lines[key], f"{key} is {_WORDS[keys[key]]}")
        return line, values, lines

    def _elements(self, node: yaml.Node, key: str) -> list[yaml.Node]:
        return next((list(value.value) for name, value in node.value if name.value == key), [])

    def _pointers(self, values: list[Json], line: Mark) -> tuple[str, ...]:
        for value in values:
            if not isinstance(value, str) or not value.startswith("/"):
                raise self._error(line, f"{value!r} is no JSON pointer: it starts with /")
        return tuple(values)

    def _hidden(self, values: Mapping[str, Any], lines: Mapping[str, Mark]) -> tuple[str, ...]:
        pointers = self._pointers(values.get("hide", []), lines.get("hide", (1, 1)))
        for pointer in pointers:
            if any(pointer.startswith(f"{other}/") for other in pointers) or not _leads_somewhere(values, pointer):
                raise self._error(lines["hide"], f"nothing can be hidden at {pointer}")
        return pointers

    def _refuse_duplicates(self, node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    raise self._error(_mark(key), f'the key "{key.value}" stands there twice')
                seen.add(key.value)
                self._refuse_duplicates(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                self._refuse_duplicates(value)

    def _error(self, mark: Mark, message: str) -> PackError:
        return PackError(f"{self._file}:{mark[0]}:{mark[1]}: {message}")


def _mark(node: yaml.Node) -> Mark:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _yaml_hint(error: yaml.MarkedYAMLError) -> str:
    """What to write instead, for the mistakes that are made most."""
    problem = f"{error.problem} {error.context}"
    if "\\t" in problem:
        return ": indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return ": put quotes around a text that holds a colon"
    if "undefined alias" in problem:
        return ": an anchor (&name) stands before its alias (*name)"
    if "quoted scalar" in problem and "end of stream" in problem:
        return ": the quote that starts here is not closed"
    if "expected ',' or" in problem:
        return ": a bracket or brace is not closed"
    return ""


def _leads_somewhere(values: Mapping[str, Any], pointer: str) -> bool:
    """Whether a value stands, or could stand, at a pointer."""
    node: Json = values.get("properties", {})
    for key in keys_of(pointer):
        if isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, dict):
            node = node.get(key, {})
        else:
            return False
    return True


def _is_known(type: str) -> bool:
    """Whether CloudFormation has the type, or it is one of our own; custom resources are the user's."""
    return type.startswith("Custom::") or schemas.is_known(type)
