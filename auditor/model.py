"""The values that flow from a source to a report. All are frozen; nothing here does input or output.

A *path* is a tuple of keys and list indexes. It starts at a resource's properties, except
`("facts", name, ...)` and `("tags", key)`, which stand beside them (property names are PascalCase,
so nothing collides). Indexes are always the source's own; the indexes that OPA sees exist only
between `projection` and `judge`. `"*"` stands for any key or index (in reads and gaps only).
`()` is the resource itself.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

Json = Any
Key = str | int
Path = tuple[Key, ...]

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


class Severity(enum.StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (critical)."""
        return _RANK[self]


_RANK = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}


class Status(enum.StrEnum):
    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WAIVED = "WAIVED"
    ACCEPTED = "ACCEPTED"


class Word(enum.StrEnum):
    """The three constructors of denials (`policies/lib/deny.rego`)."""

    FOUND = "found"
    ABSENT = "absent"
    MISSING = "missing"


class Sign(enum.StrEnum):
    """What seeing more at a read path can do: take denials away (needs), add them (seeks), or both."""

    NEEDS = "needs"
    SEEKS = "seeks"
    BOTH = "both"


# --- hidden values: they stand where the value would stand, and never reach OPA ---------------------------------


class Hidden(msgspec.Struct, frozen=True):
    """A value that exists or not, and was not seen. Equal symbols are the same value."""

    reason: Reason
    detail: str
    symbol: str | None = None


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
    region; `parent` is the id of the resource for whom it was asked; `detail` names the missing IAM action
    or the unresolved reference.
    """

    account: str
    region: str | None
    type: str
    id: str | None
    path: Path
    reason: Reason
    detail: str
    parent: str | None = None


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
    `paths` which property paths were asked for (absent: all). Template: `related` holds the pairs
    (subject type, read type) that the table of relations connects; `lists` is None, every type is complete.
    """

    lists: Mapping[str, tuple[str, ...] | None] | None = None
    paths: Mapping[str, tuple[Path, ...]] = {}
    related: frozenset[tuple[str, str]] | None = None


class Problem(msgspec.Struct, frozen=True):
    """One file, account or policy that could not be judged; the run went on."""

    kind: Literal["file", "account", "policy", "engine"]
    subject: str
    message: str
    line: int | None = None
    column: int | None = None


# --- policies ---------------------------------------------------------------------------------------------------


class Access(msgspec.Struct, frozen=True):
    """One read of a policy, as derived from its syntax tree.

    `path` starts at the properties (or with "facts", "tags"); `()` is the existence of the type. `subject`:
    a read of the judged resource itself. `owned`: reached only through a join with the judged resource, so
    that a gap about another parent cannot matter. `by`: the subject types whose rules read it (empty: all).
    """

    type: str
    path: Path
    sign: Sign
    subject: bool
    owned: bool = False
    by: tuple[str, ...] = ()


class Parameter(msgspec.Struct, frozen=True):
    type: Literal["boolean", "integer", "number", "string", "array"]
    default: Json
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[Json, ...] = ()


class Remediation(msgspec.Struct, frozen=True):
    text: str
    properties: Mapping[str, Json] = {}
    cli: str = ""


class Policy(msgspec.Struct, frozen=True):
    id: str
    key: str
    title: str
    description: str
    severity: Severity
    function: Literal["prevent", "detect", "respond"]
    stage: Literal["reactive", "alert-driven", "automated", "proactive"]
    subjects: tuple[str, ...]
    scope: Literal["region", "account", "organization"]
    applies: Literal["live", "template", "both"]
    accesses: tuple[Access, ...]
    parameters: Mapping[str, Parameter]
    controls: Mapping[str, tuple[str, ...]]
    remediation: Remediation
    references: tuple[str, ...]
    file: str

    @property
    def types(self) -> frozenset[str]:
        return frozenset(access.type for access in self.accesses) | frozenset(self.subjects)


