"""Worlds in words: "Env is prod and Encrypted is not true"."""

from __future__ import annotations

from auditor.sources.template.choices import Variable
from auditor.sources.template.search import Leaf, Space
from auditor.sources.template.texts import literal_text

_LONGEST_VALUE = 60
_MOST_DEFAULTS = 3
ELSE = "something else"


def label(space: Space, leaf: Leaf, default: bool) -> str:
    """What makes a world: of the default one its few values, of another one only what differs from it."""
    shown = [variable for variable in space.variables if variable.name in leaf.chosen]
    differs = [variable for variable in shown if leaf.chosen[variable.name]]
    named = differs or [variable for variable in shown if not variable.auxiliary]
    if default and not differs and not 0 < len(named) <= _MOST_DEFAULTS:
        words = [] if leaf.atoms else ["every parameter is at its default"]
    else:
        words = [_phrase(variable, space, leaf) for variable in named]
    tests = (text if held else _denied(text) for (_, text), held in leaf.atoms.items())
    return " and ".join([*words, *tests])


def values_of(space: Space, leaf: Leaf) -> tuple[tuple[str, str], ...]:
    """(name, value) of every variable that was chosen."""
    return tuple(
        (variable.name, _value(variable, leaf))
        for variable in space.variables
        if variable.name in leaf.chosen and (not variable.auxiliary or leaf.chosen[variable.name])
    )


def _phrase(variable: Variable, space: Space, leaf: Leaf) -> str:
    choice = variable.choices[leaf.chosen[variable.name]]
    if choice.kind == "named":
        return f"{variable.name} is {_value(variable, leaf) or 'empty'}"
    holder = space.holder(variable, leaf.chosen)
    if holder != variable.name:
        return f"{variable.name} is {holder}"
    named = [other.value for other in variable.choices if other.kind == "named"]
    if len(named) == 1:
        return f"{variable.name} is not {literal_text(named[0]) or 'empty'}"
    return f"{variable.name} is {ELSE}"


def _value(variable: Variable, leaf: Leaf) -> str:
    choice = variable.choices[leaf.chosen[variable.name]]
    text = str(literal_text(choice.value)) if choice.kind == "named" else ELSE
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _denied(text: str) -> str:
    left, verb, right = text.rpartition(" is ")
    return f"{left} is not {right}" if verb else f"not: {text}"
