"""What a template says for certain before any world is chosen: literals, given values, defaults, mappings.

Loops and the paths of nested templates have to be known before the worlds are, since they decide which
resources there are. Everything else is resolved per world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.sources.template.nodes import Settings, Stack
from auditor.sources.template.tree import function_of

_TOO_DEEP = "it is nested too deeply"
_LONGEST = 100_000  # characters, or items: far over the 4,096 bytes that CloudFormation takes


class Undecided(Exception):
    """The value is not known before the stack is made; the text says why."""


@dataclass(frozen=True)
class Constants:
    """One template in one place. `arguments` are the parent's nodes, to be read with the parent's constants."""

    template: Mapping[str, Any]
    settings: Settings
    arguments: Mapping[str, Any] = field(default_factory=dict)
    parent: Constants | None = None
    _known: dict[str, Any] = field(default_factory=dict)

    def text(self, node: Any) -> str:
        """The text of a node. Undecided where it depends on what is not known yet."""
        try:
            return self._text(node)
        except RecursionError as error:  # arguments of arguments of arguments
            raise Undecided(_TOO_DEEP) from error

    def texts(self, node: Any) -> Sequence[str]:
        """The texts of a node that gives a list."""
        try:
            return self._list(node)
        except RecursionError as error:
            raise Undecided(_TOO_DEEP) from error

    def _value(self, node: Any) -> Any:
        if isinstance(node, bool):
            return "true" if node else "false"
        if isinstance(node, (str, int, float)):
            return str(node)
        if isinstance(node, list):
            return [self._text(item) for item in node]
        match function_of(node):
            case ("Ref", str(name)):
                return self._reference(name)
            case ("Fn::FindInMap", [table, row, column, *rest]):
                return self._found(self._text(table), self._text(row), self._text(column), rest)
            case ("Fn::Split", [str(separator), whole]) if separator:
                return self._text(whole).split(separator)
            case ("Fn::Join", [str(separator), parts]):
                return self._joined(separator, self._list(parts))
            case ("Fn::Sub", str(text)) if "${" not in text:
                return str(text)
            case (name, _):
                raise Undecided(f"{name} is not known before the stack is made")
        raise Undecided("it is no value")

    def _text(self, node: Any) -> str:
        value = self._value(node)
        if isinstance(value, str):
            return value
        raise Undecided("a list stands where text belongs")

    def _list(self, node: Any) -> Sequence[str]:
        value = self._value(node)
        if isinstance(value, list):
            return value
        raise Undecided("text stands where a list belongs")

    @staticmethod
    def _joined(separator: str, parts: Sequence[str]) -> str:
        if len(separator) * len(parts) > _LONGEST:
            raise Undecided(f"Fn::Join makes more than {_LONGEST:,} characters")
        return separator.join(parts)

    def _reference(self, name: str) -> Any:
        pseudo = {
            "AWS::Region": self.settings.region,
            "AWS::AccountId": self.settings.account,
            "AWS::Partition": self.settings.partition,
        }
        if name in pseudo:
            if pseudo[name] is None:
                raise Undecided(f"{name} is not set")
            return pseudo[name]
        parameters = self.template.get("Parameters")
        parameter = parameters.get(name) if isinstance(parameters, dict) else None
        if not isinstance(parameter, dict):
            raise Undecided(f"{name} is no parameter")
        if name not in self._known:
            value = self._parameter(name, parameter)
            if len(value) > _LONGEST:
                raise Undecided(f"parameter {name} is longer than {_LONGEST:,}")
            self._known[name] = value
        return self._known[name]

    def _parameter(self, name: str, parameter: Mapping[str, Any]) -> Any:
        kind = parameter.get("Type")
        kind = kind if isinstance(kind, str) else "String"
        if self.parent is None and name in self.settings.parameters:
            value: Any = self.settings.parameters[name]
        elif self.parent is not None and name in self.arguments:
            value = self.parent._value(self.arguments[name])
        elif kind.startswith("AWS::SSM::"):
            raise Undecided(f"parameter {name} stands in the Systems Manager")
        elif isinstance(parameter.get("Default"), (str, int, float)):
            value = self._value(parameter["Default"])
        else:
            raise Undecided(f"parameter {name} has no value")
        if isinstance(value, str) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return [item.strip() for item in value.split(",")] if value.strip() else []
        return value

    def _found(self, table: str, row: str, column: str, rest: Sequence[Any]) -> Any:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html"""
        node: Any = self.template.get("Mappings")
        for key in (table, row, column):
            node = node.get(key) if isinstance(node, dict) else None
        if node is None and rest and isinstance(rest[0], dict) and "DefaultValue" in rest[0]:
            return self._value(rest[0]["DefaultValue"])
        values = node if isinstance(node, list) else [node]
        if any(value is None or isinstance(value, (dict, list)) for value in values):
            raise Undecided(f"the mapping {table} has no {row}/{column}")
        return self._value(node)


def constants_of(stack: Stack, settings: Settings) -> Constants:
    """The constants of a stack, its parent's behind them."""
    parent = constants_of(stack.parent, settings) if stack.parent is not None else None
    return Constants(stack.template, settings, stack.arguments, parent)
