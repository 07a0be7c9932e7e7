"""`iam.public`: whether a resource policy lets in strangers. One row of `data/iam_resource_policies` per type.

Value: `{"statements": {"public": [{"evidence", "why", "witness"}]}, "bpa": {"public", "statements"}, "semantic": ...}`
with evidence `{"id", "pointer"}`.
- `statements.public`: the Allow statements for everyone (`*`, or NotPrincipal) whose caller no condition fixes
  (`fixed`). A Deny beside them does not excuse them. `witness` is a request that the statement lets in.
- `bpa`: S3's own definition, which RestrictPublicBuckets goes by: every value fixed without wildcard, IfExists and
  ForAllValues never, Deny and actions ignored.
- `semantic`: whether a stranger gets in after every Deny (`strangers`).
What is not certain is left out, and unknown at its path.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.data.iam_resource_policies import OPEN_PROVIDERS, RESOURCE_POLICIES, ResourcePolicy
from auditor.facts.base import Derived, Fact, View
from auditor.facts.iam.carried import target_values
from auditor.facts.iam.cover import glob, narrow, wide
from auditor.facts.iam.document import (
    Condition,
    Document,
    Element,
    Principals,
    Statement,
    Terms,
    cause,
    parse,
)
from auditor.facts.iam.fixed import Demand, fixes
from auditor.facts.iam.globs import is_match
from auditor.facts.iam.guarded import localized, things
from auditor.facts.iam.logic import F, T, Truth, U, between, every, some, truth, unknown
from auditor.facts.iam.match import is_everyone, unseen_principal
from auditor.facts.iam.strangers import Entry, entry
from auditor.model import Hidden, Json, Reason, Resource, pointer

_ROWS = {row.type: row for row in RESOURCE_POLICIES}
_UNSIGNED = {"+": T, "-": F, "?": U}


class Judged(msgspec.Struct, frozen=True):
    """One statement: whether it is public, and why."""

    statement: Statement
    public: Truth
    why: str
    cause: Hidden | None = None


def _compute(resource: Resource, view: View) -> Derived:
    row = _ROWS[resource.type]
    if row.document in resource.properties:
        document = parse(resource.properties[row.document])
    elif resource.stand_in:
        document = Document(doubt=Hidden(Reason.OUTSIDE, f"the policy of {resource.name} is declared elsewhere"))
    else:
        document = Document()  # no policy: only the account's own principals
    judged = [_judge(one, row, document) for one in document.statements]
    strict = [_judge_strictly(one, row, document) for one in document.statements]
    guarded = things(resource, row)
    target = target_values(resource.account, resource.region)
    semantic = entry(localized(document, guarded), guarded, _UNSIGNED[row.unsigned], target)
    return _derived(judged, strict, semantic, document, resource, row)


def _derived(
    judged: Sequence[Judged],
    strict: Sequence[Judged],
    semantic: Entry,
    document: Document,
    resource: Resource,
    row: ResourcePolicy,
) -> Derived:
    value: dict[str, Json] = {"statements": {"public": _listed(judged, resource, row)}}
    unknowns = [unknown(("statements", "public"), *one) for one in _doubts(judged, document)]
    open_ones = [_evidence(one.statement, resource, row) for one in strict if one.public is T]
    doubts = _doubts(strict, document)
    value["bpa"] = {"statements": open_ones} if doubts and not open_ones else _answer(bool(open_ones), open_ones)
    unknowns += [unknown(("bpa", "statements"), *one) for one in doubts]
    unknowns += [unknown(("bpa", "public"), *one) for one in doubts if not open_ones]
    if semantic.open is U:
        unknowns.append(unknown(("semantic",), semantic.cause, semantic.why))
    else:
        value["semantic"] = _answer(
            semantic.open is T, [_evidence(one, resource, row) for one in semantic.statements], semantic.witness
        )
    return Derived(value, tuple(dict.fromkeys(unknowns)))


def _answer(public: bool, statements: list[Json], witness: Json = None) -> Json:
    return {"public": public, "statements": statements, **({"witness": witness} if witness else {})}


def _evidence(statement: Statement, resource: Resource, row: ResourcePolicy) -> Json:
    return {"id": resource.id, "pointer": pointer((row.document, *statement.path))}


def _listed(judged: Sequence[Judged], resource: Resource, row: ResourcePolicy) -> list[Json]:
    return [
        {"evidence": _evidence(one.statement, resource, row), "why": one.why, "witness": _witness(one.statement, row)}
        for one in judged
        if one.public is T
    ]


def _doubts(judged: Sequence[Judged], document: Document) -> list[tuple[Hidden | None, str]]:
    found: list[tuple[Hidden | None, str]] = [(one.cause, one.why) for one in judged if one.public is U]
    return [*found, (document.doubt, "")] if document.doubt else found


def _witness(statement: Statement, row: ResourcePolicy) -> Json:
    patterns = () if statement.actions.negated else statement.actions.items
    action = next((str(one) for one in patterns), f"{row.service}:*")
    return {"caller": "anonymous" if row.unsigned == "+" else "another account", "action": action}


def _judge(statement: Statement, row: ResourcePolicy, document: Document) -> Judged:
    demand = Demand(row.strict, _UNSIGNED[row.unsigned], document.variables)
    fixed = [fixes(one, demand) for one in statement.conditions]
    public = every(
        (_allows(statement), _everyone(statement.principals), _acts(statement, row), ~some(t for t, _ in fixed))
    )
    return Judged(statement, public, _why(statement, fixed), _cause(statement, demand))


def _cause(statement: Statement, demand: Demand) -> Hidden | None:
    """What was not seen, where that decides."""
    undecided = (one for one in statement.conditions if fixes(one, demand)[0] is U)
    return (
        statement.doubt
        or unseen_principal(statement.principals)
        or cause(value for one in undecided for value in one.values)
        or cause(statement.actions.items)
    )


def _judge_strictly(statement: Statement, row: ResourcePolicy, document: Document) -> Judged:
    demand = Demand(True, T, document.variables)
    fixed = [fixes(one, demand) for one in statement.conditions if not _is_lenient(one)]
    everyone = _everyone(statement.principals)
    if statement.principals and not statement.principals.negated:
        everyone = some((everyone, *(_is_open_provider(one) for one in statement.principals.elements)))
    public = every((_allows(statement), everyone, ~some(t for t, _ in fixed)))
    return Judged(statement, public, _why(statement, fixed), _cause(statement, demand))


def _is_lenient(condition: Condition) -> bool:
    return condition.if_exists or condition.quantifier == "ForAllValues"


def _is_open_provider(element: Element) -> Truth:
    return truth(element.kind == "Federated" and element.value in OPEN_PROVIDERS)


def _allows(statement: Statement) -> Truth:
    if statement.effect == "Deny":
        return F
    return U if statement.effect is None or statement.doubt else T


def _everyone(principals: Principals | None) -> Truth:
    """Whether strangers are among the principals. Without any, a resource policy statement matches nobody."""
    if principals is None:
        return F
    named = some(is_everyone(element) for element in principals.elements)
    return ~named if principals.negated else named


def _acts(statement: Statement, row: ResourcePolicy) -> Truth:
    """Whether the statement is about an action of the service at all."""
    return between(_reaches(statement.actions, row, certain=True), _reaches(statement.actions, row, certain=False))


def _reaches(actions: Terms, row: ResourcePolicy, certain: bool) -> bool:
    negated, patterns = (narrow if certain else wide)(actions)
    if row.actions:
        return any(any(is_match(one, action.lower()) for one in patterns) is not negated for action in row.actions)
    if negated:
        return not any(is_match(one, row.service + ":zz") for one in patterns)
    return any(glob(one).run(row.service + ":") for one in patterns)


def _why(statement: Statement, fixed: Sequence[tuple[Truth, str]]) -> str:
    everyone = "NotPrincipal lets in everyone it does not name"
    if statement.principals is None or not statement.principals.negated:
        everyone = "everyone is a principal"
    reasons = [why for _, why in fixed if why]
    return f"{everyone}; {'; '.join(reasons)}" if reasons else f"{everyone}, and no condition limits who calls"


PUBLIC = Fact(
    name="iam.public",
    version=1,
    on=tuple(_ROWS),
    reads={row.type: ((row.document,), *(((row.owner,),) if row.owner else ())) for row in RESOURCE_POLICIES},
    compute=_compute,
)
