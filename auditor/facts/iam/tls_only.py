"""`s3.tls_only` of a bucket policy: what it certainly denies of plain HTTP and of old TLS, to everyone, everywhere.

Value: `{"bool": boolean, "if_exists": number, "plain": number}`, numbers are TLS versions (1.2).
- `bool`: every action, of every principal, on the bucket and on its objects, is denied where aws:SecureTransport is
  false, by Deny statements with no other condition. Left out where it is unknown.
- `if_exists`: the greatest v for which the same holds of statements that either do that, or deny with
  `NumericLessThanIfExists s3:TlsVersion` of at least v. 99 where none of the latter is needed (`bool` is true), 0 if
  nothing is denied.
- `plain`: the greatest v where `NumericLessThan` (which does not bind a plain HTTP request) counts too.
The numbers are certain lower bounds: what may be more is unknown at that key.

The bucket is the one that `Bucket` names; a statement about another bucket or another partition's ARN says nothing.
S3 User Guide, security-best-practices (aws:SecureTransport) and amazon-s3-policy-keys (s3:TlsVersion).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.arns import bucket_arn, identities, in_one_partition
from auditor.facts.iam.cover import Patterns, covered, narrow, wide
from auditor.facts.iam.document import Condition, Document, Statement, Terms, cause, parse
from auditor.facts.iam.globs import EACH, equals, matches
from auditor.facts.iam.logic import F, T, Truth, U, every, some, unknown
from auditor.facts.iam.match import is_everyone, unseen_principal
from auditor.facts.iam.operators import is_known
from auditor.facts.iam.text import Parts, as_text, blurred, holes, parts_of, with_parts
from auditor.model import Hidden, Hole, Json, Reason, Resource, Text

EVERY_VERSION = 99.0


class Denied(msgspec.Struct, frozen=True):
    """What the conditions of one Deny statement let it deny: plain HTTP, or TLS below a version (least, greatest)."""

    http: Truth = F
    if_exists: tuple[float, float] = (0, 0)
    plain: tuple[float, float] = (0, 0)


class Piece(msgspec.Struct, frozen=True):
    """One statement as far as it denies actions on one piece, the bucket or its objects."""

    actions: Terms
    reach: Truth
    denied: Denied
    cause: Hidden | None


def _compute(resource: Resource, view: View) -> Derived:
    document = parse(resource.properties.get("PolicyDocument", Hidden(Reason.UNRESOLVED, "no PolicyDocument")))
    denies = [one for one in document.statements if one.effect != "Allow"]
    bucket = bucket_arn(resource.properties.get("Bucket", resource.name))
    known = identities(bucket, [one for deny in denies if deny.resources for one in deny.resources.items], view)
    targets = [bucket, as_text((*parts_of(bucket), "/" + EACH))]
    pieces = [
        [piece for one in denies if (piece := _piece(one, target, document, known)) is not None] for target in targets
    ]
    why = document.doubt or next((one.cause for piece in pieces for one in piece if one.cause), None)
    return _published(pieces, document.doubt is not None, why)


def _published(pieces: Sequence[Sequence[Piece]], more: bool, why: Hidden | None) -> Derived:
    value: dict[str, Json] = {}
    unknowns: list[Unknown] = []

    def doubted(key: str) -> None:
        unknowns.append(unknown((key,), why, "whether a statement that denies plain HTTP reaches the whole bucket"))

    certain, possible = _http(pieces, certain=True), more or _http(pieces, certain=False)
    if certain is possible:
        value["bool"] = certain
    else:
        doubted("bool")
    for key in ("if_exists", "plain"):
        value[key] = _version(pieces, key, certain=True)
        if more or _version(pieces, key, certain=False) > value[key]:
            doubted(key)
    return Derived(value, tuple(unknowns))


def _http(pieces: Sequence[Sequence[Piece]], certain: bool) -> bool:
    return all(_all_actions((one for one in piece if _holds(one.denied.http, certain)), certain) for piece in pieces)


def _version(pieces: Sequence[Sequence[Piece]], key: str, certain: bool) -> float:
    """The greatest version for which the statements that deny plain HTTP, or TLS below it, cover all pieces."""

    def limit(piece: Piece) -> float:
        if _holds(piece.denied.http, certain):
            return EVERY_VERSION
        return (piece.denied.if_exists if key == "if_exists" else piece.denied.plain)[0 if certain else 1]

    limits = {limit(one) for piece in pieces for one in piece} - {0}
    return next(
        (
            version
            for version in sorted(limits, reverse=True)
            if all(_all_actions((one for one in piece if limit(one) >= version), certain) for piece in pieces)
        ),
        0,
    )


def _holds(value: Truth, certain: bool) -> bool:
    return value is T or (value is U and not certain)


def _all_actions(pieces: Iterable[Piece], certain: bool) -> bool:
    parts = tuple((narrow if certain else wide)(one.actions) for one in pieces if _holds(one.reach, certain))
    return _holds(covered(("s3",), tuple(map(_with_colon, parts))), certain)


def _with_colon(patterns: Patterns) -> Patterns:
    """Only what AWS takes as an action (`service:name` or `*`): a Deny in another spelling denies nothing."""
    negated, globs = patterns
    return (negated, globs) if negated else (False, tuple(one for one in globs if ":" in one or not one.strip("*")))


def _piece(statement: Statement, target: Text | str, document: Document, known: dict[str, Parts]) -> Piece | None:
    if statement.principals is None or statement.principals.negated:
        return None  # NotPrincipal leaves somebody out
    everyone = some(is_everyone(element) for element in statement.principals.elements)
    reach = every((everyone, _on(statement, target, document, known)))
    if reach is F:
        return None
    why = (
        statement.doubt
        or unseen_principal(statement.principals)
        or cause(statement.actions.items)
        or cause(value for one in statement.conditions for value in one.values)
        or (cause(statement.resources.items) if reach is U and statement.resources else None)
    )
    certain = statement.effect == "Deny" and statement.doubt is None
    return Piece(statement.actions, reach if certain else U, _denied(statement.conditions), why)


def _on(statement: Statement, target: Text | str, document: Document, known: dict[str, Parts]) -> Truth:
    """Whether the statement is about the whole target."""
    if statement.resources is None:
        return F
    patterns = [
        in_one_partition(with_parts(blurred(one) if document.variables else one, known))
        for one in statement.resources.items
    ]
    if not statement.resources.negated:
        return some(matches(pattern, target, segments=True) for pattern in patterns)
    something = as_text(
        tuple(
            part
            for piece in parts_of(target)
            for part in ((piece[:-1], Hole("\0key")) if isinstance(piece, str) and piece.endswith(EACH) else (piece,))
        )
    )
    touched = some(matches(pattern, something) for pattern in patterns)
    return T if touched is F else U if cause(patterns) or holes((target,)) else F


def _denied(conditions: tuple[Condition, ...]) -> Denied:
    """All conditions must hold for the Deny, so the weakest decides."""
    each = [_denied_by(one) for one in conditions]
    return Denied(
        every(one.http for one in each),
        (min((one.if_exists[0] for one in each), default=0), min((one.if_exists[1] for one in each), default=0)),
        (min((one.plain[0] for one in each), default=0), min((one.plain[1] for one in each), default=0)),
    )


def _denied_by(condition: Condition) -> Denied:
    if not is_known(condition.operator):  # or not seen
        return Denied(U, (0, EVERY_VERSION), (0, EVERY_VERSION))
    if condition.key == "aws:securetransport":
        false = some(equals(value, "false", fold=True) for value in condition.values)
        if condition.operator == "Bool":
            return Denied(false)
        is_text = condition.operator in ("StringEquals", "StringEqualsIgnoreCase", "StringLike")
        return Denied(min(false, U) if is_text else F)
    is_less = condition.operator in ("NumericLessThan", "NumericLessThanEquals") and not condition.quantifier
    if condition.key == "s3:tlsversion" and is_less:
        least = max((_number(value) for value in condition.values if isinstance(value, str)), default=0)
        bounds = least, EVERY_VERSION if cause(condition.values) else least
        return Denied(F, bounds if condition.if_exists else (0, 0), bounds)
    return Denied()


def _number(text: str) -> float:
    try:
        version = Decimal(text)
    except InvalidOperation:
        return 0
    return float(version) if version.is_finite() else 0


TLS_ONLY = Fact(
    name="s3.tls_only",
    version=1,
    on=("AWS::S3::BucketPolicy",),
    reads={"AWS::S3::BucketPolicy": (("PolicyDocument",), ("Bucket",)), "AWS::S3::Bucket": ()},
    compute=_compute,
    joins=("AWS::S3::Bucket",),
    joins_with=lambda bucket: "⟨" in (bucket.arn or ""),  # named by a symbol: never in an account
)
