"""The findings of Regal, a linter of Rego in general, where the program is installed. It is never required.

https://www.openpolicyagent.org/projects/regal/cli; the report: `pkg/report/report.go` of its source.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from auditor.errors import EngineError
from auditor.workbench.failure import Failure

_SECONDS = 120

# What Regal asks and we do otherwise on purpose, so that every policy would break it.
NOT_OURS: Mapping[str, str] = {
    "directory-package-mismatch": "packages of policies are flat: policy.<key>",
    "opa-fmt": "auditor policy test says so",
    "line-length": "the rule `short` counts letters as they are seen",
}


def findings(program: str, files: Sequence[str]) -> Iterator[Failure]:
    """What Regal says of the files, as rules `regal/<title>`; EngineError where it cannot be understood."""
    if not files:
        return
    off = [part for rule in NOT_OURS for part in ("--disable", rule)]
    try:
        done = subprocess.run(
            [program, "lint", "--format", "json", *off, *files], capture_output=True, timeout=_SECONDS, check=False
        )
    except OSError as error:
        raise EngineError(f"cannot run {program}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"`regal lint` did not end within {_SECONDS} s; leave it out with --no-regal") from error
    try:
        report: dict[str, Any] = msgspec.json.decode(done.stdout)
        for one in report["violations"] or ():
            place = one["location"]
            yield Failure(
                f"regal/{one['title']}",
                one["description"],
                file=place["file"],
                line=place.get("row", 1),
                column=place.get("col", 0),
            )
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[:500]
        raise EngineError(
            f"`regal lint` gave no report ({done.returncode}): {said}; leave it out with --no-regal"
        ) from error
