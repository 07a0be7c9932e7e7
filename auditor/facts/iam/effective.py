"""What a principal may do, all documents in force taken together: which resources a call reaches, surely and possibly.

A call passes if an identity document allows it, every limit (a permissions boundary, a level of service control
policies where these are weighed) allows it too, and no document denies it. What the caller chooses or what depends on
its way of calling (parameters, network, multi-factor) is free: the question is whether there is a request that passes.
Session policies are not weighed.
IAM User Guide, reference_policies_evaluation-logic and access_policies_boundaries.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Mapping, Sequence

import msgspec

from auditor.data.condition_keys import find
from auditor.data.iam_admin import ACTIONS, ADMIN_KIT, ANY_ACTION
from auditor.facts.iam.carried import Choices, Stranger, choices, patterns_of
from auditor.facts.iam.cases import by_key, variable_keys
from auditor.facts.iam.document import Document, Statement, Terms
from auditor.facts.iam.globs import EACH
from auditor.facts.iam.logic import F, T, Truth, U, every, some
from auditor.facts.iam.match import acts
from auditor.facts.iam.operators import Context, Values, holds
from auditor.facts.iam.reaching import NO_RESOURCE, NONE, Bits, Targets, both, either
from auditor.facts.iam.text import blurred, expand, has_variable, item
from auditor.facts.iam.words import TooMany
from auditor.model import Hidden, Reason, Text

_REQUESTS = 300  # per call and group of resources; beyond: U


class Entry(msgspec.Struct, frozen=True):
    """A statement about an action, and how surely it is about it."""

    statement: Statement
    variables: bool
    sure: Truth


class State(msgspec.Struct, frozen=True):
    """A principal in what it may do. `context`: the condition keys that it fixes; those that it does not are free.

    `limits` are its own and can be taken off it; `above` are not in the hands of anybody in the account.
    """

    documents: tuple[Document, ...]
    limits: tuple[tuple[Document, ...], ...]
    context: Mapping[str, Values | None]
    account: str
    above: tuple[tuple[Document, ...], ...] = ()

    @property
    def layers(self) -> tuple[tuple[Document, ...], ...]:
        return (self.documents, *self.limits, *self.above)


_MAY_GO = Hidden(Reason.UNRESOLVED, "the document may be taken off")
ALL = Statement((), "Allow", Terms(("*",)), Terms(("*",)))
EVERYTHING = Document((ALL,))


def doubtful(document: Document) -> Document:
    """The document, which may not be in force."""
    doubt = document.doubt or _MAY_GO
    return msgspec.structs.replace(
        document,
        statements=tuple(msgspec.structs.replace(one, doubt=one.doubt or doubt) for one in document.statements),
    )


class Compiled:
    """Documents by the actions that they are about, each taken apart once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Document, Mapping[str, tuple[Entry, ...]]]] = {}
        self._allowing: dict[int, frozenset[str]] = {}

    def entries(self, document: Document, action: str) -> tuple[Entry, ...]:
        key = id(document)
        if key not in self._known:
            self._known[key] = (document, _taken_apart(document))
        return self._known[key][1].get(action, ())

    def statements(self, document: Document) -> Collection[Statement]:
        """Those about any of the actions that matter."""
        self.entries(document, "")
        rows = self._known[id(document)][1].values()
        return {id(entry.statement): entry.statement for row in rows for entry in row}.values()

    def possible(self, state: State) -> frozenset[str]:
        """The actions that every layer may allow on something."""
        layers = [frozenset[str]().union(*map(self._allowed, layer)) for layer in state.layers]
        return frozenset.intersection(*layers)

    def _allowed(self, document: Document) -> frozenset[str]:
        key = id(document)
        if key not in self._allowing:
            self.entries(document, "")
            rows = self._known[key][1].items()
            found = (action for action, row in rows if any(one.statement.effect != "Deny" for one in row))
            self._allowing[key] = frozenset(found)
        return self._allowing[key]


