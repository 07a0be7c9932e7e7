"""`log.exposed`: what opens a bucket to everyone that a trail writes to.

On a bucket's policy, its state (the grants of its ACL), and the bucket itself (the ACL by name, in templates). Value:
`{"open": [{"why", "evidence": {"id", "pointer"}}]}`: what is certainly open, on a bucket to which certainly a trail
writes. Where either is not known there may be more, and `open` is unknown; what is certainly closed stays so whatever
trails there are. Nothing is said of the blocks of public access, which stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.facts.base import Derived, Fact, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth, unknown
from auditor.facts.iam.public import PUBLIC
from auditor.facts.logging.recorders import TRAIL, unlisted
from auditor.facts.values import at, doubt
from auditor.model import HIDDEN, Hidden, Json, Resource

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
STATUS = "Auditor::S3::BucketStatus"

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
_GROUPS = ("AllUsers", "AuthenticatedUsers")
_EVERYONE = tuple(f"http://acs.amazonaws.com/groups/global/{group}" for group in _GROUPS)
_CANNED = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
_NAMES = {BUCKET: "BucketName", POLICY: "Bucket", STATUS: "BucketName"}


class _Opening(msgspec.Struct, frozen=True):
    is_open: Truth
    why: str = ""
    evidence: Json = None
    cause: Hidden | None = None


def compute(resource: Resource, view: View) -> Derived:
    openings = [one for one in _openings(resource, view) if one.is_open is not F]
    if not openings:
        return Derived({"open": []})
    name = resource.name if resource.type == BUCKET else resource.properties.get(_NAMES[resource.type])
    written, cause = _is_written(name, resource.account, view)
    sums = [(one, every((written, one.is_open))) for one in openings]
    shown = [{"why": one.why, "evidence": one.evidence} for one, holds in sums if holds is T]
    doubts = [one.cause or cause for one, holds in sums if holds is U]
    unknowns = dict.fromkeys(unknown(("open",), each, "whether a trail writes to an open bucket") for each in doubts)
    return Derived({"open": shown}, tuple(unknowns))


def _openings(resource: Resource, view: View) -> Iterator[_Opening]:
    if resource.type == POLICY:
        yield from _statements(resource, view)
    elif resource.type == STATUS:
        yield from _grants(resource)
    else:
        canned = resource.properties.get("AccessControl")
        is_open = U if isinstance(canned, HIDDEN) else truth(canned in _CANNED)
        evidence = {"id": resource.id, "pointer": "/AccessControl"}
        yield _Opening(is_open, "its ACL is public", evidence, doubt(canned, "which ACL"))


def _statements(policy: Resource, view: View) -> Iterator[_Opening]:
    derived = PUBLIC.compute(policy, view)
    for entry in at(derived.value, "statements", "public") or ():
        yield _Opening(T, f"its policy is public: {entry['why']}", entry["evidence"])
    for one in derived.unknown:
        if ("statements", "public")[: len(one.path)] == one.path[:2]:
            yield _Opening(U, cause=Hidden(one.reason, one.detail))


def _grants(status: Resource) -> Iterator[_Opening]:
    listed = status.properties.get("Grants")
    for grant in listed if isinstance(listed, list | tuple) else [] if listed is None else [listed]:
        uri = at(grant, "Grantee", "URI")
        is_open = U if isinstance(uri, HIDDEN) else truth(uri in _EVERYONE)
        yield _Opening(is_open, "its ACL is public", {"id": status.id, "pointer": "/Grants"}, doubt(uri, "whose grant"))


def _is_written(name: Json, account: str, view: View) -> tuple[Truth, Hidden | None]:
    """Whether a trail writes to the bucket of this name, and why that is not known."""
    cause = next(unlisted(view, account, TRAIL), None)
    found = [U] if cause else []
    for trail in view.related(TRAIL):
        if trail.account == account:
            target = trail.properties.get("S3BucketName")
            found.append(_is_same(target, name, view))
            if found[-1] is U:
                cause = cause or doubt([target, name], f"whether {trail.name} writes to the bucket")
    return some(found), cause


def _is_same(one: Json, other: Json, view: View) -> Truth:
    """Two names, each a literal or the symbol of a bucket of the template."""
    names = [value.symbol if isinstance(value, Hidden) else value for value in (one, other)]
    if None not in names and names[0] == names[1]:
        return T
    if all(isinstance(value, str) for value in (one, other)) or set(map(str, names)) <= _declared(view):
        return F
    return U


@by_view
def _declared(view: View) -> frozenset[str]:
    return frozenset(bucket.name for bucket in view.related(BUCKET))


FACT = Fact(
    name="log.exposed",
    version=1,
    on=(POLICY, STATUS, BUCKET),
    reads={
        POLICY: (("Bucket",), ("PolicyDocument",)),
        STATUS: (("BucketName",), ("Grants", "*", "Grantee", "URI")),
        BUCKET: (("AccessControl",),),
        TRAIL: (("S3BucketName",),),
    },
    compute=compute,
    joins=(TRAIL, BUCKET),
)
