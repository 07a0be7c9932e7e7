"""The policy reference: pages from metadata and cases, so that no example in it can rot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from auditor.model import Policy, Status
from auditor.model.framework import Framework
from auditor.render import reference
from auditor.render.reference import Example
from auditor.workbench.cases import Case, Neighbour, load_cases

INDEX = "README.md"


def pages(policies: Sequence[Policy], frameworks: Sequence[Framework]) -> dict[str, str]:
    """File name to text, in order; the index first. PackError where the cases of a policy cannot be read."""
    services: dict[str, list[Policy]] = {}
    for policy in sorted(policies, key=lambda policy: (_service(policy), policy.id)):
        services.setdefault(_service(policy), []).append(policy)
    made = {INDEX: reference.index(services, frameworks)}
    for policy in policies:
        made[f"{policy.id}.md"] = reference.page(policy, list(examples(policy)))
    return made


def examples(policy: Policy) -> Iterator[Example]:
    """The first case that passes, that fails, and that is undecided, as far as there are such."""
    cases = load_cases(policy)
    for status in (Status.PASS, Status.FAIL, Status.UNKNOWN):
        case = next((case for case in cases if case.expect is status), None)
        if case is not None:
            yield Example(case.name, status.value, _body(case))


def differing(pages: Mapping[str, str], folder: Path) -> list[str]:
    """The pages that are not as they should be, or should not be there."""
    changed = [name for name, text in pages.items() if _text(folder / name) != text]
    return [*changed, *(file.name for file in _stale(pages, folder))]


def write(pages: Mapping[str, str], folder: Path) -> None:
    """Only what changed is touched; of other files, those go that an earlier run wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        if _text(folder / name) != text:
            (folder / name).write_text(text, encoding="utf-8")
    for file in _stale(pages, folder):
        file.unlink()


def _stale(pages: Mapping[str, str], folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return [file for file in found if file.name not in pages and (_text(file) or "").startswith(reference.MARK)]


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _service(policy: Policy) -> str:
    """The folder above the policy's own."""
    return Path(policy.file).parent.parent.name


def _body(case: Case) -> str:
    if case.template is not None:
        return _yaml(case.template)
    shown: dict[str, Any] = {case.subject: dict(case.properties)}
    if case.hide:
        shown["not seen"] = list(case.hide)
    if case.neighbours:
        shown["with"] = [_neighbour(each) for each in case.neighbours]
    if case.parameters:
        shown["parameters"] = dict(case.parameters)
    return _yaml(shown)


def _neighbour(each: Neighbour) -> dict[str, Any]:
    if each.missing:
        return {each.type: "the list is incomplete"}
    shown: dict[str, Any] = {each.type: dict(each.properties)}
    return shown | ({"not seen": list(each.hide)} if each.hide else {})


class _Dumper(yaml.SafeDumper):
    """Every value in full: an alias means nothing to a reader."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)