def _taken_apart(document: Document) -> Mapping[str, tuple[Entry, ...]]:
    statements = list(document.statements)
    if document.doubt is not None:
        statements.append(Statement((), None, Terms(("*",)), Terms(("*",)), doubt=document.doubt))
    found: dict[str, list[Entry]] = {}
    for one in statements:
        for action, sure in _about(one.actions):
            if one.effect is None or one.doubt:
                sure = U
            found.setdefault(action, []).append(Entry(one, document.variables, sure))
    return {action: tuple(entries) for action, entries in found.items()}


@functools.lru_cache(maxsize=8192)
def _about(terms: Terms) -> tuple[tuple[str, Truth], ...]:
    pairs = ((action, acts(terms, action)) for action in ACTIONS)
    return tuple((action, sure) for action, sure in pairs if sure is not F)


def reach(
    compiled: Compiled, state: State, action: str, targets: Targets, fixed: Mapping[str, Values | None] | None = None
) -> Bits:
    """The targets on which the call passes. `fixed`: condition keys of the call itself."""
    layers = [[e for one in layer for e in compiled.entries(one, action)] for layer in state.layers]
    if not all(any(entry.statement.effect != "Deny" for entry in layer) for layer in layers):
        return NONE
    rows = [[(entry, _named(entry, state, targets)) for entry in layer] for layer in layers]
    entries = [row for layer in rows for row in layer]
    if not any(entry.statement.conditions for entry, _ in entries):
        return _plainly(rows, targets)
    possible = targets.all
    for layer in rows:
        possible &= functools.reduce(int.__or__, (bits[1] for e, bits in layer if e.statement.effect != "Deny"), 0)
    must = may = 0
    for group in _alike(possible, [bits for _, bits in entries], targets, _target_keys(entries)):
        index = (group & -group).bit_length() - 1
        weighed = [
            [(e, min(e.sure, T if bits[0] >> index & 1 else U)) for e, bits in layer if bits[1] >> index & 1]
            for layer in rows
        ]
        result = exists(weighed, state, action, {**targets.contexts[index], **(fixed or {})})
        must |= group if result is T else 0
        may |= group if result is not F else 0
    return must, may


def _named(entry: Entry, state: State, targets: Targets) -> Bits:
    resources = entry.statement.resources
    if resources is None or not entry.variables or not any(map(has_variable, resources.items)):
        return targets.named(resources)
    known: list[object] = []
    for pattern in resources.items:
        names = [state.context.get(key) for key in variable_keys([entry.statement], True)]
        if all(value is not None for value in names):
            made = expand(pattern, lambda key: str(value[0]) if (value := state.context.get(key)) else None)
            known += [made] if made is not None else []
        else:
            known.append(blurred(pattern))
    found = targets.named(Terms(tuple(known), resources.negated))  # type: ignore[arg-type]
    return (0, found[1]) if resources.negated else found


def _plainly(rows: Sequence[Sequence[tuple[Entry, Bits]]], targets: Targets) -> Bits:
    result, denied = (targets.all, targets.all), NONE
    for layer in rows:
        allowed = NONE
        for entry, bits in layer:
            weighed = bits if entry.sure is T else (0, bits[1])
            if entry.statement.effect != "Deny":
                allowed = either(allowed, weighed)
            if entry.statement.effect != "Allow":
                denied = either(denied, weighed)
        result = both(result, allowed)
    return result[0] & ~denied[1], result[1] & ~denied[0]


def _target_keys(entries: Sequence[tuple[Entry, Bits]]) -> bool:
    keys = {condition.key for entry, _ in entries for condition in entry.statement.conditions}
    return any(key == "iam:permissionsboundary" or "resourcetag/" in key for key in keys)


def _alike(possible: int, sets: Sequence[Bits], targets: Targets, by_context: bool) -> list[int]:
    """The targets in groups that no statement, and no condition on the target, tells apart."""
    groups = [possible] if possible else []
    for bits in {one for pair in sets for one in pair}:
        groups = [part for group in groups for part in (group & bits, group & ~bits) if part]
    if not by_context:
        return groups
    found: dict[tuple[int, str], int] = {}
    for number, group in enumerate(groups):
        while group:
            index = (group & -group).bit_length() - 1
            key = (number, repr(sorted(targets.contexts[index].items())))
            found[key] = found.get(key, 0) | 1 << index
            group &= group - 1
    return list(found.values())


