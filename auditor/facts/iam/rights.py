"""Which principals may do more than another one, and the ways to them.

What a principal may do is asked of things that nobody names: each call of the methods (`data/escalation_paths`), and
one that no document names, on whatever user, role, group, policy or resource there may come to be. One may do more
than another if it may do all of that and something else.
"""

from __future__ import annotations

import functools

from auditor.data.escalation_paths import METHODS, RUNNING, Call
from auditor.data.iam_admin import ADMIN_KIT
from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.effective import State, may_anything, on_each, reach, truth_of
from auditor.facts.iam.globs import EACH
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.iam.moves import glob_of
from auditor.facts.iam.paths import Edge, Ways, ways
from auditor.facts.iam.reaching import NO_RESOURCE, Bits, Targets
from auditor.facts.iam.text import item
from auditor.model import Text

_PRINCIPALS = ("user", "role", "group", "policy")
_VISITED = 2_000_000  # nodes on the ways of all principals; beyond: U


class Higher:
    """The ways of one graph to principals that may do more than those who take them."""

    def __init__(self, graph: Ways) -> None:
        self.graph = graph
        self._rights: dict[object, Bits] = {}
        self._of: dict[int, Bits] = {}
        self._found: dict[str, tuple[Truth, tuple[Edge, ...]]] = {}
        self._visited = 0

    def verdict(self, id: str) -> Truth:
        """Whether one that is no administrator can become one, or anybody who may do more."""
        return self._way(id)[0]

    def path(self, id: str) -> tuple[Edge, ...]:
        """The edges of a shortest such way, which is certain or, where the verdict is U, possible."""
        return self._way(id)[1]

    def _way(self, id: str) -> tuple[Truth, tuple[Edge, ...]]:
        if id not in self._found:
            index = self.graph.account.number[id]
            admin = self.graph.admin[index]
            verdict, way = (F, ()) if admin is T else self._search(index)
            self._found[id] = every((verdict, ~admin)), way
        return self._found[id]

    def _search(self, start: int) -> tuple[Truth, tuple[Edge, ...]]:
        for which, wanted in ((0, T), (1, U)):
            came: dict[int, int] = {start: start}
            frontier = [start]
            while frontier:
                reached: list[int] = []
                for node in frontier:
                    bits = self.graph.edges.get(node, (0, 0))[which]
                    while bits:
                        to = bits.bit_length() - 1
                        bits &= ~(1 << to)
                        if to not in came:
                            came[to] = node
                            reached.append(to)
                self._visited += len(reached)
                if self._visited > _VISITED:
                    return U, ()
                for node in reached:
                    if (T if node == self.graph.goal else self.more(node, start)) >= wanted:
                        return wanted, _back(came, node)
                frontier = reached
        return F, ()

    def more(self, node: int, than: int) -> Truth:
        """Whether a node may do more than another."""
        if node % self.graph.size >= len(self.graph.account.people):
            return U
        (must, may), (own_must, own_may) = self.of(node), self.of(than)
        if own_may & ~must == 0 and must & ~own_may:
            return T
        return F if own_must & ~may or not may & ~own_must else U

    def of(self, node: int) -> Bits:
        """What a node may do, as bits."""
        if node not in self._of:
            state = self.graph.state_of(node)
            key = self.graph.key(state)
            if key not in self._rights:
                self._rights[key] = self._asked(state)
            self._of[node] = self._rights[key]
        return self._of[node]

    def _asked(self, state: State) -> Bits:
        must = may = 0
        for index, answer in enumerate(self._answer(state, *probe) for probe in _probes()):
            must |= (1 << index) if answer is T else 0
            may |= (1 << index) if answer is not F else 0
        anything = may_anything(self.graph.account.compiled, state)
        bit = 1 << len(_probes())
        return must | (bit if anything is T else 0), may | (bit if anything is not F else 0)

    def _answer(self, state: State, call: Call, service: str) -> Truth:
        compiled = self.graph.account.compiled
        kind = call.on.split(" ")[0]
        if kind in _PRINCIPALS:
            return on_each(compiled, state, call.action, kind)
        if kind == "pass":
            return on_each(compiled, state, call.action, "role", service)
        if kind == "new":
            return self.graph.mover.allowed(call, state)
        if kind == "*":
            return truth_of(reach(compiled, state, call.action, NO_RESOURCE))
        kinds = RUNNING.get(kind, call.on.partition(" ")[2]).split(",")
        return every(truth_of(reach(compiled, state, call.action, _any(one, state.account))) for one in kinds)


@by_view
def higher(view: View, weighs_above: bool = False) -> Higher:
    """Made once per scope."""
    return Higher(ways(view, weighs_above))


@functools.cache
def _probes() -> tuple[tuple[Call, str], ...]:
    """The calls, and for a role that is passed the service."""
    found: dict[tuple[Call, str], None] = {}
    for method in METHODS:
        for call in method.calls:
            for service in method.trusts if call.on == "pass" else ("",):
                found[call, service] = None
    return tuple(found | dict.fromkeys((call, "") for call in ADMIN_KIT if call.action != "iam:PassRole"))


@functools.lru_cache(maxsize=256)
def _any(kind: str, account: str) -> Targets:
    arn = item(glob_of(kind).format(region=EACH, account=account).replace("?*", EACH))
    return Targets((arn,)) if isinstance(arn, str | Text) else Targets(())


def _back(came: dict[int, int], node: int) -> tuple[Edge, ...]:
    way: list[Edge] = []
    while came[node] != node:
        way.append((came[node], node))
        node = came[node]
    return tuple(reversed(way))
