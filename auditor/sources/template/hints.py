"""From a comparison to the values of variables that decide it: what would make this expression that text?

The hints need not be right: each is a value that is tried. They are complete for what is compared with a
literal or a parameter; two composed strings that are compared with each other are tried with some guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.sources.template.declared import is_list, type_of
from auditor.sources.template.intrinsics import variables
from auditor.sources.template.mappings import entries_of
from auditor.sources.template.nodes import Node, Stack
from auditor.sources.template.resolve import Resolver
from auditor.sources.template.texts import scalar_text, shown

Hint = tuple[str, str]  # variable, text

_MAX_DEPTH = 20
_MOST_FILLINGS = 16
_MOST_STEPS = 2_000


def hints(stack: Stack, node: Node, text: str, resolver: Resolver, depth: int = 0) -> Iterator[Hint]:
    """Values of variables under which a node of `stack` may be `text`.

    `resolver` is the root's, in a world in which every variable is hidden with itself as the symbol.
    """
    if not isinstance(node, dict) or len(node) != 1 or depth > _MAX_DEPTH:
        return
    ((function, argument),) = node.items()
    arguments = argument if isinstance(argument, list) else [argument]
    if function == "Ref" and isinstance(argument, str):
        passed = stack.arguments.get(str(argument)) if stack.parent is not None else None
        if stack.parent is None or argument.startswith("AWS::"):
            yield str(argument), text
        elif passed is not None:
            yield from hints(stack.parent, passed, text, resolver, depth + 1)
    elif function == "Fn::If" and len(arguments) == 3:
        for branch in arguments[1:]:
            yield from hints(stack, branch, text, resolver, depth + 1)
    elif function == "Fn::Select" and len(arguments) == 2:
        yield from _selected(stack, arguments[0], arguments[1], text, resolver, depth)
    elif function == "Fn::Join" and len(arguments) == 2 and _list_parameter(stack, arguments[1]) is not None:
        separator = scalar_text(arguments[0])
        yield from hints(
            stack, arguments[1], ",".join(text.split(separator)) if separator else text, resolver, depth + 1
        )
    elif function in ("Fn::Join", "Fn::Sub"):
        yield from _filled(stack, function, arguments, text, resolver, depth)


def _filled(
    stack: Stack, function: str, arguments: Sequence[Node], text: str, resolver: Resolver, depth: int
) -> Iterator[Hint]:
    """The pieces of a string, each with what of the text it would have to be."""
    pieces = _pieces(stack, function, arguments)
    values = [resolver.child(stack).value(piece) for piece in pieces]
    literals = [scalar_text(value) for value in values]
    for filling in fillings(literals, text):
        for piece, literal, part in zip(pieces, literals, filling, strict=True):
            if literal is None:
                yield from hints(stack, piece, part, resolver, depth + _MAX_DEPTH // 4)


def _pieces(stack: Stack, function: str, arguments: Sequence[Node]) -> list[Node]:
    if function == "Fn::Join":
        items = arguments[1] if len(arguments) == 2 and isinstance(arguments[1], list) else []
        return [piece for index, item in enumerate(items) for piece in ((arguments[0], item) if index else (item,))]
    own = arguments[1] if len(arguments) == 2 and isinstance(arguments[1], dict) else {}
    template = str(arguments[0]) if isinstance(arguments[0], str) else ""
    return [literal if name is None else own.get(name, {"Ref": name}) for literal, name in variables(template)]


def fillings(literals: Sequence[str | None], text: str) -> Iterator[list[str]]:
    """Ways to cut a text into pieces of which some are given (None: any text), a bounded number of them."""
    found, steps = 0, 0
    waiting: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
    while waiting and found < _MOST_FILLINGS and steps < _MOST_STEPS:
        steps += 1
        index, position, parts = waiting.pop()
        if index == len(literals):
            if position == len(text):
                found += 1
                yield list(parts)
            continue
        literal = literals[index]
        if literal is not None:
            if text.startswith(literal, position):
                waiting.append((index + 1, position + len(literal), (*parts, literal)))
        elif index == len(literals) - 1:
            waiting.append((index + 1, len(text), (*parts, text[position:])))
        else:
            ends = range(position, min(len(text), position + 256) + 1)
            waiting.extend((index + 1, end, (*parts, text[position:end])) for end in reversed(ends))


def _selected(stack: Stack, index: Node, items: Node, text: str, resolver: Resolver, depth: int) -> Iterator[Hint]:
    """Fn::Select: a list whose element is the text is one of which every element is."""
    digits = shown(resolver.child(stack).value(index))
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 2 else 0
    if isinstance(items, list):
        for position, item in enumerate(items):
            if str(position) == digits or not digits.isdigit():
                yield from hints(stack, index, str(position), resolver, depth + 1)
                yield from hints(stack, item, text, resolver, depth + 1)
    elif _list_parameter(stack, items) is not None:
        yield from hints(stack, items, ",".join([text] * (number + 1)), resolver, depth + 1)
    elif isinstance(items, dict) and isinstance(split := items.get("Fn::Split"), list) and len(split) == 2:
        separator = scalar_text(split[0]) or ","
        yield from hints(stack, split[1], separator.join([text] * (number + 1)), resolver, depth + 1)


def _list_parameter(stack: Stack, node: Node) -> str | None:
    name = node.get("Ref") if isinstance(node, dict) and len(node) == 1 else None
    declared = stack.section("Parameters").get(name) if isinstance(name, str) else None
    return str(name) if declared is not None and is_list(type_of(declared)) else None


def key_hints(stack: Stack, node: Node, resolver: Resolver) -> Iterator[Hint]:
    """The keys of the mappings that Fn::FindInMap looks up anywhere in a node."""
    waiting: list[Any] = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(reversed(list(item.values())))
            argument = item.get("Fn::FindInMap")
            if isinstance(argument, list) and len(argument) >= 3:
                yield from _keys(stack, argument, resolver)


def _keys(stack: Stack, argument: Sequence[Node], resolver: Resolver) -> Iterator[Hint]:
    name = shown(resolver.child(stack).value(argument[0]))
    mapping: Mapping[str, Any] = entries_of(stack.section("Mappings"), name) or {}
    seconds = dict.fromkeys(key for top in mapping for key in entries_of(mapping, top) or {})
    for node, keys in ((argument[1], mapping), (argument[2], seconds)):
        for key in keys:
            yield from hints(stack, node, key, resolver)