def exists(
    layers: Sequence[Sequence[tuple[Entry, Truth]]], state: State, action: str, fixed: Mapping[str, Values | None]
) -> Truth:
    """Whether there is a request that passes."""
    statements = [entry.statement for layer in layers for entry, _ in layer]
    conditions = by_key(statements)
    keys = sorted(conditions)
    try:
        offered = [_offered(key, state, action, fixed, conditions[key]) for key in keys]
    except TooMany:
        return U
    best = F
    for count, values in enumerate(itertools.product(*offered)):
        if count >= _REQUESTS:
            return U
        context: dict[str, Values | None] = {**state.context, **fixed}
        context.update(zip(keys, values, strict=True))
        best = max(best, _passes(layers, {key: value for key, value in context.items() if value != ()}))
        if best is T:
            break
    return best


def _passes(layers: Sequence[Sequence[tuple[Entry, Truth]]], context: Context) -> Truth:
    allowed, denied = [], []
    for layer in layers:
        applied = [
            (e.statement.effect, min(sure, every(holds(one, context, e.variables) for one in e.statement.conditions)))
            for e, sure in layer
        ]
        allowed.append(some(value for effect, value in applied if effect != "Deny"))
        denied += [value for effect, value in applied if effect != "Allow"]
    return every((*allowed, ~some(denied)))


def _offered(
    key: str, state: State, action: str, fixed: Mapping[str, Values | None], compared: Sequence[object]
) -> Choices:
    """The values of a condition key that tell the conditions apart; `()`: absent, None: not known."""
    row = find(key)
    for known in (fixed, state.context):
        if key in known:
            return [known[key]]
    if key.startswith("iam:") and "resourcetag/" not in key:
        return [()]  # of another call
    if key == "aws:resourceaccount":
        return [(state.account,)]
    if row is None or row.kind in ("time", "target", "source"):
        return [None]
    if key in ("aws:multifactorauthpresent", "aws:securetransport"):
        return [(), ("false",), ("true",)] if key != "aws:securetransport" else [("true",), ("false",)]
    if row.kind == "identity":
        return [None]
    patterns = patterns_of(compared, {})  # type: ignore[arg-type]
    outside = Stranger("user", state.account)
    ways = [choices(key, one, patterns, {}) for one in (outside, msgspec.structs.replace(outside, endpoint=True))]
    return list(dict.fromkeys(itertools.chain(*ways)))


def is_admin(compiled: Compiled, state: State) -> Truth:
    """Whether it can give itself everything: the whole kit on every principal that is not there yet."""
    return every(on_each(compiled, state, call.action, call.on) for call in ADMIN_KIT)


def may_anything(compiled: Compiled, state: State) -> Truth:
    """Whether it may call what no document names, on anything."""
    return truth_of(reach(compiled, state, ANY_ACTION, NO_RESOURCE))


def on_each(compiled: Compiled, state: State, action: str, kind: str, service: str = "ec2.amazonaws.com") -> Truth:
    """Whether the call passes on whatever principal or policy there may come to be. `service`: for PassRole."""
    fixed = {"iam:policyarn": ADMINISTRATOR} if action.startswith("iam:Attach") else {}
    if action == "iam:PassRole":
        fixed = {"iam:passedtoservice": (service,)}
    targets = _each(state.account, kind)
    return truth_of(reach(compiled, state, action, targets, fixed))


@functools.lru_cache(maxsize=64)
def _each(account: str, kind: str) -> Targets:
    arn = item(f"arn:aws:iam::{account}:{kind}/{EACH}")
    return Targets((arn,)) if isinstance(arn, str | Text) else Targets(())


def truth_of(bits: Bits) -> Truth:
    return T if bits[0] else U if bits[1] else F


ADMINISTRATOR: Values = ("arn:aws:iam::aws:policy/AdministratorAccess",)
