"""`iam.full_admin`: documents that allow every action on every resource, and AdministratorAccess.

Value: `{"grants": [{"via": "document" | "inline" | "managed", "evidence": {"id", "pointer"}, "reason": text}]}`;
the list holds what is certain, and what may join it is unknown at `("grants",)`.

A document grants full administration if, whatever its Deny statements and conditions say, among its Allow statements
that reach every resource
- one is `NotAction` and leaves an action of IAM in (it can then give itself the rest), or
- one, or several together, cover every action of every service prefix (`cover.covered`). Globs are read over the
  whole text, so `?*` and `a*` count although AWS wants a colon.
`Resource` reaches every resource if one pattern is made of wildcards only, after `arn` and a partition if it has them.
`NotResource` does if it leaves in users, roles and policies of IAM: every one whose name it does not say.
Security Hub IAM.1, CIS AWS Foundations 2.14 (7.0): the statement counts, not the effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from auditor.data.iam_services import IAM_ACTIONS, SERVICES
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.cover import Patterns, covered, glob, narrow, wide
from auditor.facts.iam.document import Document, Statement, Terms, cause, parse
from auditor.facts.iam.globs import EACH, matches
from auditor.facts.iam.logic import F, T, Truth, U, between, every, some, truth, unknown
from auditor.facts.iam.text import blurred, item, shaped
from auditor.model import Hidden, Json, Path, Reason, Resource, Text, pointer

_ONLY_WILDCARDS = re.compile(r"(?:arn:(?:aws[a-z-]*:)?)?[*?:/]*\*[*?:/]*")
_ADMINISTRATOR = "arn:*:iam::aws:policy/AdministratorAccess"
_AWS_OWNED = re.compile(r"arn:[^:]*:iam::aws:policy/.*")


def _of_managed_policy(resource: Resource, view: View) -> Derived:
    arn = item(resource.properties.get("PolicyArn", ""))
    if isinstance(arn, str) and _AWS_OWNED.fullmatch(arn):
        return Derived({"grants": []})
    if "PolicyDocument" not in resource.properties:
        return _derived([], [_unseen(resource)])
    grants, doubt = _document(resource, ("PolicyDocument",), resource.properties["PolicyDocument"], "document")
    if grants and isinstance(arn, Hidden):
        return _derived([], [arn])  # it may be AWS's
    return _derived(grants, [doubt])


def _of_principal(resource: Resource, view: View) -> Derived:
    grants: list[Json] = []
    doubts = [_unseen(resource) if resource.stand_in else None]
    for path, policy in _elements(resource, "Policies"):
        if isinstance(policy, Mapping) and "PolicyDocument" in policy:
            found, doubt = _document(resource, (*path, "PolicyDocument"), policy["PolicyDocument"], "inline")
            grants += found
            doubts.append(doubt)
        else:
            doubts.append(_hidden(policy, "malformed: an inline policy without a document"))
    for path, arn in _elements(resource, "ManagedPolicyArns"):
        known = item(arn)
        if known is None:
            doubts.append(_hidden(arn, "malformed: no policy ARN"))
            continue
        is_administrator = _is_administrator(known)
        if is_administrator is T:
            grants.append(_grant(resource, path, "managed", "AdministratorAccess is attached"))
        elif is_administrator is U:
            doubts.append(cause([known]))
    return _derived(grants, doubts)


def _is_administrator(arn: str | Text | Hidden) -> Truth:
    return U if isinstance(arn, Hidden) else matches(_ADMINISTRATOR, arn)


def _elements(resource: Resource, name: str) -> Iterator[tuple[Path, Json]]:
    listed = resource.properties.get(name, ())
    if isinstance(listed, list | tuple):
        for index, one in enumerate(listed):
            yield (name, index), one
    else:
        yield (name,), listed


def _document(resource: Resource, path: Path, tree: Json, via: str) -> tuple[list[Json], Hidden | None]:
    """The certain grants of one document, and why there may be more."""
    document = parse(tree)
    reaching = [(one, _reaches_all(one, document, resource.account)) for one in document.statements]
    found = [
        _grant(resource, (*path, *statement.path), via, reason)
        for statement, reason in _certain([one for one, reach in reaching if reach is T and _stands(one)])
    ]
    return found, document.doubt or _doubt([one for one, reach in reaching if reach is not F], bool(found))


def _stands(statement: Statement) -> bool:
    return statement.effect == "Allow" and statement.doubt is None


def _certain(statements: list[Statement]) -> Iterator[tuple[Statement, str]]:
    """The statements that certainly grant alone, else the first of those that do so together."""
    alone = [one for one in statements if _allows_all(one, narrow) is T]
    for one in alone:
        exceptions = " but those it names" if one.actions.negated else ""
        yield one, f"it allows every action{exceptions} on every resource"
    together = tuple(narrow(one.actions) for one in statements)
    if not alone and len(together) > 1 and covered(SERVICES, together) is T:
        yield statements[0], f"{len(together)} statements together allow every action on every resource"


def _doubt(statements: list[Statement], found: bool) -> Hidden | None:
    """Why one more of these statements, which may reach every resource, may grant."""
    possible = [one for one in statements if one.effect != "Deny"]
    for one in possible:
        if _allows_all(one, wide) is not F and not (_stands(one) and _allows_all(one, narrow) is T and found):
            return _cause(one) or _unsettled("which actions and resources the statements leave out")
    together = tuple(wide(one.actions) for one in possible)
    if not found and len(together) > 1 and covered(SERVICES, together) is not F:
        return next(filter(None, map(_cause, possible)), None) or _unsettled(
            "which actions and resources the statements leave out"
        )
    return None


def _cause(statement: Statement) -> Hidden | None:
    resources = statement.resources.items if statement.resources else ()
    return statement.doubt or cause(statement.actions.items) or cause(resources)


def _allows_all(statement: Statement, patterns: Callable[[Terms], Patterns]) -> Truth:
    negated, globs = patterns(statement.actions)
    if not negated:
        return covered(SERVICES, ((negated, globs),))
    excluded = [glob(pattern) for pattern in globs]
    return truth(any(not any(one.run("iam:" + name) & one.end for one in excluded) for name in IAM_ACTIONS))


def _reaches_all(statement: Statement, document: Document, account: str) -> Truth:
    if statement.resources is None:
        return U  # an identity policy without Resource is malformed
    items = [blurred(one) if document.variables else one for one in statement.resources.items]
    if statement.resources.negated:
        things = (item(f"arn:aws:iam::{account}:{kind}/{EACH}") for kind in ("user", "role", "policy"))
        return every(
            ~some(matches(pattern, thing) for pattern in items) for thing in things if isinstance(thing, str | Text)
        )
    return some(_is_everything(one) for one in items)


def _is_everything(pattern: str | Text | Hidden) -> Truth:
    if isinstance(pattern, str):
        return truth(_ONLY_WILDCARDS.fullmatch(pattern) is not None)
    return between(False, isinstance(pattern, Hidden) or _ONLY_WILDCARDS.fullmatch(shaped(pattern, "*")) is not None)


def _grant(resource: Resource, path: Path, via: str, reason: str) -> Json:
    return {"via": via, "evidence": {"id": resource.id, "pointer": pointer(path)}, "reason": reason}


def _unseen(resource: Resource) -> Hidden:
    reason = Reason.OUTSIDE if resource.stand_in else Reason.UNRESOLVED
    return Hidden(
        reason, f"the policies of {resource.name} are declared elsewhere" if resource.stand_in else "no document"
    )


def _hidden(value: Json, otherwise: str) -> Hidden:
    known = item(value)
    return cause([known]) or _unsettled(otherwise) if known is not None else _unsettled(otherwise)


def _unsettled(what: str) -> Hidden:
    return Hidden(Reason.UNRESOLVED, what)


def _derived(grants: list[Json], doubts: list[Hidden | None]) -> Derived:
    reasons = [doubt for doubt in doubts if doubt]
    unknowns: tuple[Unknown, ...] = tuple(unknown(("grants",), doubt, "") for doubt in dict.fromkeys(reasons))
    return Derived({"grants": grants}, unknowns)


_PRINCIPAL: tuple[Path, ...] = (("Policies", "*", "PolicyDocument"), ("ManagedPolicyArns", "*"))


def _compute(resource: Resource, view: View) -> Derived:
    if resource.type == "AWS::IAM::ManagedPolicy":
        return _of_managed_policy(resource, view)
    return _of_principal(resource, view)


FULL_ADMIN = Fact(
    name="iam.full_admin",
    version=1,
    on=("AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group"),
    reads={
        "AWS::IAM::ManagedPolicy": (("PolicyDocument",), ("PolicyArn",)),
        "AWS::IAM::User": _PRINCIPAL,
        "AWS::IAM::Role": _PRINCIPAL,
        "AWS::IAM::Group": _PRINCIPAL,
    },
    compute=_compute,
)
