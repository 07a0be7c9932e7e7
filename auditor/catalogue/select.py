"""Which policies run."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Policy


def select(policies: Sequence[Policy], globs: Sequence[str], kind: str) -> tuple[Policy, ...]:
    """The policies that apply to `kind` ("template" or "live") and match a glob (all without one), in their order.

    UsageError for a glob that matches no policy of any kind, with the nearest id.
    """
    ids = [policy.id for policy in policies]
    for glob in globs:
        if not any(fnmatchcase(id, glob) for id in ids):
            raise UsageError(f'--policy {glob}: no such policy{nearest(glob, ids)}; "auditor policy list" names them')
    return tuple(
        policy
        for policy in policies
        if policy.applies in ("both", kind) and (not globs or any(fnmatchcase(policy.id, glob) for glob in globs))
    )
