"""Values that the user gives to parameters: files in the forms that AWS's own tools take, and `Key=Value`.

The AWS CLI's list: https://docs.aws.amazon.com/cli/latest/reference/cloudformation/create-stack.html
`deploy --parameter-overrides`: https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
CodePipeline: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.errors import UsageError
from auditor.model import Problem
from auditor.sources.template.builder import Malformed
from auditor.sources.template.decode import decode
from auditor.sources.template.find import read
from auditor.sources.template.tree import function_of

_FORMS = 'a list of {"ParameterKey", "ParameterValue"}, {"Parameters": {...}}, a plain mapping, a list of "Key=Value"'


def given_parameters(
    files: Sequence[str], pairs: Sequence[str], base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Parameter to value: `base` (the configuration) < files in their order < `Key=Value` pairs.

    UsageError for a file that cannot be read or has none of the forms, and for a pair without `=`.
    """
    values = dict(base or {})
    for file in files:
        values.update(_read(file))
    for pair in pairs:
        values.update([_pair(pair, f"--parameter {pair}")])
    return values


def unknown_parameters(given: Iterable[str], declared: Iterable[str]) -> Iterator[str]:
    """A note for each given parameter that no template declares, with the nearest one that is declared."""
    known = sorted(set(declared))
    for name in sorted(set(given) - set(known)):
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f' (did you mean "{nearest[0]}"?)' if nearest else ""
        yield f'no template has a parameter "{name}"{hint}'


def _read(file: str) -> dict[str, str]:
    raw = read(file)
    if isinstance(raw, Problem):
        raise UsageError(f"parameter file {file}: {raw.message}")
    try:
        tree = decode(raw)
    except Malformed as error:
        where = f":{error.line}" if error.line else ""
        raise UsageError(f"parameter file {file}{where}: {error.message}") from error
    if isinstance(tree, dict):
        inner = tree.get("Parameters")
        tree = inner if isinstance(inner, dict) else tree
        return {str(name): _text(value, str(name), file) for name, value in tree.items()}
    if isinstance(tree, list):
        return dict(_entry(entry, file) for entry in tree if not _is_previous(entry))
    raise UsageError(f"parameter file {file}: neither of {_FORMS}")


def _entry(entry: Any, file: str) -> tuple[str, str]:
    match entry:
        case str(pair):
            return _pair(pair, f"parameter file {file}: {pair}")
        case {"ParameterKey": str(name), "ParameterValue": value}:
            return str(name), _text(value, str(name), file)
    raise UsageError(f"parameter file {file}: an entry is neither of {_FORMS}")


def _is_previous(entry: Any) -> bool:
    """A value that only the running stack knows: the parameter stays without one."""
    return isinstance(entry, dict) and entry.get("UsePreviousValue") is True and "ParameterValue" not in entry


def _pair(pair: str, where: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{where}: write it as Key=Value")
    return name.strip(), value


def _text(value: Any, name: str, file: str) -> str:
    """A parameter's value is text; a list is written with commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ",".join(_text(item, name, file) for item in value)
    if function_of(value):
        message = f"{name} is decided by the pipeline; give it with --parameter {name}=..."
        raise UsageError(f"parameter file {file}: {message}")
    raise UsageError(f"parameter file {file}: {name} must be a value")
