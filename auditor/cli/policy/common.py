"""What the commands about policies share."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from auditor.errors import UsageError
from auditor.model import Pack, Policy


def load_pack(packs: Sequence[str]) -> Pack:
    """The built-in pack and these."""
    from auditor.cli import session  # imports the catalogue and the facts: not at the top, for `--help`
    from auditor.config import Config

    return session.load_pack(Config(packs=tuple(packs)), session.opa_binary())


def find(pack: Pack, id: str) -> Policy:
    """A policy by id, key, file or folder; UsageError with the nearest id."""
    from auditor.config import nearest

    for row in pack.policies:
        if id in (row.id, row.key, row.file, str(Path(row.file).parent)):
            return row
    raise UsageError(f'no policy "{id}"{nearest(id, [row.id for row in pack.policies])}')


def modules_of(pack: Pack, policy: Policy) -> tuple[str, ...]:
    """The Rego that one policy needs: its own file, the libraries and the entry point."""
    others = {row.file for row in pack.policies if row.id != policy.id}
    return tuple(file for file in pack.modules if file not in others)


def shown(file: str) -> str:
    """A file as the user would type it here."""
    relative = os.path.relpath(file)
    return file if relative.startswith("..") else relative


def printable(text: str) -> str:
    """A message, its files as the user would type them here. It may quote what is not ours: it moves no cursor."""
    from auditor.render.text import plain

    try:
        here = os.getcwd()
    except OSError:  # the folder is gone
        here = "/"
    near = text if here == "/" else re.sub(rf"(?<![\w./-]){re.escape(here)}/", "", text)
    return "\n".join(map(plain, near.splitlines()))
