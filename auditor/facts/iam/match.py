"""Whether a statement applies to a request, and what a document then decides, in three values.

IAM User Guide, reference_policies_evaluation-logic and reference_policies_elements_{action,resource,principal}.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from auditor.facts.iam.cover import narrow, wide
from auditor.facts.iam.document import Document, Element, Principals, Statement, Terms, cause
from auditor.facts.iam.globs import equals, is_match, matches
from auditor.facts.iam.logic import F, T, Truth, U, between, every, some
from auditor.facts.iam.operators import Context, holds
from auditor.facts.iam.text import Item, blurred, expand
from auditor.model import Hidden, Text

_ACCOUNT = re.compile(r"\d{12}")


class Caller(msgspec.Struct, frozen=True):
    """Who calls. `arn`: of the user or role; `session`: the ARN of an assumed-role or federated session.

    `names`: of a service principal, or the provider that a federated caller signed in with.
    `canonical`: the canonical id of the account, None where it is not known.
    """

    kind: Literal["anonymous", "user", "role", "service", "federated"]
    account: str = ""
    arn: str = ""
    session: str = ""
    names: tuple[str, ...] = ()
    canonical: str | None = None


class Request(msgspec.Struct, frozen=True):
    """`resource` None: the very resource that carries the policy."""

    caller: Caller
    action: str
    resource: str | Text | None
    context: Context


def decides(document: Document, request: Request) -> Truth:
    """Whether the document alone lets the request pass: an Allow applies and no Deny does.

    Where statements may be missing, one may be an Allow and one a Deny: only a Deny that is seen is certain then.
    """
    unseen = F if document.doubt is None else U
    about = [(one.effect, applies(one, request, document.variables)) for one in document.statements]
    allowed = some((unseen, *(value for effect, value in about if effect != "Deny")))
    denied = some((unseen, *(value for effect, value in about if effect != "Allow")))
    return every((allowed, ~denied))


def applies(statement: Statement, request: Request, variables: bool) -> Truth:
    result = every(
        (
            acts(statement.actions, request.action),
            U if statement.effect is None or statement.doubt else T,
            names(statement.principals, request.caller, statement.effect),
            reaches(statement.resources, request.resource, request.context, variables),
        )
    )
    if result is F:
        return F
    return min(result, every(holds(one, request.context, variables) for one in statement.conditions))


def acts(actions: Terms, action: str) -> Truth:
    """Whether `Action` names an action; `NotAction` is the complement over all actions, future ones too."""
    return between(_acts(narrow(actions), action.lower()), _acts(wide(actions), action.lower()))


def _acts(patterns: tuple[bool, tuple[str, ...]], action: str) -> bool:
    negated, globs = patterns
    # a pattern without a colon is no action; AWS refuses it
    named = any(is_match(one, action) for one in globs if ":" in one or not one.strip("*"))
    return named is not negated


def reaches(resources: Terms | None, resource: str | Text | None, context: Context, variables: bool) -> Truth:
    """Whether `Resource` names the resource. Without it, or without a resource to name, the policy's own is meant."""
    if resources is None or resource is None:
        return T
    found = some(_names_resource(one, resource, context, variables, resources.negated) for one in resources.items)
    return ~found if resources.negated else found


def _names_resource(pattern: Item, resource: str | Text, context: Context, variables: bool, negated: bool) -> Truth:
    if not variables:
        return matches(pattern, resource, segments=True)
    if any(value is None or len(value) > 1 for value in context.values()):
        known: Item | None = blurred(pattern)
    else:
        known = expand(pattern, lambda key: str(found[0]) if (found := context.get(key)) else None)
    if known is None:  # a variable without value
        return U if negated else F
    return matches(known, resource, segments=True)


def is_everyone(element: Element) -> Truth:
    """`"*"` and `{"AWS": "*"}`; an ARN with a wildcard names nobody."""
    if element.kind == "*":
        return T
    if element.kind not in ("AWS", "?") or isinstance(element.value, str):
        return F
    return equals(element.value, "*") if isinstance(element.value, Hidden) else equals("*", element.value)


def unseen_principal(principals: Principals | None) -> Hidden | None:
    """Why it is not known whether everyone is a principal."""
    elements = principals.elements if principals else ()
    return cause(element.value for element in elements if is_everyone(element) is U)


def names(principals: Principals | None, caller: Caller, effect: str | None = "Allow") -> Truth:
    """Whether a statement of a resource policy is about this caller. Without `Principal` it is about nobody."""
    if principals is None:
        return F
    account = some(_names_account(one, caller) for one in principals.elements)
    identity = some(_names_identity(one, caller) for one in principals.elements)
    if not principals.negated:
        return some((account, identity))
    everyone = some(is_everyone(one) for one in principals.elements)
    if effect == "Allow" or caller.kind not in ("user", "role"):
        return ~some((everyone, account, identity))
    # Deny: AWS looks for the account and for the identity; what one of them alone does is not settled
    partly = U if account is not identity or account is U else ~account
    return every((~everyone, partly))


def _names_account(element: Element, caller: Caller) -> Truth:
    everyone = is_everyone(element)
    if everyone is not F or caller.kind in ("anonymous", "service"):
        return everyone
    if element.kind == "CanonicalUser":
        return U if caller.canonical is None else equals(element.value, caller.canonical)
    if element.kind != "AWS":
        return U if element.kind == "?" else F
    root = f"arn:aws:iam::{caller.account}:root"
    return some(equals(element.value, one) for one in (caller.account, root))


def _names_identity(element: Element, caller: Caller) -> Truth:
    everyone = is_everyone(element)
    if everyone is not F:
        return everyone
    if element.kind == "Service":
        return some(equals(element.value, one) for one in caller.names) if caller.kind == "service" else F
    if element.kind == "Federated":
        return some(equals(element.value, one) for one in caller.names) if caller.kind == "federated" else F
    if element.kind != "AWS" or caller.kind in ("anonymous", "service"):
        return F
    if isinstance(element.value, str) and _ACCOUNT.fullmatch(element.value):
        return F
    return some(equals(element.value, one) for one in (caller.arn, caller.session) if one)
