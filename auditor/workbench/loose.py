"""One Rego file without a pack: metadata optional, reads derived. For the first five minutes of a policy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.metadata import Metadata
from auditor.catalogue.reads import syntax
from auditor.catalogue.reads.derive import Derived, analyse
from auditor.config import nearest
from auditor.errors import PackError, UsageError
from auditor.model import Policy, RegoTools, Remediation, Severity

_NO_KEY = re.compile(r"\W+")


class Loose(msgspec.Struct, frozen=True):
    """`modules`: what OPA loads, the libraries included. `notes`: what the analysis of reads cannot follow.

    `shim`: the text of a module that puts `deny` where the entry point looks for it, None where it is there.
    """

    policy: Policy
    notes: tuple[str, ...]
    shim: str | None


def load(file: Path, libraries: Sequence[str], tools: RegoTools, type: str | None = None) -> Loose:
    """The file as a policy. `type`: only this one of the types that it denies.

    PackError names file, line and column of what OPA or the analysis refuses.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    tools.check([str(file), *libraries])
    module = syntax.module(tools.parse(str(file)))
    derived = analyse(module, _modules(module, libraries, tools))
    fatal = [str(finding) for finding in derived.findings if finding.fatal]
    if fatal:
        raise PackError("\n".join(fatal))
    key = module.package[1] if _is_policy(module) else _NO_KEY.sub("_", file.stem)
    policy = _policy(module, key, derived)
    if type is not None:
        if type not in policy.subjects:
            hint = nearest(type, policy.subjects) or f"; it denies {', '.join(policy.subjects)}"
            raise UsageError(f"--type {type}: {file} denies no such type{hint}")
        policy = msgspec.structs.replace(policy, subjects=(type,))
    notes = tuple(str(finding) for finding in derived.findings)
    path = "".join(f'["{part}"]' for part in module.package)
    shim = None if _is_policy(module) else f"package policy.{key}\n\ndeny := data{path}.deny\n"
    return Loose(policy, notes, shim)


def _modules(module: syntax.Module, libraries: Sequence[str], tools: RegoTools) -> dict[syntax.Package, syntax.Module]:
    read = [syntax.module(tools.parse(file)) for file in libraries]
    return {**{one.package: one for one in read}, module.package: module}


def _is_policy(module: syntax.Module) -> bool:
    return len(module.package) == 2 and module.package[0] == "policy"


def _policy(module: syntax.Module, key: str, derived: Derived) -> Policy:
    """With its metadata where there is any; wrong metadata is an error, as in a pack."""
    if any(annotation.get("scope") == "package" for annotation in module.annotations):
        return Metadata(module.file, module.annotations, module.line).policy(key, derived.accesses, derived.subjects)
    return Policy(
        id=key.replace("_", "-"),
        key=key,
        title=f"{module.file} (no metadata)",
        description="",
        severity=Severity.MEDIUM,
        function="detect",
        stage="reactive",
        subjects=derived.subjects,
        scope="account",
        applies="both",
        accesses=derived.accesses,
        parameters={},
        controls={},
        remediation=Remediation(""),
        references=(),
        file=module.file,
    )
