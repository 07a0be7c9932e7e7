"""What a source saw and what it did not: resources with hidden values at their places, gaps, coverage."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

import msgspec

from auditor.model.paths import Json, Path

# The value of AWS::AccountId and AWS::Region in a template when nobody set them.
ACCOUNT_PLACEHOLDER = "${AWS::AccountId}"
REGION_PLACEHOLDER = "${AWS::Region}"


class Reason(enum.StrEnum):
    """Why something was not seen."""

    DENIED = "denied"
    THROTTLED = "throttled"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    WRITE_ONLY = "write-only"
    REDACTED = "redacted"
    UNRESOLVED = "unresolved"
    OUTSIDE = "outside"


class Hidden(msgspec.Struct, frozen=True):
    """A value that exists or not, and was not seen. Equal symbols are the same value.

    `pattern`: a regular expression that a text which stands there matches in full, as Java reads it. `among`: the texts
    of which it is one; () where that is not known.
    """

    reason: Reason
    detail: str
    symbol: str | None = None
    pattern: str | None = None
    among: tuple[str, ...] = ()


class Hole(msgspec.Struct, frozen=True):
    """The unseen part of a string. A `name` holds no `*`, `?` or `:`; an `any` is any text, also empty."""

    symbol: str
    kind: Literal["name", "any"] = "any"


class Text(msgspec.Struct, frozen=True):
    """A string that is seen in part: literal pieces and holes, in order. Never all literal."""

    parts: tuple[str | Hole, ...]
    reason: Reason
    detail: str

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"⟨{part.symbol}⟩" for part in self.parts)


HIDDEN = (Hidden, Text)


class Gap(msgspec.Struct, frozen=True):
    """Something that was not seen.

    `type` "*" is any type; `id` None means the *list* of the type is incomplete; `region` None means every
    region; `parent` is the id of the resource for whom it was asked, or `unseen_parent` of its type where that was
    not seen itself; `detail` names the missing IAM action or the unresolved reference.
    """

    account: str
    region: str | None
    type: str
    id: str | None
    path: Path
    reason: Reason
    detail: str
    parent: str | None = None


def unseen_parent(type: str) -> str:
    """The parent of gaps about what hangs on resources of the type that were not seen."""
    return f"{type}/*"


class Location(msgspec.Struct, frozen=True):
    """A place in a file; lines and columns count from 1, the end is exclusive (SARIF 2.1.0, 3.30)."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class World(msgspec.Struct, frozen=True):
    """One assignment of parameters under which a template is judged."""

    values: tuple[tuple[str, str], ...] = ()
    default: bool = True
    label: str = ""  # "Env is prod and Encrypted is false"; empty where there is one world only


class Resource(msgspec.Struct, frozen=True):
    """One resource in CloudFormation's shape, from a template or from an account.

    `properties` is a JSON tree in which a hidden value is a `Hidden` or a `Text` at its own place (so list
    indexes are the source's). `name` and `arn` are identities: the literal, else a symbol such as "⟨Bucket⟩".
    """

    type: str
    id: str
    account: str
    region: str | None
    name: str
    arn: str
    properties: Mapping[str, Json]
    tags: Mapping[str, str] = {}
    facts: Mapping[str, Json] = {}
    owners: tuple[str, ...] = ()
    stand_in: bool = False


class ResourceRef(msgspec.Struct, frozen=True):
    id: str
    type: str
    name: str
    account: str
    region: str | None


class Coverage(msgspec.Struct, frozen=True):
    """What is proven to be listed completely. Everything else is a gap.

    Live: `lists` says per type in which regions the list is complete (None: all regions of the scope) and
    `paths` which property paths were asked for (absent: all); `left_out` names enabled regions that the user did not
    choose. Template: `related` holds the pairs
    (subject type, read type) that the table of relations connects; `lists` is None, every type is complete.
    """

    lists: Mapping[str, tuple[str, ...] | None] | None = None
    paths: Mapping[str, tuple[Path, ...]] = {}
    related: frozenset[tuple[str, str]] | None = None
    left_out: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """One file, account or policy that could not be judged; the run went on."""

    kind: Literal["file", "account", "policy", "engine"]
    subject: str
    message: str
    line: int | None = None
    column: int | None = None


def reference(resource: Resource) -> ResourceRef:
    return ResourceRef(resource.id, resource.type, resource.name, resource.account, resource.region)


def home(resource: Resource) -> str:
    """What a resource travels with: its first owner, or itself."""
    return resource.owners[0] if resource.owners else resource.id
