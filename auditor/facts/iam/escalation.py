"""`iam.effective` and `iam.escalation` of users, roles and groups: who administers, and who can come to.

`iam.effective`: `{"admin": {"account": boolean}}`, unknown there: whether the principal may do to principals that are
not there yet all that leads to everything else (`data/iam_admin`), or may call anything and free itself of the rest.
`iam.escalation`: `{"account": {"paths": [{"reaches", "length", "steps": [step], "text", "evidence", "library"}]}}`: a
shortest way to administration; empty where there is none or the principal administers already; unknown at
`("account", "paths")`. `iam.escalation_any`: the same for ways to anybody who may do more (`rights`).
`iam.escalation_scp` and `iam.escalation_any_scp`: the same under what stands above the account (`guardrails`), as
`{"organization": {"paths": [...]}}`. They are facts of their own so that nobody who does not weigh it collects it.
A step: `{"from", "to", "technique", "link", "calls": [{"action", "resource", "decided_by": [evidence], "conditions"}],
"passes", "trust", "prerequisites"}`. A group is judged as a fresh member that has nothing else.

An edge is certain where every part of the method holds (`data/escalation_paths`): permissions, boundary, the trust of
the role, what must exist. In a template what is not declared may exist.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping

from auditor.data.escalation_paths import METHODS, RUNNING, VERSION, Method
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam import guardrails
from auditor.facts.iam.account import FUNCTION, INSTANCE, PROFILE
from auditor.facts.iam.document import Statement
from auditor.facts.iam.granted import GROUP, MANAGED, ROLE, USER
from auditor.facts.iam.hinges import doubt_of, hinge
from auditor.facts.iam.logic import F, T, Truth, U, unknown
from auditor.facts.iam.paths import Edge, Ways, ways
from auditor.facts.iam.rights import higher
from auditor.model import Json, Path, Reason, Resource, pointer


def _effective(resource: Resource, view: View) -> Derived:
    graph = ways(view)
    admin = graph.admin[graph.account.number[resource.id]]
    if admin is U:
        cause = doubt_of(graph, graph.account.number[resource.id])
        return Derived({"admin": {}}, (unknown(("admin", "account"), cause, "whether it may do everything"),))
    return Derived({"admin": {"account": admin is T}})


def _escalation(weighs_above: bool, resource: Resource, view: View) -> Derived:
    graph = ways(view, weighs_above)
    verdict = graph.verdict(resource.id)
    way = graph.path(resource.id) if verdict is T else graph.possible_path(resource.id)
    return _derived(graph, resource.id, verdict, tuple(way), weighs_above)


def _escalation_any(weighs_above: bool, resource: Resource, view: View) -> Derived:
    found = higher(view, weighs_above)
    return _derived(found.graph, resource.id, found.verdict(resource.id), found.path(resource.id), weighs_above)


def _derived(graph: Ways, id: str, verdict: Truth, way: tuple[Edge, ...], weighs_above: bool) -> Derived:
    scope = "organization" if weighs_above else "account"
    if verdict is U:
        cause, why = hinge(graph, id, way)
        reason, detail = (cause.reason, f"{why}: {cause.detail}") if cause else (Reason.UNRESOLVED, why)
        return Derived({scope: {}}, (Unknown((scope, "paths"), reason, detail),))
    return Derived({scope: {"paths": [] if verdict is F else [_shown(graph, id, way)]}})


def _shown(graph: Ways, id: str, way: Iterable[Edge]) -> Json:
    edges = tuple(way)
    steps = [step for edge in edges for step in _steps(graph, *edge)]
    text = "; then ".join(f"{step['technique']} ({_calls(step)}) on {step['name']}" for step in steps)
    shown = [{key: value for key, value in step.items() if key != "name"} for step in steps]
    decided = [at for step in steps for call in step["calls"] for at in call["decided_by"]]
    evidence = decided[0] if decided else {"id": id, "pointer": ""}
    reaches = "admin" if edges[-1][1] == graph.goal else "principal"
    told = {"reaches": reaches, "length": len(steps), "steps": shown, "text": text}
    return {**told, "evidence": evidence, "library": VERSION}


def _calls(step: Json) -> str:
    return ", ".join(call["action"] for call in step["calls"])


def _steps(graph: Ways, node: int, to: int) -> Iterator[Json]:
    """What is done on the way from one node to the next."""
    index, state = node % graph.size, graph.state_of(node)
    if to == graph.goal:
        if (graph.admin[index] if node < graph.size else graph.is_admin(state)) is T:
            return
        moves = graph.moves(state)
        held = (1 << index) | graph.gained(index, moves)[0]
        written = moves.write[0] & held & ~graph.capped
        target = index if written >> index & 1 else (written & -written).bit_length() - 1
        if written:
            yield from _written(graph, node, index, target)
        return
    target = to % graph.size
    if to >= graph.size:
        yield from _written(graph, node, index, target)
    else:
        yield _won(graph, node, index, target)


def _written(graph: Ways, node: int, index: int, target: int) -> Iterator[Json]:
    state = graph.state_of(node)
    method = next(m for m in METHODS if m.kind == "write" and graph.mover.by(m, state)[0] >> target & 1)
    yield _step(graph, node, index, target, method)
    if target != index:
        yield _won(graph, node, index, target)


def _won(graph: Ways, node: int, index: int, target: int) -> Json:
    state = graph.state_of(node)
    rows = [m for m in METHODS if m.kind in ("gain", "run", "join") and m.id != "sts-001"]
    method = next((m for m in rows if graph.mover.by(m, state)[0] >> target & 1), None)
    assume = next(m for m in METHODS if m.id == "sts-001")
    return _step(graph, node, index, target, method or assume)


def _step(graph: Ways, node: int, index: int, target: int, method: Method) -> Json:
    account = graph.account
    source, won = account.people[index], account.people[target].resource
    passes = any(call.on == "pass" for call in method.calls)
    step: dict[str, Json] = {
        "from": source.resource.id,
        "to": won.id,
        "name": won.name,
        "technique": method.id,
        "link": method.link,
        "calls": [],
    }
    for call in method.calls:
        named = call.on in ("user", "role", "group", "pass")
        if call.on in ("user", "group"):  # a member of a group, or the other way round
            named = won.type == (GROUP if call.on == "group" else USER)
        step["calls"].append(
            {
                "action": call.action,
                "resource": str(account.targets.arns[target]) if named else call.on,
                "decided_by": [_evidence(*one) for one in _deciding(graph, index, call.action)],
                "conditions": sorted({c.key for _, s in _deciding(graph, index, call.action) for c in s.conditions}),
            }
        )
    if passes:
        step["passes"] = won.id
    if passes or method.id == "sts-001":
        step["trust"] = {"id": won.id, "pointer": "/AssumeRolePolicyDocument"}
    prerequisites = [
        {"resource": str(arn), "seen": True}
        for kind in RUNNING
        if any(call.on == kind for call in method.calls)
        for arn, roles in zip(account.runs[kind][0].arns, account.runs[kind][1], strict=True)
        if roles[0] >> target & 1
    ]
    if prerequisites:
        step["prerequisites"] = prerequisites
    return step


def _deciding(graph: Ways, index: int, action: str) -> list[tuple[tuple[str, str], Statement]]:
    """The Allow statements about an action among the documents of a principal, each with its place."""
    found = []
    for held in graph.account.people[index].documents:
        for entry in graph.account.compiled.entries(held.document, action):
            if entry.statement.effect == "Allow" and entry.sure is T:
                found.append(((held.at[0], held.at[1] + pointer(entry.statement.path)), entry.statement))
    return found


def _evidence(at: tuple[str, str], statement: Statement) -> Json:
    return {"id": at[0], "pointer": at[1]}


_OF_ALL: tuple[Path, ...] = (("Policies", "*", "PolicyDocument"), ("ManagedPolicyArns", "*"), ("Path",))
_READS = {
    USER: (*_OF_ALL, ("UserName",), ("Groups", "*"), ("PermissionsBoundary",)),
    ROLE: (*_OF_ALL, ("RoleName",), ("PermissionsBoundary",), ("AssumeRolePolicyDocument",)),
    GROUP: (*_OF_ALL, ("GroupName",)),
    MANAGED: (("PolicyArn",), ("PolicyDocument",)),
    PROFILE: (("Roles", "*"),),
    FUNCTION: (("Role",),),
    INSTANCE: (("IamInstanceProfile",),),
}

_ABOVE: Mapping[str, tuple[Path, ...]] = {
    guardrails.POLICY: (("Type",), ("TargetIds", "*"), ("Content",)),
    guardrails.MEMBERSHIP: (("InOrganization",), ("ManagementAccountId",)),
    guardrails.PATH: (("Targets", "*"), ("ServiceControlPolicies",)),
}
_ON = (USER, ROLE, GROUP)

EFFECTIVE = Fact("iam.effective", 1, _ON, _READS, _effective, joins=tuple(_READS))
ESCALATION = Fact("iam.escalation", 1, _ON, _READS, functools.partial(_escalation, False), joins=tuple(_READS))
ESCALATION_ANY = Fact(
    "iam.escalation_any", 1, _ON, _READS, functools.partial(_escalation_any, False), joins=tuple(_READS)
)
_ALL = {**_READS, **_ABOVE}
ESCALATION_SCP = Fact("iam.escalation_scp", 1, _ON, _ALL, functools.partial(_escalation, True), joins=tuple(_ALL))
ESCALATION_ANY_SCP = Fact(
    "iam.escalation_any_scp", 1, _ON, _ALL, functools.partial(_escalation_any, True), joins=tuple(_ALL)
)
ESCALATIONS = (ESCALATION, ESCALATION_ANY, ESCALATION_SCP, ESCALATION_ANY_SCP)
