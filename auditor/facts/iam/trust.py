"""`iam.trust` of a role: which federated trusts do not pin who may sign in.

Value: `{"federation": {"unpinned": [{"evidence", "issuer", "claim", "why"}], "no_audience": [...]}}`, evidence
`{"id", "pointer"}` of the principal element.
- `unpinned`: the Allow statements for a web identity or SAML provider of many tenants or workloads
  (`data/oidc_issuers`) in which no positive condition fixes the claim that tells them apart: for every one of its
  values, the text before the first wildcard must hold the whole name with its terminator (`repo:acme/*` fixes no
  repository, `repo:acme*` not even an owner). IfExists and ForAllValues do not count. Cognito needs `amr`
  authenticated too, SAML needs `SAML:aud`.
- `no_audience`: such statements without a condition on `aud` whose provider keeps no list of client ids.
What is not certain is unknown at its list. A Deny beside a statement does not excuse it.
IAM User Guide, id_roles_create_for-idp_oidc and id_roles_providers_oidc_secure-by-default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from auditor.data.oidc_issuers import GITHUB_OWNER, GITHUB_REPOSITORY, ISSUERS, Issuer
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.document import Condition, Document, Element, Statement, cause, parse, statement_doubt
from auditor.facts.iam.globs import equals, is_match
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth, unknown
from auditor.facts.iam.match import acts
from auditor.facts.iam.text import Item, item, shaped
from auditor.model import Hidden, Json, Reason, Resource, Text, pointer

_PROVIDER = "AWS::IAM::OIDCProvider"
_OIDC = re.compile(r"arn:[^:]*:iam::[^:]*:oidc-provider/(.+)", re.DOTALL)
_SAML = re.compile(r"arn:[^:]*:iam::[^:]*:saml-provider/.*", re.DOTALL)
_POSITIVE = frozenset(("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"))
_UNSEEN = "\0"
_CUT = re.compile(r"[*?\0]|\$\{")
_GITHUB = "token.actions.githubusercontent.com"


class Finding(msgspec.Struct, frozen=True):
    """What one principal element leaves open. `open` T: certainly."""

    name: str
    open: Truth
    element: Element
    issuer: str
    claim: str
    why: str
    cause: Hidden | None = None


def _compute(resource: Resource, view: View) -> Derived:
    if "AssumeRolePolicyDocument" in resource.properties:
        document = parse(resource.properties["AssumeRolePolicyDocument"])
    else:
        reason = Reason.OUTSIDE if resource.stand_in else Reason.UNRESOLVED
        document = Document(doubt=Hidden(reason, f"the trust policy of {resource.name} is not seen"))
    found = [one for statement in document.statements for one in _judge(statement, document.variables, view)]
    lists = {name: [one for one in found if one.name == name] for name in ("unpinned", "no_audience")}
    unknowns: list[Unknown] = []
    for name, some_of in lists.items():
        doubts = [(one.cause, one.why) for one in some_of if one.open is U]
        doubts += [(document.doubt, "")] if document.doubt else []
        unknowns += [unknown(("federation", name), *one) for one in doubts]
    certain = {name: [_shown(one, resource) for one in some_of if one.open is T] for name, some_of in lists.items()}
    return Derived({"federation": certain}, tuple(dict.fromkeys(unknowns)))


def _shown(finding: Finding, resource: Resource) -> Json:
    place = pointer(("AssumeRolePolicyDocument", *finding.element.path))
    return {
        "evidence": {"id": resource.id, "pointer": place},
        "issuer": finding.issuer,
        "claim": finding.claim,
        "why": finding.why,
    }


def _judge(statement: Statement, variables: bool, view: View) -> Iterable[Finding]:
    if statement.effect == "Deny" or statement.principals is None or statement.principals.negated:
        return
    for element in statement.principals.elements:
        if element.kind in ("Federated", "?"):
            for found in _element(element, statement, view):
                sure = T if statement.effect == "Allow" and statement.doubt is None else U
                sure = min(sure, some(acts(statement.actions, call) for call in _calls(found)))
                if min(sure, found.open) is not F:
                    doubt = found.cause or statement_doubt(statement)
                    yield msgspec.structs.replace(found, open=min(sure, found.open), cause=doubt)


def _calls(finding: Finding) -> tuple[str, ...]:
    """What its callers call; either, where the issuer was not seen."""
    saml, web = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
    return (saml, web) if not finding.issuer else (saml,) if finding.issuer == "SAML" else (web,)


def _element(element: Element, statement: Statement, view: View) -> Iterable[Finding]:
    text = element.value if isinstance(element.value, Hidden) else shaped(element.value, _UNSEEN)
    provider = _provider(element.value, view)
    issuer = _issuer(text, provider)
    if issuer is None:
        doubt = cause([element.value])
        yield Finding("unpinned", U, element, "", "", "the identity provider is not known", doubt)
        yield Finding("no_audience", U, element, "", "aud", "the identity provider is not known", doubt)
        return
    if issuer == "SAML":
        pinned, why = _pinned(statement.conditions, "saml", ("aud",), ())
        yield Finding("unpinned", ~pinned, element, issuer, "SAML:aud", why or "no condition on SAML:aud")
        return
    row = next((one for one in ISSUERS if is_match(one.issuer, issuer)), None)
    if row is None:
        return
    pinned, why = _claims_pinned(statement.conditions, issuer, row)
    yield Finding("unpinned", ~pinned, element, issuer, row.claims[0], why)
    if isinstance(text, str) and _OIDC.fullmatch(text) or provider is not None:
        yield Finding("no_audience", ~_has_audience(statement, issuer, provider), element, issuer, "aud", "no audience")


def _issuer(text: str | Hidden, provider: Resource | None) -> str | None:
    """The host and path of an OIDC issuer, `SAML`, or None where it was not seen."""
    if provider is not None:
        url = item(provider.properties.get("Url"))
        return re.sub(r"^https?://", "", url).rstrip("/") if isinstance(url, str) else None
    if isinstance(text, Hidden):
        return None
    if _SAML.fullmatch(text):
        return "SAML"
    match = _OIDC.fullmatch(text)
    host = match[1] if match else text
    return None if _UNSEEN in host or host == "x" or host.startswith("arn:aws:x:") else host


def _provider(value: Item, view: View) -> Resource | None:
    """The identity provider of the snapshot that an element names."""
    if isinstance(value, Hidden):
        return None
    for one in view.related(_PROVIDER):
        for identity in (item(one.arn), item(one.name)):
            if isinstance(identity, str | Text) and equals(value, identity) is T:
                return one
    return None


def _claims_pinned(conditions: Sequence[Condition], issuer: str, row: Issuer) -> tuple[Truth, str]:
    """Whether a claim that tells callers apart is fixed far enough, and if not, what is missing."""
    each = [_pinned(conditions, issuer, (claim,), row.grammar) for claim in row.claims]
    if issuer == _GITHUB:
        each += [_pinned(conditions, issuer, (claim,), ()) for claim in sorted(GITHUB_REPOSITORY)]
    result = some(pinned for pinned, _ in each)
    why = next((why for pinned, why in each if pinned is not T and why), "")
    if not why:
        names = " and ".join(row.names)
        why = f"no condition on {' or '.join(row.claims)} fixes the {names}"
        if issuer == _GITHUB and some(_pinned(conditions, issuer, (one,), ())[0] for one in GITHUB_OWNER) is T:
            why = "the owner is fixed, but not the repository"
    if issuer == "cognito-identity.amazonaws.com" and result is not F:
        guests, guests_why = _authenticated(conditions)
        return every((result, guests)), guests_why if result is T else why
    return result, why


def _authenticated(conditions: Sequence[Condition]) -> tuple[Truth, str]:
    """Whether Cognito's guests are kept out: `amr` holds `authenticated` for everyone else."""
    about = [one for one in conditions if one.key.endswith(":amr")]
    values = [
        every(equals(value, "authenticated") for value in one.values)
        for one in about
        if one.operator in ("StringEquals", "StringLike") and not one.if_exists and one.quantifier != "ForAllValues"
    ]
    unseen = [U for one in conditions if not one.operator]
    return some((*values, *unseen)), "amr does not demand authenticated"


