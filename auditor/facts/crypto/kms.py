"""`crypto.kms` of a resource that names a KMS key: which key it is, and whether it can do what the resource wants.

Value: `{"kind", "declared", "account", "region", "key", "enabled", "spec", "usage", "origin", "role", "admits":
{service: "allowed" | "denied"}, "via", "problem": {"why", "evidence": {"id", "pointer"}}}`, unknown at each of these.
- `kind`: none (the property is absent), aws_owned, aws_managed, customer, foreign (of an account that is not seen; with
  `declared`: it leads out of a template, and is taken as given), or missing (`resolve`).
- of a key that was seen: `key` is its id or ARN, `role` single, primary or replica.
- `admits`: whether its policy lets the services of `kms_uses` make their calls. `via`: whether it lets principals of
  its account use it through the resource's service, as far as their own policies let them. Grants are not read.
- `problem`: why the resource cannot encrypt with a customer managed key by it. There is none where all is well, where
  the property is absent, and on a resource that another account owns, which is judged there.

A customer managed key works if it is enabled (Enabled is false in every other state, KeyState need not be read), is
symmetric for encryption, and its policy admits the services that the resource needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.data.kms_uses import UNDOCUMENTED, USES, Probe, Use
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.by_view import by_view
from auditor.facts.crypto.resolve import ALIAS, KEY, OTHER, REGION, REPLICA, Resolved, hidden, place_of, resolve
from auditor.facts.iam.document import Document, parse, statement_doubt
from auditor.facts.iam.logic import T, Truth, U, every, truth, unknown
from auditor.facts.iam.match import Caller, Request, decides
from auditor.facts.iam.operators import Values
from auditor.facts.iam.text import item
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, Text, pointer

TRAIL = "AWS::CloudTrail::Trail"

# The state of a key: its name in the fact, the property, and what AWS takes where it is absent.
_STATE = (
    ("spec", "KeySpec", "SYMMETRIC_DEFAULT"),
    ("usage", "KeyUsage", "ENCRYPT_DECRYPT"),
    ("origin", "Origin", "AWS_KMS"),
)

_OF_PLACE = ("declared", "account", "region")
_OF_KEY = ("key", "enabled", *(name for name, _, _ in _STATE), "role", "admits", "via")


class Finding(msgspec.Struct, frozen=True):
    """One way in which a key may not do: certain (T), or not known (U) because of `cause`."""

    holds: Truth
    why: str
    id: str
    place: str
    cause: Hidden | None = None


def compute(resource: Resource, view: View) -> Derived:
    use = USES[resource.type]
    if _is_foreign(resource):
        return Derived({})
    found = resolve(resource, resource.properties.get(use.property), view)
    if found.kind == "unknown":
        return Derived({}, tuple(unknown((part,), found.why, "") for part in ("kind", *_OF_PLACE, *_OF_KEY, "problem")))
    value: dict[str, Json] = {"kind": found.kind}
    if found.declared:
        value["declared"] = True
    if found.place[0]:
        value |= {"account": found.place[0], "region": found.place[1]}
    doubts: list[Unknown] = []
    if found.kind == "foreign":
        doubts += [unknown((part,), found.why, "the key is declared elsewhere") for part in _OF_KEY]
    answers: dict[str, Truth] = {}
    if found.key is not None:
        value["key"] = found.key.arn if found.key.type == OTHER else found.key.id
        doubts += _describe(found.key, value)
        answers = {_named(probe, resource): _admitted(resource, probe, found.key, view) for probe in use.probes}
        doubts += _publish(resource, use, found.key, answers, value, view)
    findings = list(_findings(resource, use, found, answers, view))
    certain = next((one for one in findings if one.holds is T), None)
    if certain is not None:
        evidence = {"id": certain.id, "pointer": pointer((certain.place,) if certain.place else ())}
        value["problem"] = {"why": certain.why, "evidence": evidence}
    else:
        doubts += [unknown(("problem",), one.cause, f"whether {one.why}") for one in findings if one.holds is U]
    return Derived(value, tuple(doubts))


def _is_foreign(resource: Resource) -> bool:
    """Whether an ARN names another account: such a resource is judged there."""
    owner = (resource.arn.split(":", 5) + [""] * 5)[4]
    return owner.isdigit() and owner != resource.account


# --- what is published of a key ---------------------------------------------------------------------------------


def _owner(key: Resource) -> str:
    return place_of(key, key.arn)[0][0] if key.type == OTHER else key.account


def _describe(key: Resource, value: dict[str, Json]) -> Iterator[Unknown]:
    told = {"enabled": key.properties.get("Enabled", True)}
    replicated = True if key.type == REPLICA else key.properties.get("Replica", False)
    if isinstance(replicated, HIDDEN):
        told |= dict.fromkeys((*(name for name, _, _ in _STATE), "role"), replicated)
    elif replicated:
        value["role"] = "replica"
        yield from (unknown((name,), None, "a replica tells it by its primary only") for name, _, _ in _STATE)
    else:
        told |= {name: key.properties.get(property, default) for name, property, default in _STATE}
        multiple = key.properties.get("MultiRegion", False)
        told["role"] = multiple if isinstance(multiple, HIDDEN) else "primary" if _is_on(multiple) else "single"
    for name, one in told.items():
        if isinstance(one, HIDDEN):
            yield unknown((name,), one, "")
        else:
            value[name] = _is_on(one) if name == "enabled" else one


def _is_on(value: Json) -> bool:
    return value in (True, "true")


def _publish(
    resource: Resource, use: Use, key: Resource, answers: Mapping[str, Truth], value: dict[str, Json], view: View
) -> Iterator[Unknown]:
    cause = _doubt(key, view)
    if use.probes:
        value["admits"] = {name: "allowed" if one is T else "denied" for name, one in answers.items() if one is not U}
    for name, one in answers.items():
        if one is U:
            yield unknown(("admits", name), cause, f"whether the key policy admits {name}")
    if use.via:
        through = _through(resource, use.via, key, view)
        if through is U:
            yield unknown(("via",), cause, f"whether the key policy lets principals in through {use.via}")
        else:
            value["via"] = through is T


# --- what its policy says ---------------------------------------------------------------------------------------


def _named(probe: Probe, resource: Resource) -> str:
    return probe.service.replace("{region}", str(place_of(resource, resource.arn)[0][1]))


def _admitted(resource: Resource, probe: Probe, key: Resource, view: View) -> Truth:
    service = _named(probe, resource)
    arn, account = item(resource.arn.removesuffix(":*")), item(resource.account)
    assert isinstance(arn, str | Text) and isinstance(account, str | Text)
    context: dict[str, Values | None] = {
        **dict.fromkeys((*UNDOCUMENTED, *probe.unsaid)),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:securetransport": ("true",),
        "aws:resourceaccount": (_owner(key),),
        **{name: (arn if what == "arn" else account,) for name, what in probe.sends.items()},
    }
    told = {name: values for name, values in context.items() if name not in probe.never}
    names = (service, f"{service}.cn") if resource.arn.startswith("arn:aws-cn:") else (service,)
    return _decided(Caller("service", names=names), probe.actions, key, told, view)


def _through(resource: Resource, service: str, key: Resource, view: View) -> Truth:
    """For the principals of the resource's account, who stand behind its root."""
    partition, region = (resource.arn.split(":") + [""])[1] or "aws", place_of(resource, resource.arn)[0][1]
    root = f"arn:{partition}:iam::{resource.account}:root"
    context: dict[str, Values | None] = {
        **dict.fromkeys(UNDOCUMENTED),
        "kms:viaservice": (f"{service}.{region}.amazonaws.com",) if partition == "aws" else None,
        "kms:calleraccount": (resource.account,),
        "aws:principalaccount": (resource.account,),
        "aws:principalisawsservice": ("false",),
        "aws:securetransport": ("true",),
        "aws:resourceaccount": (_owner(key),),
        "aws:viaawsservice": ("true",),
    }
    return _decided(Caller("user", resource.account, root), ("kms:GenerateDataKey", "kms:Decrypt"), key, context, view)


