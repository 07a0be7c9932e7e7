"""Whether action patterns together cover every action of some services: globs as bit-parallel automata.

Patterns are plain globs over the whole `service:action` text in lower case (reference_policies_elements_action:
actions are case-insensitive). The universe of a service is every name `[a-z][a-z0-9]*`, future ones included, so
`s3:a*` to `s3:z*` cover `s3` and a list of today's actions does not.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Sequence

from auditor.facts.iam.document import Terms
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.iam.text import Item, widened
from auditor.model import Hidden, Text

_STARS = re.compile(r"\*+")
_WILDCARD = re.compile(r"[*?]")
_STATES = 20_000  # beyond: U

Patterns = tuple[bool, tuple[str, ...]]  # whether negated, globs in lower case


class Glob:
    """A glob as an automaton: a state is a set of positions, one bit each."""

    def __init__(self, pattern: str) -> None:
        pattern = _STARS.sub("*", pattern)
        self.stars = sum(1 << index for index, one in enumerate(pattern) if one == "*")
        self.moves = {
            character: sum(1 << index for index, one in enumerate(pattern) if one in (character, "?"))
            for character in set(pattern)
        }
        self.other = self.moves.get("?", 0)
        self.end = 1 << len(pattern)
        self.start = self.closed(1)

    def closed(self, state: int) -> int:
        return state | (state & self.stars) << 1

    def step(self, state: int, character: str) -> int:
        return self.closed((state & self.moves.get(character, self.other)) << 1 | state & self.stars)

    def run(self, text: str) -> int:
        state = self.start
        for character in text:
            state = self.step(state, character)
        return state


@functools.lru_cache(maxsize=4096)
def glob(pattern: str) -> Glob:
    return Glob(pattern)


def narrow(terms: Terms) -> Patterns:
    """Patterns that match certainly no more than the terms: a glob with holes is left out (under Not: wildcards)."""
    return _wide(terms) if terms.negated else (False, tuple(one.lower() for one in terms.items if isinstance(one, str)))


def wide(terms: Terms) -> Patterns:
    """Patterns that match all that the terms may match."""
    return (True, narrow(Terms(terms.items))[1]) if terms.negated else _wide(terms)


def _wide(terms: Terms) -> Patterns:
    return terms.negated, tuple(_widest(one).lower() for one in terms.items)


def _widest(value: Item) -> str:
    return "*" if isinstance(value, Hidden) else widened(value) if isinstance(value, Text) else value


@functools.lru_cache(maxsize=8192)
def covered(services: Sequence[str], terms: tuple[Patterns, ...]) -> Truth:
    """Whether the union of the terms holds every action of every one of these services."""
    return every(_service_covered(service, terms) for service in services)


def _service_covered(service: str, terms: tuple[Patterns, ...]) -> Truth:
    terms = tuple((negated, _about(service + ":", patterns)) for negated, patterns in terms)
    if any(negated and not patterns for negated, patterns in terms):
        return T
    terms = tuple(term for term in terms if term[1])
    globs = [[glob(pattern) for pattern in patterns] for _, patterns in terms]
    flat = [one for group in globs for one in group]
    if not terms:
        return F
    used = {character for _, patterns in terms for pattern in patterns for character in pattern}
    letters = _sample(string.ascii_lowercase, used)
    alphabet = letters + _sample(string.digits, used)

    def holds(states: tuple[int, ...]) -> bool:
        position = iter(zip(flat, states, strict=True))
        return any(
            any([state & one.end for one, state in (next(position) for _ in group)]) is not negated
            for group, (negated, _) in zip(globs, terms, strict=True)
        )

    todo = [(tuple(one.run(service + ":") for one in flat), letters)]
    seen: set[tuple[int, ...]] = set()
    while todo:
        states, characters = todo.pop()
        for character in characters:
            reached = tuple(one.step(state, character) for one, state in zip(flat, states, strict=True))
            if reached in seen:
                continue
            if not holds(reached):
                return F
            if len(seen) > _STATES:
                return U
            seen.add(reached)
            todo.append((reached, alphabet))
    return T


def _about(prefix: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns that may match something with this prefix, by what stands before their first wildcard."""
    found = []
    for pattern in patterns:
        literal = _WILDCARD.split(pattern, 1)[0]
        if prefix.startswith(literal) or literal.startswith(prefix):
            found.append(pattern)
    return tuple(found)


def _sample(characters: str, used: set[str]) -> str:
    """Those that patterns name, and one that stands for all others."""
    return "".join(sorted(used & set(characters))) + next((one for one in characters if one not in used), "")
