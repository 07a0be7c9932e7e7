"""What an uncertain way to administration hinges on: which calls, on which role, and what of them is not known.

Only the first uncertain edge of a shortest possible way is told: once it is settled, the next one comes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.data.escalation_paths import METHODS, RUNNING, Method
from auditor.facts.iam.document import Document, Statement
from auditor.facts.iam.effective import State
from auditor.facts.iam.granted import GROUP, ROLE, USER
from auditor.facts.iam.logic import F, T, U
from auditor.facts.iam.paths import Edge, Ways
from auditor.model import Hidden

_ASSUME = next(row for row in METHODS if row.id == "sts-001")
_WINNING = [row for row in METHODS if row.kind != "write" and row is not _ASSUME]
_WRITING = [row for row in METHODS if row.kind == "write"]
_WORD = {USER: "user", ROLE: "role", GROUP: "group"}


def hinge(graph: Ways, id: str, way: Iterable[Edge]) -> tuple[Hidden | None, str]:
    """The hidden value, where there is one, and what would have to hold, in words. `way`: a possible one."""
    index, last = graph.account.number[id], graph.goal
    for node, last in way:
        if not graph.edges[node][0] >> last & 1:
            return _edge(graph, node, last)
    if last != graph.goal:
        other = last % graph.size
        why = f"whether {_name(graph, other)} may do more than {_name(graph, index)} is not certain"
        return doubt_of(graph, other) or doubt_of(graph, index), why
    if graph.admin[index] is F:
        return None, "there are too many ways to follow"
    return _administers(graph, index)


def doubt_of(graph: Ways, index: int, action: str = "") -> Hidden | None:
    """Why it is not certain what the documents of a principal say, or what they say of an action."""
    one = graph.account.people[index]
    documents = [held.document for held in one.documents] + ([one.boundary.document] if one.boundary else [])
    for document in (*documents, *(above for level in graph.above[index] for above in level)):
        entries = graph.account.compiled.entries(document, action) if action else ()
        statements = [entry.statement for entry in entries] if action else document.statements
        doubt = document.doubt or next((doubt for one in statements if (doubt := _hidden(one))), None)
        if doubt is not None:
            return doubt
    return None


def _hidden(one: Statement) -> Hidden | None:
    values = [value for condition in one.conditions for value in condition.values]
    values += [*one.actions.items, *(one.resources.items if one.resources else ())]
    values += [element.value for element in one.principals.elements] if one.principals else []
    return one.doubt or next((value for value in values if isinstance(value, Hidden)), None)


def _administers(graph: Ways, index: int) -> tuple[Hidden | None, str]:
    return doubt_of(graph, index), f"whether {_name(graph, index)} may do everything already is not certain"


def _edge(graph: Ways, node: int, to: int) -> tuple[Hidden | None, str]:
    index, state = node % graph.size, graph.state_of(node)
    if to != graph.goal:
        return (_written if to >= graph.size else _won)(graph, index, state, 1 << to % graph.size)
    if (graph.admin[index] if node < graph.size else graph.is_admin(state)) is U:
        return _administers(graph, index)
    moves = graph.moves(state)
    written = moves.write[1] & (graph.gained(index, moves)[1] | 1 << index)
    if written & ~graph.capped:
        return _written(graph, index, state, written & ~graph.capped)
    if written:
        whose = _name(graph, (written & -written).bit_length() - 1)
        why = f"whether {_name(graph, index)} can take the boundary or the denials off {whose} is not certain"
        return doubt_of(graph, index), why
    return _won(graph, index, state, graph.edges[node][1] & graph.account.unseen)


def _written(graph: Ways, index: int, state: State, targets: int) -> tuple[Hidden | None, str]:
    """One of `targets` may be itself, or one that it can become, under policies that it can write."""
    own = targets & 1 << index
    target = index if own else (targets & -targets).bit_length() - 1
    methods = [row for row in _WRITING if graph.mover.by(row, state)[1] >> target & 1]
    if not own and any(graph.mover.by(row, state)[0] >> target & 1 for row in methods):
        return _won(graph, index, state, 1 << target)
    return _said(graph, index, state, methods, target)


def _won(graph: Ways, index: int, state: State, targets: int) -> tuple[Hidden | None, str]:
    target = (targets & -targets).bit_length() - 1
    methods = [row for row in _WINNING if graph.mover.by(row, state)[1] >> target & 1]
    return _said(graph, index, state, sorted(methods, key=lambda row: len(row.calls)) or [_ASSUME], target)


def _said(graph: Ways, index: int, state: State, methods: list[Method], target: int) -> tuple[Hidden | None, str]:
    first, others = methods[0], len(methods) - 1
    trust = graph.account.trust.get(target)
    doubts = [doubt_of(graph, index, call.action) for call in first.calls]
    if trust is not None and (first.trusts or first is _ASSUME):
        doubts += [_doubt_in(trust)]
    cause = next((doubt for doubt in doubts if doubt is not None), None)
    calls = " and ".join(call.action for call in first.calls)
    more = f" or {others} other method{'s' if others > 1 else ''}" if others else ""
    conditions = ", and ".join(dict.fromkeys(_conditions(graph, index, state, first, target))) or "that is allowed"
    return cause, f"{_name(graph, index)} can become an administrator by {first.id} ({calls}){more} if {conditions}"


def _conditions(graph: Ways, index: int, state: State, method: Method, target: int) -> Iterator[str]:
    """What is not known to hold."""
    is_seen = target < len(graph.account.people)
    name, services = _name(graph, target), " and ".join(method.trusts)
    for call in method.calls:
        if call.on.startswith("old ") or call.on in RUNNING:
            kind = RUNNING.get(call.on, call.on[4:])
            yield f"a resource {kind} runs as {name}"
        elif call.on == "pass":
            yield f"{name} may be passed to {services}"
        elif method.kind == "run" and graph.mover.allowed(call, state) is not T:
            yield f"{call.action} is allowed"
    if method.trusts and is_seen and not graph.mover.trusting(method.trusts)[0] >> target & 1:
        yield f"{name} trusts {services}"
    if method.reach:
        yield "it gets at what runs there"
    if method is _ASSUME:
        yield f"it may take {name} and is let in"
    elif method.kind != "run":
        yield f"that is allowed on {'itself' if target == index else name}"


def _doubt_in(document: Document) -> Hidden | None:
    return document.doubt or next((doubt for one in document.statements if (doubt := _hidden(one))), None)


def _name(graph: Ways, index: int) -> str:
    people = graph.account.people
    if index < len(people):
        return people[index].resource.name
    word = next((word for type, word in _WORD.items() if graph.account.of[type] >> index & 1), "principal")
    return f"a {word} that is not seen here and that administers"