class Pack(msgspec.Struct, frozen=True):
    """Policies with the Rego files that make them up (no tests), and a revision: a hash of their content."""

    policies: tuple[Policy, ...]
    modules: tuple[str, ...]
    revision: str
    notes: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What the selected policies and their facts read: type to property paths (`()` = existence)."""

    reads: Mapping[str, tuple[Path, ...]]
    policies: tuple[Policy, ...] = ()
    facts: tuple[str, ...] = ()


# --- denials, findings, verdicts --------------------------------------------------------------------------------


class Evidence(msgspec.Struct, frozen=True):
    """The place that shows a denial: a JSON pointer into the properties of the resource `id`."""

    id: str
    pointer: str


class Denial(msgspec.Struct, frozen=True):
    """All that Rego may say. Integers in `path` index the lists that OPA saw."""

    kind: Word
    type: str
    id: str
    path: Path
    message: str
    evidence: Evidence | None = None


class Finding(msgspec.Struct, frozen=True):
    """A denial with its place. `path` has source indexes and belongs to `evidence` where that is set.

    `certain` is False where the finding would go away with what is hidden. `secret`: the value at the place
    must be masked wherever it is shown. `worlds` holds the labels of the worlds in which it holds.
    """

    path: Path
    message: str
    fingerprint: str
    content_fingerprint: str
    location: Location | None = None
    evidence: ResourceRef | None = None
    worlds: tuple[str, ...] = ()
    default_world: bool = True
    certain: bool = True
    secret: bool = False


class Population(msgspec.Struct, frozen=True):
    """The unseen resources of a type."""

    account: str
    region: str | None
    type: str


class Verdict(msgspec.Struct, frozen=True):
    policy: str
    severity: Severity
    status: Status
    resource: ResourceRef | None = None
    population: Population | None = None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    error: str | None = None  # the policy errored on this subject: OPA's own words
    location: Location | None = None  # the resource itself
    reason: str | None = None  # why WAIVED or ACCEPTED
    construct: str | None = None  # aws:cdk:path
    assumed: tuple[str, ...] = ()  # parameters at whose defaults a PASS rests


# --- the stages' interfaces -------------------------------------------------------------------------------------


class Header(msgspec.Struct, frozen=True):
    taken_at: str  # RFC 3339, UTC
    kind: Literal["template", "live", "snapshot", "plan"]
    scope: tuple[str, ...]  # files or account ids
    regions: tuple[str, ...] = ()


class Scope(Protocol):
    """One account, or one root template (with its nested stacks) in one world. Joins never leave it."""

    root: str
    account: str
    world: World | None
    certain: bool  # False: this world may not exist, so nothing found only here is certain
    gaps: Sequence[Gap]
    coverage: Coverage
    declares: Mapping[str, tuple[tuple[str, Path], ...]]  # stand-in id -> types and paths that it stands for

    def resources(self, types: frozenset[str] | None = None) -> Iterator[Resource]:
        """In order of home (first owner or itself); may be called again."""

    def locate(self, resource_id: str, path: Path) -> Location | None:
        """The place of `path`, or of its nearest existing ancestor; None for what has no file."""

    def construct(self, resource_id: str) -> str | None:
        """The CDK construct path of a resource."""

    def assumed(self, resource_id: str) -> tuple[str, ...]:
        """The parameters at whose defaults the seen values of a resource rest."""


class Source(Protocol):
    header: Header

    def scopes(self, plan: Plan) -> Iterator[Scope | Problem]:
        """Scopes of one root follow each other (its worlds)."""

    def tally(self) -> Mapping[str, int]:
        """What was counted while the scopes were read: {"templates": 3, "other files": 7, ...}."""

    def notes(self) -> Sequence[str]:
        """Warnings for the user that are no problem (an unknown parameter)."""


class Evaluation(msgspec.Struct, frozen=True):
    """What OPA said of one shard: per policy key its denials, or why it has none."""

    denials: Mapping[str, tuple[Denial, ...]]
    failures: Mapping[str, str]


class Engine(Protocol):
    version: str

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        """Evaluate the named policies over one shard. May be called from several threads.

        `resources` is the encoded object type → list of resources, `parameters` the encoded object key →
        values. Every key is in `denials` or in `failures`.
        """

    def seconds(self) -> float:
        """OPA's own evaluation time so far."""


class RegoTools(Protocol):
    """The opa program, for what is no evaluation."""

    def inspect(self, files: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        """The annotations of all files, as `opa inspect -a` gives them, `location.file` absolute."""

    def parse(self, file: str) -> Mapping[str, Json]:
        """The syntax tree of one file with locations (`opa parse -f json --json-include locations`)."""

    def check(self, files: Sequence[str], schemas: str | None = None) -> None:
        """Strict check against the allowed capabilities; PackError names file, line and column."""


class PolicyCount(msgspec.Struct, frozen=True):
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    accepted: int = 0


class Report(msgspec.Struct, frozen=True):
    """A finished run. `verdicts` may be iterated again and again; it reads a spool, not memory."""

    header: Header
    tool_version: str
    pack_revision: str
    engine_version: str
    policies: tuple[Policy, ...]
    counts: Mapping[str, PolicyCount]
    verdicts: Iterable[Verdict]
    problems: tuple[Problem, ...]
    tally: Mapping[str, int]
    notes: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Json]] = {}
    complete: bool = True  # False: interrupted


class Cause(msgspec.Struct, frozen=True):
    """Undecided verdicts of one cause: how many, why, and what would decide them."""

    count: int
    counted: int  # of these, at or over the threshold
    why: str
    remedy: str


class Decision(msgspec.Struct, frozen=True):
    """What the gate says of a report: the exit code, each reason for it, and why verdicts are UNKNOWN."""

    code: int
    reasons: tuple[str, ...]
    causes: tuple[Cause, ...]


def pointer(path: Path) -> str:
    """The JSON pointer of a path (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of a JSON pointer, all as text (an index stays "0")."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]) if text else ()


def reference(resource: Resource) -> ResourceRef:
    return ResourceRef(resource.id, resource.type, resource.name, resource.account, resource.region)


def home(resource: Resource) -> str:
    """What a resource travels with: its first owner, or itself."""
    return resource.owners[0] if resource.owners else resource.id


def overlaps(left: Path, right: Path) -> bool:
    """Whether one path is at, above or below the other; "*" is any key, and 0 and "0" are one."""
    return all(a == b or a == "*" or b == "*" or str(a) == str(b) for a, b in zip(left, right, strict=False))
