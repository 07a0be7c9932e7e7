"""The metadata of a policy: the METADATA comment above its package as a `model.Policy`, checked strictly."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_type_hints

from auditor.catalogue.parameters import fault
from auditor.config import nearest
from auditor.errors import PackError
from auditor.model import Access, Json, Parameter, Policy, Remediation, Severity

_TOP = ("title", "description", "related_resources", "authors", "organizations", "scope", "schemas", "custom")
_CUSTOM = (
    "id",
    "severity",
    "function",
    "stage",
    "subject",
    "scope",
    "applies",
    "reads",
    "parameters",
    "controls",
    "remediation",
    "lint",
)
REQUIRED = ("id", "severity", "function", "stage", "subject", "remediation")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "severity": tuple(severity.value for severity in Severity),
    **{name: get_args(get_type_hints(Policy)[name]) for name in ("function", "stage", "scope", "applies")},
}
_DEFAULTS = {"scope": "account", "applies": "both"}
_PARAMETER = ("type", "default", "description", "minimum", "maximum", "values")
_REMEDIATION = ("text", "properties", "cli")


class Metadata:
    """The METADATA comment of one policy file. `mistakes` are complete messages with file, line and column."""

    def __init__(self, file: str, annotations: Iterable[Mapping[str, Any]], package_line: int) -> None:
        self._file = file
        self._found: Mapping[str, Any] = {}
        self._line = package_line
        self._comment: Sequence[str] = ()
        self.mistakes: list[str] = []
        for annotation in annotations:
            if annotation.get("scope") == "package":
                self._found = annotation
                self._line = annotation["location"]["row"]
                self._comment = base64.b64decode(annotation["location"]["text"]).decode().splitlines()
        custom = self._found.get("custom")
        self.custom: Mapping[str, Any] = custom if isinstance(custom, dict) else {}

    def position(self, *keys: str) -> tuple[int, int]:
        """Line and column of a key, given from the outermost to the innermost."""
        line = 0
        for key in keys:
            pattern = re.compile(rf"#\s+[\"']?{re.escape(key)}[\"']?\s*:")
            line = next((n for n in range(line, len(self._comment)) if pattern.match(self._comment[n])), line)
        text = self._comment[line][1:] if line else ""
        return self._line + line, len(text) - len(text.lstrip()) + 2 if line else 1

    def mistake(self, message: str, *keys: str) -> None:
        """Note a mistake at a key."""
        line, column = self.position(*keys)
        self.mistakes.append(f"{self._file}:{line}:{column}: {message}")

    def policy(self, key: str, accesses: tuple[Access, ...], subjects: Sequence[str]) -> Policy:
        """The policy; PackError with one line per mistake. `subjects`: the types that its denials are about."""
        if not self._found:
            self.mistake('no METADATA comment above the package: write "# METADATA", "# title: ...", "# custom: ..."')
            raise PackError("\n".join(self.mistakes))
        self._check_keys()
        values = {name: self._choice(name) for name in CHOICES}
        id = self._id(key)
        declared = self._subjects(subjects)
        parameters, controls, remediation = self._parameters(), self._controls(), self._remediation()
        self._check_lint()
        title, description = self._text("title"), self._text("description")
        if self.mistakes:
            raise PackError("\n".join(self.mistakes))
        return Policy(
            id=id,
            key=key,
            title=title,
            description=description,
            severity=Severity(values.pop("severity")),
            subjects=declared,
            accesses=accesses,
            parameters=parameters,
            controls=controls,
            remediation=remediation,
            references=tuple(str(resource["ref"]) for resource in self._found.get("related_resources") or ()),
            file=self._file,
            **values,  # type: ignore[arg-type]  # checked against the fields' own types
        )

    @property
    def muted(self) -> dict[str, str]:
        """The rules of the linter that are turned off for this policy, each with its reason."""
        return {str(rule): str(reason) for rule, reason in self._mapping("lint").items()}

    def _check_lint(self) -> None:
        for rule, reason in self._mapping("lint").items():
            if not isinstance(reason, str) or not reason.strip():
                self.mistake(
                    f'lint: say why {rule} is turned off: write {rule}: "<reason>"', "custom", "lint", str(rule)
                )

    def _check_keys(self) -> None:
        tops = [match[1] for line in self._comment if (match := re.match(r"# ([\w-]+)\s*:", line))]
        for name in tops:
            if name not in _TOP:
                self.mistake(f'unknown key "{name}"{nearest(name, _TOP)}', name)
        for name in self.custom:
            if name not in _CUSTOM:
                self.mistake(f'unknown key "{name}" under custom{nearest(str(name), _CUSTOM)}', "custom", str(name))
        missing = [name for name in REQUIRED if name not in self.custom]
        if missing:
            self.mistake(f"missing under custom: {', '.join(missing)}", "custom")

    def _text(self, name: str) -> str:
        text = str(self._found.get(name) or "").strip()
        if not text:
            self.mistake(f"missing: {name}", name)
        return text

    def _choice(self, name: str) -> str:
        value = self.custom.get(name, _DEFAULTS.get(name))
        choices = CHOICES[name]
        if name in self.custom and value not in choices:
            hint = nearest(str(value), choices) or f" (one of {', '.join(choices)})"
            self.mistake(f'"{value}" is no {name}{hint}', "custom", name)
        return str(value)

    def _id(self, key: str) -> str:
        id, right = str(self.custom.get("id", "")), key.replace("_", "-")
        if "id" in self.custom and id != right:
            self.mistake(f'the id "{id}" does not agree with the folder {key}: write "{right}"', "custom", "id")
        return right

    def _subjects(self, derived: Sequence[str]) -> tuple[str, ...]:
        given = self.custom.get("subject")
        subjects = tuple(given) if isinstance(given, list) else (given,)
        if given is not None and not (subjects and all(isinstance(subject, str) for subject in subjects)):
            self.mistake("subject must be a resource type or a list of them", "custom", "subject")
        elif given is not None and derived and set(subjects) != set(derived):
            message = f"subject says {', '.join(map(str, subjects))}, but the denials are about {', '.join(derived)}"
            self.mistake(message, "custom", "subject")
        return tuple(map(str, subjects))

    def _mapping(self, name: str) -> Mapping[str, Any]:
        value = self.custom.get(name) or {}
        if not isinstance(value, dict):
            self.mistake(f"{name} must be an object", "custom", name)
            return {}
        return value

    def _parameters(self) -> dict[str, Parameter]:
        return {
            str(name): parameter
            for name, row in self._mapping("parameters").items()
            if (parameter := self._parameter(str(name), row)) is not None
        }

    def _parameter(self, name: str, row: Json) -> Parameter | None:
        before = len(self.mistakes)
        at = ("custom", "parameters", name)
        if not isinstance(row, dict) or "type" not in row or "default" not in row:
            self.mistake(f"parameter {name} needs a type and a default", *at)
            return None
        for key in row:
            if key not in _PARAMETER:
                self.mistake(f'parameter {name}: unknown key "{key}"{nearest(str(key), _PARAMETER)}', *at, str(key))
        types = get_args(get_type_hints(Parameter)["type"])
        if row["type"] not in types:
            hint = nearest(str(row["type"]), types) or f" (one of {', '.join(types)})"
            self.mistake(f'parameter {name}: "{row["type"]}" is no type{hint}', *at, "type")
        for bound in ("minimum", "maximum"):
            if bound in row and (not isinstance(row[bound], int | float) or isinstance(row[bound], bool)):
                self.mistake(f"parameter {name}: {bound} must be a number", *at, bound)
        if not isinstance(row.get("values", []), list):
            self.mistake(f"parameter {name}: values must be a list", *at, "values")
        if len(self.mistakes) > before:
            return None
        parameter = Parameter(
            row["type"],
            row["default"],
            str(row.get("description", "")).strip(),
            row.get("minimum"),
            row.get("maximum"),
            tuple(row.get("values", ())),
        )
        if (wrong := fault(parameter, parameter.default)) is not None:
            self.mistake(f"parameter {name}: the default {wrong}", *at, "default")
        return parameter

    def _controls(self) -> dict[str, tuple[str, ...]]:
        controls = {}
        for framework, ids in self._mapping("controls").items():
            if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
                message = f'controls of {framework} must be a list of texts: write ["3.1", ...] with quotes'
                self.mistake(message, "custom", "controls", str(framework))
                continue
            controls[str(framework)] = tuple(ids)
        return controls

    def _remediation(self) -> Remediation:
        row = self._mapping("remediation")
        for key in row:
            if key not in _REMEDIATION:
                hint = nearest(str(key), _REMEDIATION)
                self.mistake(f'remediation: unknown key "{key}"{hint}', "custom", "remediation", str(key))
        text, properties = str(row.get("text") or "").strip(), row.get("properties") or {}
        if "remediation" in self.custom and not text:
            self.mistake("remediation needs a text", "custom", "remediation")
        if not isinstance(properties, dict):
            self.mistake("remediation: properties must be an object", "custom", "remediation", "properties")
            properties = {}
        return Remediation(text, properties, str(row.get("cli") or "").strip())