def _pinned(
    conditions: Sequence[Condition], issuer: str, claims: tuple[str, ...], grammar: tuple[str, ...]
) -> tuple[Truth, str]:
    """Whether a positive condition on one of the claims fixes what the grammar names; else why a condition does not."""
    result, why = F, ""
    for one in conditions:
        if not one.operator:
            result = max(result, U)
            continue
        prefix, _, claim = one.key.rpartition(":")
        if claim not in claims or one.operator not in _POSITIVE or (prefix != issuer.lower() and "⟨" not in prefix):
            continue
        if one.if_exists or one.quantifier == "ForAllValues":
            why = f"{claim} is compared with {'IfExists' if one.if_exists else 'ForAllValues'}"
            continue
        fixed = [_fixed(value, one.operator, grammar) for value in one.values]
        result = max(result, every(fixed) if fixed else U)
        if fixed and every(fixed) is not T:
            value = one.values[fixed.index(every(fixed))]
            why = f"{claim} {'is not seen' if isinstance(value, Hidden) else f'{value} is not fixed far enough'}"
    return result, why


def _fixed(value: Item, operator: str, grammar: tuple[str, ...]) -> Truth:
    """Whether the text before the first wildcard holds every name of the grammar with its terminator."""
    if isinstance(value, Hidden):
        return U
    text = shaped(value, _UNSEEN)
    if operator.startswith("StringEquals"):
        text = re.sub(r"[*?]", "x", text)
    cut = _CUT.search(text)
    known, is_whole = (text[: cut.start()], False) if cut else (text, True)
    doubt = U if cut and cut[0] == _UNSEEN else F
    if not grammar:
        return T if is_whole and text else doubt
    first, *terminators = grammar
    if not known.startswith(first):
        return doubt if first.startswith(known) else F
    rest = known[len(first) :]
    for index, terminator in enumerate(terminators):
        name, found, after = rest.partition(terminator) if terminator else (rest, "", "")
        is_last = index == len(terminators) - 1
        if not name or not (found or (is_whole and is_last)):
            return doubt
        rest = after
    return T


def _has_audience(statement: Statement, issuer: str, provider: Resource | None) -> Truth:
    """Whether `aud` is compared, or the provider lists the clients that it is for."""
    compared = some(
        U if not one.operator else truth(one.key == f"{issuer.lower()}:aud" and one.operator in _POSITIVE)
        for one in statement.conditions
    )
    if compared is T:
        return T
    if provider is None:
        return U
    listed = provider.properties.get("ClientIdList", ())
    if isinstance(listed, Hidden | Text):
        return U
    clients = [U if isinstance(item(one), Hidden) else T for one in listed] if isinstance(listed, list | tuple) else []
    return some((compared, *clients))


TRUST = Fact(
    name="iam.trust",
    version=1,
    on=("AWS::IAM::Role",),
    reads={
        "AWS::IAM::Role": (("AssumeRolePolicyDocument",),),
        _PROVIDER: (("Arn",), ("Url",), ("ClientIdList",)),
    },
    compute=_compute,
    joins=(_PROVIDER,),
)
