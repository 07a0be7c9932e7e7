"""Which principals a principal can change, become or use, by the methods of the table: sets of them as bits."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import msgspec

from auditor.data.escalation_paths import METHODS, RESOURCES, RUNNING, Call, Method
from auditor.facts.iam.account import Account
from auditor.facts.iam.assuming import ASSUME, trusts_service
from auditor.facts.iam.effective import ADMINISTRATOR, EVERYTHING, State, reach, truth_of
from auditor.facts.iam.globs import is_match
from auditor.facts.iam.granted import GROUP, ROLE, USER
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.iam.operators import Values
from auditor.facts.iam.reaching import NO_RESOURCE, NONE, Bits, Targets, both, either
from auditor.facts.iam.text import as_text, item, parts_of
from auditor.model import Hole, Text

_TYPES = {"user": USER, "role": ROLE, "group": GROUP, "pass": ROLE}
_NEEDS_PROFILE = ("ec2:RunInstances", "ec2:RequestSpotInstances")


class Moves(msgspec.Struct, frozen=True):
    """`write`: whose rights it can change; `gain`: whom it can become (roles that are assumed apart); `join`: groups.

    Assuming: what its own documents allow, what they would if they allowed everything, and what no Deny keeps it from.
    """

    write: Bits = NONE
    gain: Bits = NONE
    join: Bits = NONE
    assume: Bits = NONE
    limited: Bits = NONE
    open: Bits = NONE


class Mover:
    """Answers of one account, kept by state."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._trusts: dict[tuple[str, ...], Bits] = {}
        self._held: dict[int, int] = {}
        self._named: dict[tuple[str, ...], Targets] = {}

    def moves(self, state: State) -> Moves:
        write = gain = join = NONE
        possible = self.account.compiled.possible(state)
        for method, needed in _methods() if possible else ():
            if not needed <= possible:
                continue
            bits = self.by(method, state)
            if method.kind == "write":
                write = either(write, bits)
            elif method.kind == "join":
                join = either(join, bits)
            else:
                gain = either(gain, bits)
        assume = self._people(state, ASSUME, "role")
        everything = msgspec.structs.replace(state, documents=(EVERYTHING, *state.documents))
        denials = (*everything.documents, *(one for limit in state.limits for one in limit))
        unlimited = msgspec.structs.replace(state, documents=denials, limits=())
        limited, unstopped = (self._people(one, ASSUME, "role") for one in (everything, unlimited))
        return Moves(write, gain, join, assume, limited, unstopped)

    def by(self, method: Method, state: State) -> Bits:
        """The principals that one method changes or wins."""
        if method.kind == "run":
            return self._run(method, state)
        (call,) = method.calls
        if call.on == "policy":
            return self._holders(state, call.action)
        bits = self._people(state, call.action, call.on)
        if call.on == "user" and method.kind == "write":
            bits = either(bits, self._fresh(call.action, state))
        if call.on == "role":
            locked = self.account.locked
            bits = bits[0] & ~locked[1], bits[1] & ~locked[0]
        if call.on == "group" and method.kind == "write":
            bits = either(bits, self._members(bits))
        return bits

    def _people(self, state: State, action: str, on: str, fixed: Mapping[str, Values | None] | None = None) -> Bits:
        bits = self._reach(state, action, self.account.targets, fixed)
        mask = self.account.of[_TYPES[on]]
        return bits[0] & mask & ~self.account.unseen, bits[1] & mask

    def _fresh(self, action: str, state: State) -> Bits:
        """A group stands for a fresh member: all groups where the call passes on a user that nobody names."""
        bits, groups = self._reach(state, action, self.account.fresh), self.account.of[GROUP]
        return groups & ~self.account.unseen if bits[0] else 0, groups if bits[1] else 0

    def _reach(
        self, state: State, action: str, targets: Targets, fixed: Mapping[str, Values | None] | None = None
    ) -> Bits:
        attaches = action.startswith("iam:Attach")
        compiled = self.account.compiled
        bits = reach(compiled, state, action, targets, {"iam:policyarn": ADMINISTRATOR} if attaches else fixed)
        if attaches and bits[1] != targets.all:  # another policy may be as good
            bits = bits[0], bits[1] | reach(compiled, state, action, targets, {"iam:policyarn": None})[1]
        return bits

    def _members(self, groups: Bits) -> Bits:
        must = may = 0
        for index, one in enumerate(self.account.people):
            for id in one.groups:
                bit = 1 << self.account.number[id]
                must |= (1 << index) if groups[0] & bit else 0
                may |= (1 << index) if groups[1] & bit else 0
        return must, may

    def _holders(self, state: State, action: str) -> Bits:
        bits = reach(self.account.compiled, state, action, self.account.policies)
        return self._holding(bits[0]), self._holding(bits[1])

    def _holding(self, policies: int) -> int:
        if policies in self._held:
            return self._held[policies]
        found, key = 0, policies
        while policies:
            found |= self.account.holders[(policies & -policies).bit_length() - 1]
            policies &= policies - 1
        self._held[key] = found
        return found

    def _run(self, method: Method, state: State) -> Bits:
        limit = U if method.reach else T
        seen: Bits | None = None
        trusted = self.trusting(method.trusts)
        uses = any(call.on in RUNNING for call in method.calls)
        if not trusted[1] and not uses:
            return NONE
        for call in method.calls:
            kind = call.on.split(" ")[0]
            if kind == "pass":
                continue
            if kind in RUNNING:
                seen = self._runners(method, state, kind) if seen is None else seen
                continue
            limit = min(limit, self.allowed(call, state))
            if limit is F:
                return NONE
        if seen is not None:
            bits = seen
        else:
            bits = trusted
            if any(call.action in _NEEDS_PROFILE for call in method.calls):
                bits = both(bits, self.account.profiled)
        if any(call.on == "pass" for call in method.calls) and bits[1]:
            for service in method.trusts:
                bits = both(bits, self._people(state, "iam:PassRole", "pass", {"iam:passedtoservice": (service,)}))
        return bits if limit is T else (0, bits[1])

    def _runners(self, method: Method, state: State, kind: str) -> Bits:
        """The roles of the functions or instances on which all calls of the method are allowed."""
        targets, roles = self.account.runs[kind]
        compiled = self.account.compiled
        found: Bits = (targets.all, targets.all)
        beyond: Truth = T if self.account.hidden_runs[kind] else F
        for call in method.calls:
            if call.on == kind:
                found = both(found, reach(compiled, state, call.action, targets))
                if beyond is not F:
                    unseen = self._unseen(RUNNING[kind])
                    beyond = every((beyond, truth_of(reach(compiled, state, call.action, unseen))))
        must = may = 0
        bits = found[1]
        while bits:
            index = (bits & -bits).bit_length() - 1
            must |= roles[index][0] if found[0] >> index & 1 else 0
            may |= roles[index][1]
            bits &= bits - 1
        return must, may | (self.trusting(method.trusts)[1] if beyond is not F else 0)

    def allowed(self, call: Call, state: State) -> Truth:
        """Whether the call is allowed on a resource whose name the caller chooses, or on one that may exist."""
        if call.on == "*":
            return truth_of(reach(self.account.compiled, state, call.action, NO_RESOURCE))
        how, _, kinds = call.on.partition(" ")
        result = T
        for kind in kinds.split(","):
            targets = self._unseen(kind) if how == "old" else self._words(kind, call.action, state)
            bits = reach(self.account.compiled, state, call.action, targets)
            result = min(result, truth_of(bits) if how == "new" else U if bits[1] else F)
        return result

    def _words(self, kind: str, action: str, state: State) -> Targets:
        """Names that the caller may choose: one that nobody names, those that fit its own patterns, any."""
        glob = glob_of(kind).format(region="*", account=self.account.id if self.account.id.isdigit() else "*")
        about = f":{kind.partition(':')[0]}:"
        words = {glob_of(kind).format(region="xx-xxxx-1", account=self.account.id).replace("?*", "x")}
        for document in state.documents:
            for entry in self.account.compiled.entries(document, action):
                resources = entry.statement.resources
                for pattern in resources.items if resources and not resources.negated else ():
                    if isinstance(pattern, str) and about in pattern:
                        word = re.sub(r"[*?]", "x", re.sub(r"^arn:[^:]*:", "arn:aws:", pattern))
                        if is_match(glob, word):
                            words.add(word)
        key = (kind, *sorted(words))
        if key not in self._named:
            known = [made for one in key[1:] if isinstance(made := item(one), str | Text)]
            self._named[key] = Targets((*known, *self._unseen(kind).arns))
        return self._named[key]

    def _unseen(self, kind: str) -> Targets:
        return _unseen(kind, self.account.id)

    def trusting(self, services: tuple[str, ...]) -> Bits:
        """The roles that all of the services may take; those that are not seen may trust any."""
        if services not in self._trusts:
            must = may = 0
            known: dict[int, Truth] = {}
            for index, document in self.account.trust.items():
                if id(document) not in known:
                    known[id(document)] = every(trusts_service(document, one, self.account.id) for one in services)
                found = known[id(document)]
                must |= (1 << index) if found is T else 0
                may |= (1 << index) if found is not F else 0
            self._trusts[services] = must, may | (self.account.unseen & self.account.of[ROLE])
        return self._trusts[services]


@functools.cache
def _methods() -> tuple[tuple[Method, frozenset[str]], ...]:
    """The methods with the actions that they need; taking a role has a trust to weigh, and is apart."""
    return tuple((one, frozenset(call.action for call in one.calls)) for one in METHODS if one.id != "sts-001")


def glob_of(kind: str) -> str:
    """The ARN of a resource of the kind, with its account and region to be filled in."""
    return f"arn:aws:{kind.partition(':')[0]}:{{region}}:{RESOURCES[kind]}"


@functools.lru_cache(maxsize=256)
def _unseen(kind: str, account: str) -> Targets:
    """One resource of any region and name."""
    head, _, rest = glob_of(kind).partition("{region}")
    before, _, _ = rest.format(account=account).partition("?*")
    known = item(before)
    parts = parts_of(known) if isinstance(known, str | Text) else ()
    return Targets((as_text((head, Hole("\0region", "name"), *parts, Hole("\0name"))),))
