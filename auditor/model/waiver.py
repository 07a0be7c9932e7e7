"""A finding that somebody answers for, until a day."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from auditor.model.paths import Path
from auditor.model.seen import Location

WHOLE_FILE = 1 << 30  # where the span of a waiver ends that covers all of a template


class Waiver(msgspec.Struct, frozen=True):
    """`policy`, `resources`, `account` and `region` are globs; a key of `path` may be one.

    `span`: a waiver in a template covers what begins in there; one in a file has `resources` instead.
    `place`: where it is written, "waivers.yaml:3".
    """

    place: str
    policy: str
    reason: str
    expires: date | None = None
    resources: tuple[str, ...] = ()
    account: str | None = None
    region: str | None = None
    path: Path = ()
    unknown: bool = False
    owner: str | None = None
    ticket: str | None = None
    span: Location | None = None

    @property
    def by(self) -> Literal["waiver", "template"]:
        return "waiver" if self.span is None else "template"
