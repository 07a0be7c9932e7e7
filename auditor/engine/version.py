"""Which OPA will do, and which one an executable is."""

from __future__ import annotations

import re
import subprocess

from auditor.errors import EngineError

# The oldest that is supported, and the release that the tool installs (and was measured with).
MINIMUM = "1.20.1"
RELEASE = "1.22.2"

_PROBE_SECONDS = 20


def parsed(version: str) -> tuple[int, ...]:
    """ "1.22.2-dev" → (1, 22, 2); () for what is no version."""
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, match.groups())) if match else ()


def checked(version: str, who: str) -> str:
    """The version of a server; EngineError if it cannot be used."""
    if problem := complaint(version):
        raise EngineError(f"{who} cannot be used: {problem}")
    return version


def complaint(version: str) -> str | None:
    """Why an OPA of this version cannot be used; None if it can."""
    if not parsed(version):
        return f"its version is not known ({version!r}); {MINIMUM} or newer is needed"
    return f"version {version} is older than {MINIMUM}" if parsed(version) < parsed(MINIMUM) else None


def probe(program: str) -> str:
    """What `opa version` prints as version; OSError if it cannot be run, ValueError if it does not print one."""
    try:
        done = subprocess.run(
            [program, "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PROBE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"`{program} version` does not end") from error
    match = re.search(r"^Version: (\S+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not match:
        raise ValueError(f"`{program} version` does not answer as OPA does")
    return match.group(1)
