"""Ways from each principal to full administration: a graph whose edges are certain or possible, searched backwards.

Node i is principal i; node `size + i` is the same principal once its policies can be written by whoever holds it, under
what stands above it, the boundary and the denials that it cannot take off itself; the last node is administration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam import guardrails
from auditor.facts.iam.account import Account
from auditor.facts.iam.assuming import trusts, way
from auditor.facts.iam.document import Document
from auditor.facts.iam.effective import EVERYTHING, State, doubtful, may_anything, reach, truth_of
from auditor.facts.iam.effective import is_admin as administers
from auditor.facts.iam.granted import GROUP, ROLE, USER, Held, Holder
from auditor.facts.iam.logic import F, T, Truth, U, every, some
from auditor.facts.iam.match import Caller
from auditor.facts.iam.moves import Mover, Moves
from auditor.facts.iam.reaching import NONE, Bits, both, either

_JOINED = 50  # groups that a limited user may join, each judged with it; beyond: U
_ASKED = 100_000  # callers of trusts that tell principals apart; beyond: U


Edge = tuple[int, int]  # from one node to another


class Ways:
    """The graph of one account; under its service control policies where they are weighed."""

    def __init__(self, view: View, weighs_above: bool = False) -> None:
        self.account = Account(view)
        self.above = [guardrails.limits(view, one.resource) if weighs_above else () for one in self.account.people]
        self.mover = Mover(self.account)
        self.size = self.account.size
        self.goal = 2 * self.size
        self._moves: dict[object, Moves] = {}
        self._admin: dict[object, Truth] = {}
        self.states = [self._state(index, one) for index, one in enumerate(self.account.people)]
        self.admin = [self.is_admin(state) for state in self.states]
        self.limited = self.capped = 0  # by what can be taken off; by that or by what stands above
        for index, one in enumerate(self.account.people):
            if one.boundary is not None or any(map(_may_deny, self.states[index].documents)):
                self.limited |= 1 << index
            if self.limited >> index & 1 or self.above[index]:
                self.capped |= 1 << index
        for index, one in enumerate(self.account.people):
            self.admin[index] = max(self.admin[index], self._frees_itself(index, one))
        self._trusted()
        self.edges: dict[int, Bits] = {}
        self._build()
        self.sure, self.maybe = (self._search(which) for which in (0, 1))

    def _state(self, index: int, one: Holder) -> State:
        documents = [held.document for held in one.documents]
        own = [(one.boundary.document,)] if one.boundary else []
        return msgspec.structs.replace(self.account.state(one, documents, own), above=self.above[index])

    def key(self, state: State) -> object:
        """Equal for states that may do the same."""
        documents = [document for layer in state.layers for document in layer]
        limits = tuple(tuple(map(id, layer)) for layer in state.layers[1:])
        ids = (tuple(sorted({id(one) for one in state.documents})), limits)
        personal = self.account.is_personal(documents)
        kind = state.context.get("aws:principaltype") if self._has_conditions(documents) else None
        return ids, repr(sorted(state.context.items(), key=str)) if personal else kind

    def _has_conditions(self, documents: Sequence[Document]) -> bool:
        return any(statement.conditions for one in documents for statement in one.statements)

    def moves(self, state: State) -> Moves:
        key = self.key(state)
        if key not in self._moves:
            self._moves[key] = self.mover.moves(state)
        return self._moves[key]

    def is_admin(self, state: State) -> Truth:
        key = self.key(state)
        if key not in self._admin:
            self._admin[key] = administers(self.account.compiled, state)
        return self._admin[key]

    def _frees_itself(self, index: int, one: Holder) -> Truth:
        """Whether it may call everything and take off itself what keeps it from the rest."""
        state = self.states[index]
        anything = may_anything(self.account.compiled, state)
        if anything is F or self.admin[index] is T:
            return F
        writes = _at(self.moves(state).write, index)
        if writes is F or not self.capped >> index & 1:
            return every((anything, writes))
        return every((anything, writes, self.is_admin(self._freed(one, state))))

    def _trusted(self) -> None:
        """Roles that every principal of the account may take, if its own documents say so or without; and the rest."""
        account = self.account
        self._delegated: Bits = NONE
        self._everyone: Bits = NONE
        self._asked: list[int] = []
        stranger = Caller("user", account.id, f"arn:aws:iam::{account.id}:user/\0")
        neutral = State((), (), {"aws:principalaccount": (account.id,)}, account.id)
        known: dict[int, tuple[Truth, Truth]] = {}
        self._naming: dict[str, int] = {}
        for index, document in account.trust.items():
            self._index_names(index, document)
            if id(document) not in known:
                known[id(document)] = (
                    trusts(document, stranger, neutral, "account"),
                    trusts(document, stranger, neutral, "everyone"),
                )
            delegated, everyone = known[id(document)]
            self._delegated = either(self._delegated, _bit(index, delegated))
            self._everyone = either(self._everyone, _bit(index, everyone))
            if U in (delegated, everyone) and document.doubt is None:
                self._asked.append(index)
        hidden = account.unseen & account.of[ROLE]
        self._delegated = self._delegated[0], self._delegated[1] | hidden
        if account.is_closed:  # what lets a principal of a template in by name stands in the template, or it is outside
            self._everyone = self._everyone[0], self._everyone[1] | hidden
        self._is_asked = len(self._asked) * max(len(account.people), 1) <= _ASKED

    def _assumed(self, index: int, moves: Moves) -> Bits:
        delegated, everyone, named = self._delegated, self._everyone, NONE
        one = self.account.people[index].resource
        state = self.states[index]
        if self._is_asked or self._naming:
            arn = self.account.targets.arns[index]
            caller = Caller("role" if one.type == ROLE else "user", self.account.id, str(arn))
            if one.type == GROUP:
                caller = Caller("user", self.account.id, f"arn:aws:iam::{self.account.id}:user/\0")
            naming = self._naming.get(caller.arn, 0) | self._naming.get("", 0)
            naming &= moves.limited[1] | moves.open[1]
            while naming:
                role = (naming & -naming).bit_length() - 1
                named = either(named, _bit(role, trusts(self.account.trust[role], caller, state, "named")))
                naming &= naming - 1
            for role in self._asked if self._is_asked else ():
                if moves.open[1] >> role & 1:
                    clear = ~(1 << role)
                    for through in ("account", "everyone"):
                        bit = _bit(role, trusts(self.account.trust[role], caller, state, through))
                        if through == "account":
                            delegated = either((delegated[0] & clear, delegated[1] & clear), bit)
                        else:
                            everyone = either((everyone[0] & clear, everyone[1] & clear), bit)
        directly = moves.open if one.type != ROLE else moves.limited
        return either(either(both(moves.assume, delegated), both(moves.open, everyone)), both(directly, named))

    def _index_names(self, index: int, document: Document) -> None:
        """Which roles name which principal; `""`: those that may name any."""
        names = [
            e.value for s in document.statements if s.principals for e in s.principals.elements if way(e) == "named"
        ]
        for value in [*names, *([""] if document.doubt is not None else [])]:
            key = value if isinstance(value, str) else ""
            self._naming[key] = self._naming.get(key, 0) | 1 << index

    def _build(self) -> None:
        for index in range(len(self.account.people)):
            self._connect(index, index, self.states[index], self.admin[index])
        for index, one in enumerate(self.account.people):
            if self.capped >> index & 1:
                state = self._freed(one, self.states[index])
                self._connect(index, self.size + index, state, self.is_admin(state))

    def _connect(self, index: int, node: int, state: State, admin: Truth) -> None:
        """The edges of a node that stands for principal `index`."""
        if admin is T:
            self.edges[node] = (1 << self.goal, 1 << self.goal)
            return
        own, moves = 1 << index, self.moves(state)
        gained = self.gained(index, moves)
        held = either(gained, (own, own))
        written = both(moves.write, held)
        joined = self._joined(index, moves)
        edges = []
        for which in (0, 1):
            edge = gained[which] | joined[which] | (written[which] & self.capped) << self.size
            uncapped = written[which] & ~self.capped
            if uncapped or (admin is U and which):
                edge |= 1 << self.goal
            edges.append(edge)
        beyond = self.limited & written[1]
        if beyond and self._frees(beyond, state):
            edges[1] |= 1 << self.goal
        if edges[1] & self.account.unseen:
            edges[1] |= 1 << self.goal  # it may be an administrator
        self.edges[node] = edges[0], edges[1]

    def gained(self, index: int, moves: Moves) -> Bits:
        """The principals that it can become."""
        own = 1 << index
        found = either(moves.gain, self._assumed(index, moves))
        return found[0] & ~own & ~self.account.unseen, found[1] & ~own

    def _frees(self, targets: int, state: State) -> bool:
        """Whether it may take the limits of another off."""
        others = [
            reach(self.account.compiled, state, f"iam:{verb}", self.account.targets)[1] & targets
            for verb in ("DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary", "DetachRolePolicy")
        ]
        others += [
            reach(self.account.compiled, state, f"iam:{verb}", self.account.targets)[1] & targets
            for verb in ("DetachUserPolicy", "DeleteRolePolicy", "DeleteUserPolicy")
        ]
        return any(others)

    def _joined(self, index: int, moves: Moves) -> Bits:
        """Groups that it can put itself into: with nothing that limits it, it has what a fresh member has."""
        one = self.account.people[index]
        if one.resource.type == ROLE or not moves.join[1]:
            return NONE
        groups = moves.join[0] & ~self.account.unseen, moves.join[1]
        own = 0
        for id in one.groups:
            own |= 1 << self.account.number[id]
        groups = groups[0] & ~own & ~(1 << index), groups[1] & ~own & ~(1 << index)
        return groups if not self.limited >> index & 1 else (self._with(index, groups), groups[1])

    def _with(self, index: int, groups: Bits | tuple[int, int]) -> int:
        """Of the groups that a limited user can join, those that make it an administrator under its limits."""
        sure, found = groups[0], 0
        if sure.bit_count() > _JOINED:
            return 0
        while sure:
            number = (sure & -sure).bit_length() - 1
            state = self.states[index]
            more = (*state.documents, *self.states[number].documents)
            if self.is_admin(msgspec.structs.replace(state, documents=more)) is T:
                found |= 1 << number
            sure &= sure - 1
        return found

    def _freed(self, one: Holder, state: State) -> State:
        """What the principal is once it may write its own policies: everything, but for what it cannot take off."""
        index = self.account.number[one.resource.id]
        kept = {number: held for number, held in enumerate(one.documents) if _may_deny(held.document)}
        doubts: set[int] = set()
        limits: list[tuple[Document, ...]] = list(state.limits)
        while True:
            documents = [doubtful(held.document) if n in doubts else held.document for n, held in kept.items()]
            current = msgspec.structs.replace(state, documents=(EVERYTHING, *documents), limits=tuple(limits))
            before = (len(kept), len(doubts), len(limits), limits[0] if limits else None)
            for number, held in list(kept.items()):
                removable = self._takes_off(current, index, one, held)
                if removable is T:
                    del kept[number]
                elif removable is U:
                    doubts.add(number)
            if limits and one.boundary is not None:
                removable = self._unbound(current, index, one)
                if removable is T:
                    limits = []
                elif removable is U and len(limits[0]) == 1:
                    limits = [(doubtful(one.boundary.document), doubtful(EVERYTHING))]
            if before == (len(kept), len(doubts), len(limits), limits[0] if limits else None):
                return current

    def _takes_off(self, state: State, index: int, one: Holder, held: Held) -> Truth:
        word = "User" if one.resource.type == USER else "Role"
        if held.group is not None or one.resource.type == GROUP:
            group = self.account.number[held.group or one.resource.id]
            return self._may(state, "iam:RemoveUserFromGroup", group) if held.group else F
        verb = f"iam:Delete{word}Policy" if held.inline else f"iam:Detach{word}Policy"
        return some((self._may(state, verb, index), self._rewrites(state, held)))

    def _unbound(self, state: State, index: int, one: Holder) -> Truth:
        assert one.boundary is not None
        word = "User" if one.resource.type == USER else "Role"
        return some(
            (self._may(state, f"iam:Delete{word}PermissionsBoundary", index), self._rewrites(state, one.boundary))
        )

    def _may(self, state: State, action: str, index: int) -> Truth:
        bits = reach(self.account.compiled, state, action, self.account.targets)
        return every((_at(bits, index), ~_at(self.account.locked, index)))

    def _rewrites(self, state: State, held: Held) -> Truth:
        number = self.account.policy.get(held.arn) if held.arn is not None else None  # type: ignore[arg-type]
        if number is None:
            return F
        return _at(reach(self.account.compiled, state, "iam:CreatePolicyVersion", self.account.policies), number)

    def _search(self, which: int) -> dict[int, int]:
        """Per node that leads to administration the next node on a shortest way."""
        found: dict[int, int] = {}
        frontier = 1 << self.goal
        waiting = set(self.edges)
        while frontier:
            reached = 0
            for node in list(waiting):
                hit = self.edges[node][which] & frontier
                if hit:
                    found[node] = hit.bit_length() - 1 if hit >> self.goal else (hit & -hit).bit_length() - 1
                    reached |= 1 << node
                    waiting.discard(node)
            frontier = reached
        return found

    def verdict(self, id: str) -> Truth:
        """Whether a principal that is no administrator can become one."""
        index = self.account.number[id]
        reaches = T if index in self.sure else U if index in self.maybe else F
        return every((reaches, ~self.admin[index]))

    def path(self, id: str) -> Iterator[Edge]:
        """The edges of a shortest certain way."""
        return self._way(id, self.sure)

    def possible_path(self, id: str) -> Iterator[Edge]:
        """The edges of a shortest way of which some are not certain; none where only its start is not."""
        return self._way(id, self.maybe)

    def _way(self, id: str, onwards: Mapping[int, int]) -> Iterator[Edge]:
        node = self.account.number[id]
        while node != self.goal and node in onwards:
            yield node, onwards[node]
            node = onwards[node]

    def state_of(self, node: int) -> State:
        index = node % self.size
        return self.states[index] if node < self.size else self._freed(self.account.people[index], self.states[index])


@by_view
def ways(view: View, weighs_above: bool = False) -> Ways:
    """The graph of the scope, made once."""
    return Ways(view, weighs_above)


def _may_deny(document: Document) -> bool:
    return document.doubt is not None or any(one.effect != "Allow" for one in document.statements)


def _bit(index: int, value: Truth) -> Bits:
    return (1 << index if value is T else 0), (1 << index if value is not F else 0)


def _at(bits: Bits, index: int) -> Truth:
    return truth_of((bits[0] >> index & 1, bits[1] >> index & 1))
