"""The shortest words that tell patterns apart: one per set of patterns that some word of a language matches.

"Is there a value such that ..." over patterns is a question about finitely many words: all words that match the same
patterns are alike. Breadth-first search over the product of the patterns' automata and the language's finds one each.
"""

from __future__ import annotations

import functools
import string
from collections import deque
from collections.abc import Sequence

from auditor.facts.iam.cover import Glob, glob

_STATES = 5_000
_FRESH = "xyzwvutsrqponmlkjihgfedcba9876543210-_"

NAME = string.ascii_letters + string.digits + "+=,.@_-/"  # IAM names and paths
DIGITS = string.digits
HEX = string.digits + "abcdef"
LOWER = string.ascii_lowercase + string.digits + "-"


class TooMany(Exception):
    """More product states than the cap: the answer is unknown, never "there is none"."""


class Language:
    """The words of a glob whose wildcards stand for certain characters only ("" : for any)."""

    def __init__(self, pattern: str, characters: str = "") -> None:
        self.pattern = pattern
        self.automaton = Glob(pattern)
        self.literals = set(pattern) - {"*", "?"}
        self.characters = set(characters)

    def step(self, state: int, character: str) -> int:
        if not self.characters or character in self.characters:
            return self.automaton.step(state, character)
        # only a literal of the pattern takes this character
        moves = self.automaton.moves.get(character, 0) & ~self.automaton.moves.get("?", 0)
        moves &= ~self.automaton.stars
        return self.automaton.closed((state & moves) << 1)

    def alphabet(self, used: set[str]) -> str:
        """The characters that patterns or the language name, and one that stands for all others."""
        named = {one for one in used if not self.characters or one in self.characters} | self.literals
        fresh = next((one for one in _FRESH if one not in used | self.literals and self._takes(one)), "")
        if not fresh:
            fresh = next((one for one in sorted(self.characters) if one not in named), "")
        return fresh + "".join(sorted(named))

    def _takes(self, character: str) -> bool:
        return not self.characters or character in self.characters


def shortest(language: Language, patterns: Sequence[str], folded: Sequence[str] = ()) -> tuple[str, ...]:
    """One shortest word of the language per set of patterns that it matches (`folded`: in any case).

    Raises TooMany at the cap.
    """
    return _shortest(language.pattern, "".join(sorted(language.characters)), tuple(patterns), tuple(folded))


@functools.lru_cache(maxsize=4096)
def _shortest(pattern: str, characters: str, patterns: tuple[str, ...], folded: tuple[str, ...]) -> tuple[str, ...]:
    language = Language(pattern, characters)
    exact, loose = [glob(one) for one in patterns], [glob(one.lower()) for one in folded]
    used = {character for one in (*patterns, *folded) for character in one} - {"*", "?"}
    used |= {one.swapcase() for pattern in folded for one in pattern if len(one.swapcase()) == 1} - {"*", "?"}
    alphabet = language.alphabet(used)
    start = (language.automaton.start, *(one.start for one in exact), *(one.start for one in loose))
    ends = [one.end for one in (*exact, *loose)]
    queue: deque[tuple[tuple[int, ...], str]] = deque([(start, "")])
    seen, found = {start}, dict[tuple[bool, ...], str]()
    while queue:
        states, word = queue.popleft()
        if states[0] & language.automaton.end:
            found.setdefault(tuple(bool(state & end) for state, end in zip(states[1:], ends, strict=True)), word)
        for character in alphabet:
            inside = language.step(states[0], character)
            if not inside:
                continue
            small = character.lower()
            reached = (
                inside,
                *(one.step(state, character) for one, state in zip(exact, states[1:], strict=False)),
                *(one.step(state, small) for one, state in zip(loose, states[1 + len(exact) :], strict=True)),
            )
            if reached not in seen:
                if len(seen) >= _STATES:
                    raise TooMany
                seen.add(reached)
                queue.append((reached, word + character))
    return tuple(found.values())
