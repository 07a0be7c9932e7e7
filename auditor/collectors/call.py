"""The vocabulary of the collector tables: what is asked of AWS, and what each answer fills.

A service module is a table of `Call`s with pure functions beside it. The common part (`base.py`) plans,
calls, pages, files gaps and coverage; `errors.py` says what a refusal means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.model import Json

LIST = ""  # in `fills`: the list of the type itself


@dataclass(frozen=True)
class Place:
    """Where is asked: an account, and a region or (None) the partition's home for global services.

    `answers` holds the pages of the calls marked `keep`, by operation: what came, also where a later page failed.
    An operation that is not there was not asked. `regions`: all that are asked of this account.
    """

    account: str
    partition: str
    region: str | None
    taken_at: str = ""
    answers: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    regions: tuple[str, ...] = ()

    def arn(self, service: str, resource: str, region: bool = True) -> str:
        """`arn:<partition>:<service>:<region>:<account>:<resource>`."""
        return f"arn:{self.partition}:{service}:{self.region or '' if region else ''}:{self.account}:{resource}"

    def kept(self, operation: str, key: str) -> list[Json]:
        """The elements under `key` of all pages of a kept call."""
        return [element for page in self.answers.get(operation, ()) for element in page.get(key) or ()]


@dataclass
class Draft:
    """A resource while its calls are being answered; `properties` may hold `Hidden` for what the answer keeps back.

    A type without "::" is a step on the way (a page of names): it is never emitted and nobody's parent. `owners` are
    ids; `context` is for later calls only.
    """

    type: str
    id: str
    name: str
    arn: str
    properties: dict[str, Json]
    tags: dict[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    region: str | None = None
    context: Json = None

    @property
    def is_step(self) -> bool:
        return "::" not in self.type


Make = Callable[[Any, Place, Draft | None], Iterable[Draft]]
Fill = Callable[[Any, Draft], Mapping[str, Json]]


@dataclass(frozen=True)
class Call:
    """One API operation; `describe_snapshots#public` is one more way to ask `describe_snapshots`.

    `fills`: type to the properties that the answer fills; LIST among them means that the answer lists the type.
    `of`: asked once per resource of that type (which an earlier call made), with `params(draft)`.
    `make` turns a page into new resources; `fill` turns an answer into properties of the resource it was asked
    for. `absent`: the error codes of this operation that mean "there is none": `fill` is then given {}.
    `gone`: those that mean that the resource itself is no more.
    `keep`: asked before the others, its pages kept in `Place.answers` for them; where it fails, what it fills is
    hidden on every resource of that type. `when(draft)` False: the question does not arise, and what it fills is
    known to be absent. `later`: the error codes that mean "not yet": asked again for a while. `option`: asked only
    where the user chose it; otherwise what it fills is a gap that says so. `client`: the boto3 client, where it is
    another than the service's. `rest`: the answers tell only of some resources of the types that they list, and why;
    the others are a gap.
    """

    operation: str
    action: str
    fills: Mapping[str, tuple[str, ...]]
    of: str | None = None
    params: Callable[[Draft], Mapping[str, Json]] | None = None
    arguments: Mapping[str, Json] = field(default_factory=dict)
    make: Make | None = None
    fill: Fill | None = None
    paged: bool = False
    absent: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    keep: bool = False
    when: Callable[[Draft], bool] | None = None
    account_id: bool = False  # pass AccountId (s3control)
    later: tuple[str, ...] = ()
    option: str = ""
    client: str = ""
    rest: str = ""

    @property
    def method(self) -> str:
        """The method of the boto3 client."""
        return self.operation.partition("#")[0]


@dataclass(frozen=True)
class Service:
    """One boto3 client and its calls. `scope`: asked once per account, or in each region."""

    client: str
    scope: Literal["global", "regional"]
    calls: tuple[Call, ...]


def tags_of(pairs: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """AWS's two spellings of a list of tags as a mapping."""
    return {(p.get("Key") or p.get("key") or ""): (p.get("Value") or p.get("value") or "") for p in pairs or ()}


def picked(source: Mapping[str, Json], *names: str, **renamed: str) -> dict[str, Json]:
    """The named members that are there (None is not there); `Target="Source"` renames."""
    result = {name: source[name] for name in names if source.get(name) is not None}
    result |= {target: source[name] for target, name in renamed.items() if source.get(name) is not None}
    return result
