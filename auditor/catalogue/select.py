"""Which policies run."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from auditor.errors import UsageError
from auditor.model import Policy


def select(policies: Sequence[Policy], globs: Sequence[str], kind: str) -> tuple[Policy, ...]:
    """The policies that apply to `kind` ("template" or "live") and match a glob (all without one).

    UsageError for a glob that matches nothing, with the nearest id.
    """
    for glob in globs:
        if not any(fnmatchcase(policy.id, glob) for policy in policies):
            near = difflib.get_close_matches(glob, [policy.id for policy in policies], n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise UsageError(f'--policy {glob}: no policy has this id{hint}; "auditor policy list" names them')
    return tuple(
        policy
        for policy in policies
        if policy.applies in ("both", kind) and (not globs or any(fnmatchcase(policy.id, glob) for glob in globs))
    )