def _decided(
    caller: Caller, actions: tuple[str, ...], key: Resource, context: Mapping[str, Values | None], view: View
) -> Truth:
    target = item(key.arn)
    assert isinstance(target, str | Text)
    document = _document(view, key.id)
    return every(decides(document, Request(caller, action, target, context)) for action in actions)


@by_view
def _document(view: View, id: str) -> Document:
    key = _by_id(view)[id]
    unseen = Hidden(Reason.OUTSIDE if key.stand_in else Reason.UNRESOLVED, f"the key policy of {key.name} is not seen")
    return parse(key.properties.get("KeyPolicy", unseen))


@by_view
def _by_id(view: View) -> Mapping[str, Resource]:
    return {key.id: key for type in (KEY, REPLICA, OTHER) for key in view.related(type)}


def _doubt(key: Resource, view: View) -> Hidden | None:
    document = _document(view, key.id)
    causes = [document.doubt, *(statement_doubt(one) for one in document.statements)]
    return next(filter(None, causes), None)


# --- what is wrong ----------------------------------------------------------------------------------------------


def _findings(
    resource: Resource, use: Use, found: Resolved, answers: Mapping[str, Truth], view: View
) -> Iterator[Finding]:
    at = (resource.id, use.property)
    if found.kind == "aws_managed":
        yield Finding(T, "the key is managed by AWS, not by the account", *at)
    elif found.kind == "aws_owned":
        yield Finding(T, "the key is AWS's own", *at)
    elif found.kind == "missing":
        yield Finding(T, "no customer managed key of the account is the one it names", *at)
    elif found.kind == "foreign" and not found.declared:
        yield Finding(U, "the key of another account can be used", *at, found.why)
    if found.key is None:
        return
    key, properties = found.key, found.key.properties
    yield _compared(key, "Enabled", properties.get("Enabled", True), (True, "true"), "is disabled or pending deletion")
    spec, usage = properties.get("KeySpec", "SYMMETRIC_DEFAULT"), properties.get("KeyUsage", "ENCRYPT_DECRYPT")
    yield _compared(key, "KeySpec", spec, ("SYMMETRIC_DEFAULT",), "is not symmetric")
    yield _compared(key, "KeyUsage", usage, ("ENCRYPT_DECRYPT",), "is not for encryption")
    for probe in use.probes:
        if probe.needed:
            service = _named(probe, resource)
            why = f"the key policy does not let {service} {probe.why}"
            yield Finding(~answers[service], why, key.id, "KeyPolicy", _doubt(key, view))


def _compared(key: Resource, name: str, value: Json, wanted: tuple[Json, ...], why: str) -> Finding:
    if isinstance(value, HIDDEN):
        return Finding(U, f"the key {why}", key.id, name, hidden(value))
    return Finding(truth(value not in wanted), f"the key {why}", key.id, name)


FACT = Fact(
    name="crypto.kms",
    version=2,
    on=tuple(USES),
    reads={
        **{type: ((use.property,),) for type, use in USES.items()},
        KEY: (("Enabled",), ("KeySpec",), ("KeyUsage",), ("Origin",), ("MultiRegion",), ("KeyPolicy",)),
        REPLICA: (("Enabled",), ("KeyPolicy",)),
        ALIAS: (("AliasName",), ("TargetKeyId",)),
        OTHER: tuple(
            (name,)
            for name in (
                *("Reference", "State", "Replica", "Enabled", "KeySpec", "KeyUsage", "Origin", "MultiRegion"),
                "KeyPolicy",
            )
        ),
    },
    compute=compute,
    joins=(KEY, REPLICA, ALIAS, REGION, OTHER),
)
