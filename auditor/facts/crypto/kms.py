"""`crypto.kms` of a resource that names a KMS key: which key it is, and whether it can do what the resource wants.

Value: `{"kind", "key", "problem": {"why", "evidence": {"id", "pointer"}}}`. `kind` is what `resolve` says, `key` the
id of a key that was seen, and `problem` why the resource cannot encrypt with a customer managed key by it; there is
none where all is well, where the property is absent, and on a resource that another account owns. What is not certain
is left out, and unknown at its key.

A customer managed key works if it is enabled (Enabled is false in every other state, KeyState need not be read), is
symmetric for encryption, and its policy lets the service use it. Grants are not read: services in `_USES` take none.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.crypto.resolve import ALIAS, KEY, REGION, REPLICA, Resolved, resolve
from auditor.facts.iam.document import parse, statement_doubt
from auditor.facts.iam.logic import T, Truth, U, truth
from auditor.facts.iam.match import Caller, Request, decides
from auditor.facts.iam.operators import Values
from auditor.facts.iam.text import item
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, Text, pointer

TRAIL = "AWS::CloudTrail::Trail"


class Use(msgspec.Struct, frozen=True):
    """The property that names the key, who uses the key, for what, and what that caller sends along."""

    property: str
    service: str
    action: str
    sends: Callable[[str | Text], Mapping[str, Values]]


def _of_trail(arn: str | Text) -> Mapping[str, Values]:
    return {"kms:encryptioncontext:aws:cloudtrail:arn": (arn,), "aws:sourcearn": (arn,)}


_USES = {TRAIL: Use("KMSKeyId", "cloudtrail.amazonaws.com", "kms:GenerateDataKey", _of_trail)}

# Keys of the request whose values are not documented for such a call, or not known here.
_UNKNOWN = (
    *("aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "kms:encryptioncontextkeys", "kms:viaservice"),
    *("kms:calleraccount", "kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion", "kms:resourcealiases"),
    *("aws:resourceorgid", "aws:resourceorgpaths", "aws:viaawsservice", "aws:currenttime", "aws:epochtime"),
)


class Finding(msgspec.Struct, frozen=True):
    """One way in which a key may not do: certain (T), or not known (U) because of `cause`."""

    holds: Truth
    why: str
    id: str
    place: str
    cause: Hidden | None = None


def compute(resource: Resource, view: View) -> Derived:
    use = _USES[resource.type]
    if use.property not in resource.properties or _is_foreign(resource):
        return Derived({})
    found = resolve(resource, resource.properties[use.property], view)
    if found.kind == "unknown":
        assert found.why is not None
        return Derived({}, tuple(Unknown((key,), found.why.reason, found.why.detail) for key in ("kind", "problem")))
    value: dict[str, Json] = {"kind": found.kind, **({"key": found.key.id} if found.key else {})}
    findings = list(_findings(resource, use, found))
    certain = next((one for one in findings if one.holds is T), None)
    if certain is not None:
        evidence = {"id": certain.id, "pointer": pointer((certain.place,) if certain.place else ())}
        return Derived({**value, "problem": {"why": certain.why, "evidence": evidence}})
    return Derived(value, tuple(_unknown(one) for one in findings if one.holds is U))


def _unknown(one: Finding) -> Unknown:
    cause = one.cause or Hidden(Reason.UNRESOLVED, f"whether {one.why}")
    return Unknown(("problem",), cause.reason, cause.detail)


def _is_foreign(resource: Resource) -> bool:
    """Whether an ARN names another account: such a resource is judged there."""
    owner = (resource.arn.split(":", 5) + [""] * 5)[4]
    return owner.isdigit() and owner != resource.account


def _findings(resource: Resource, use: Use, found: Resolved) -> Iterator[Finding]:
    if found.kind == "aws_managed":
        yield Finding(T, "the key is managed by AWS, not by the account", resource.id, use.property)
    elif found.kind == "missing":
        yield Finding(T, "no customer managed key of the account is the one it names", resource.id, use.property)
    if found.key is None:
        return
    key, properties = found.key, found.key.properties
    enabled = properties.get("Enabled", True)
    yield _compared(key, "Enabled", enabled, (True, "true"), "the key is disabled or pending deletion")
    if key.type == KEY:
        spec, usage = properties.get("KeySpec", "SYMMETRIC_DEFAULT"), properties.get("KeyUsage", "ENCRYPT_DECRYPT")
        yield _compared(key, "KeySpec", spec, ("SYMMETRIC_DEFAULT",), "the key is not symmetric")
        yield _compared(key, "KeyUsage", usage, ("ENCRYPT_DECRYPT",), "the key is not for encryption")
    yield _admission(resource, use, key)


def _compared(key: Resource, name: str, value: Json, wanted: tuple[Json, ...], why: str) -> Finding:
    if isinstance(value, HIDDEN):
        return Finding(U, why, key.id, name, Hidden(value.reason, value.detail))
    return Finding(truth(value not in wanted), why, key.id, name)


def _admission(resource: Resource, use: Use, key: Resource) -> Finding:
    unseen = Hidden(Reason.OUTSIDE if key.stand_in else Reason.UNRESOLVED, f"the key policy of {key.name} is not seen")
    document = parse(key.properties.get("KeyPolicy", unseen))
    arn, target = item(resource.arn), item(key.arn)
    assert isinstance(arn, str | Text) and isinstance(target, str | Text)
    context: dict[str, Values | None] = {
        **dict.fromkeys(_UNKNOWN),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (use.service,),
        "aws:securetransport": ("true",),
        "aws:resourceaccount": (key.account,),
        **use.sends(arn),
    }
    request = Request(Caller("service", names=(use.service,)), use.action, target, context)
    causes = [document.doubt, *(statement_doubt(one) for one in document.statements)]
    why = f"the key policy does not let {use.service} generate data keys for it"
    return Finding(~decides(document, request), why, key.id, "KeyPolicy", next(filter(None, causes), None))


FACT = Fact(
    name="crypto.kms",
    version=1,
    on=(TRAIL,),
    reads={
        TRAIL: (("KMSKeyId",),),
        KEY: (("Enabled",), ("KeySpec",), ("KeyUsage",), ("KeyPolicy",)),
        REPLICA: (("Enabled",), ("KeyPolicy",)),
        ALIAS: (("AliasName",), ("TargetKeyId",)),
    },
    compute=compute,
    joins=(KEY, REPLICA, ALIAS, REGION),
)
