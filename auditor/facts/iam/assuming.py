"""Who may take a role: what its trust policy says of one caller, of every principal of its account, of a service."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from auditor.facts.iam.document import Document, Element, Statement
from auditor.facts.iam.effective import Entry, State, exists
from auditor.facts.iam.logic import F, Truth, U
from auditor.facts.iam.match import Caller, acts, names
from auditor.facts.iam.operators import Values
from auditor.model import Hidden

ASSUME = "sts:AssumeRole"
_ROOT = re.compile(r"\d{12}|arn:[^:]*:iam::[^:]*:root")
_SOURCES: Mapping[str, Values | None] = dict.fromkeys(
    ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
)


def way(element: Element) -> str:
    """How an element lets its callers in: everyone, the account's own policies decide, named, or any of these."""
    if element.kind == "*":
        return "everyone"
    if element.kind in ("Service", "Federated"):
        return "service"
    if isinstance(element.value, Hidden) or element.kind == "?":
        return "unseen"
    return (
        "account" if _ROOT.fullmatch(str(element.value)) or "⟨AWS::AccountId⟩:root" in str(element.value) else "named"
    )


def trusts(document: Document, caller: Caller, state: State, through: str) -> Truth:
    """Whether the trust lets the caller in by its elements of one way."""
    entries = []
    for one in document.statements:
        chosen = one if one.effect == "Deny" else _only(one, through)
        if chosen is None:
            continue
        sure = min(names(chosen.principals, caller, one.effect), acts(one.actions, ASSUME))
        if one.effect is None or one.doubt:
            sure = min(sure, U)
        if sure is not F:
            entries.append((Entry(one, document.variables, sure), sure))
    found = exists([entries], state, ASSUME, {})
    return U if document.doubt is not None else found


def _only(statement: Statement, through: str) -> Statement | None:
    principals = statement.principals
    if principals is None or principals.negated:
        return statement if principals is not None and through == "everyone" else None
    elements = tuple(one for one in principals.elements if way(one) in (through, "unseen"))
    if not elements:
        return None
    return msgspec.structs.replace(statement, principals=msgspec.structs.replace(principals, elements=elements))


def trusts_service(document: Document, service: str, account: str) -> Truth:
    """Whether a service may take the role for a resource of the account. What pins the resource is not decided."""
    caller = Caller("service", account, names=(service,))
    return trusts(document, caller, State((), (), _SOURCES, account), "service")
