"""A pack as it stood before: another folder, or a revision of its git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from auditor.errors import UsageError

_SECONDS = 60


def extract(folder: Path, revision: str, into: Path) -> None:
    """The files of a folder as they were at a revision, into another folder.

    UsageError with git's own words where there is no git, no repository, no such revision, or no such folder in it.
    """
    command = ["git", "-C", str(folder), "archive", "--format=tar", revision]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except OSError as error:
        raise UsageError(
            f"--against {revision}: git cannot be run ({error.strerror}); name a folder instead"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"--against {revision}: git archive did not end within {_SECONDS} s") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").removeprefix("fatal: ").split())
        raise UsageError(f"--against {revision}: neither a folder nor a revision of {folder}: git: {said}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(into, filter="data")
