"""What the parts of the template source hand to each other.

decode, expand, nested -> `Stack`; worlds -> `Assignment`; resolve -> plain values with `Hidden`, `Text` and
`Identity` in them; build -> `Scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from auditor.model import Hidden, World

Node = Any  # cfn-lint's dict_node, list_node, str_node (with marks), or a plain scalar


class Settings(msgspec.Struct, frozen=True):
    """What the user said about templates. `parameters` are given values (fixed in every world)."""

    parameters: Mapping[str, str] = {}
    worlds: Literal["all", "default"] = "all"
    max_worlds: int = 64
    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    assume: Mapping[str, Any] = {}  # [template.assume]: rows of data/template_defaults that are selectable
    accepted_macros: frozenset[str] = frozenset()


class Unexpanded(msgspec.Struct, frozen=True):
    """A macro, module or remote template that could not be expanded: what it is, and where it stands."""

    name: str
    detail: str
    node: Any


@dataclass(eq=False)
class Stack:
    """One template in one place: the root, or a nested stack with what its parent passes.

    `file` is the path as the user would write it (posix). `instance` is () for the root, else the logical ids
    on the way down. `template` is cfn-lint's tree after expansion (ForEach, Globals, SAM); its nodes keep the
    marks of the source. `arguments` are nodes of the *parent's* template.
    """

    file: str
    template: Node
    instance: tuple[str, ...] = ()
    parent: Stack | None = None
    arguments: Mapping[str, Node] = field(default_factory=dict)
    children: dict[str, Stack] = field(default_factory=dict)
    unexpanded: list[Unexpanded] = field(default_factory=list)

    def id_of(self, logical: str) -> str:
        """`parent.yaml#Stack/child.yaml#Logical` (design, section 4)."""
        if self.parent is None:
            return f"{self.file}#{logical}"
        return f"{self.parent.id_of(self.instance[-1])}/{self.file}#{logical}"

    def symbol_of(self, logical: str) -> str:
        """The symbol of a resource's identity, unique in the root: `Stack/Logical`."""
        return "/".join((*self.instance, logical))

    def section(self, name: str) -> Mapping[str, Node]:
        """A top-level section, {} where it is absent or no mapping."""
        value = self.template.get(name)
        return value if isinstance(value, dict) else {}


class Identity(msgspec.Struct, frozen=True):
    """The name, ARN or id of a declared resource, where it is no literal. Never hidden in a join.

    `symbol`: "Bucket" for its Ref, "Bucket.Arn" for an attribute. `content`: what is hidden about its text
    (the unresolved name property), None where AWS makes up the name, so that it equals no literal.
    """

    symbol: str
    type: str
    content: Hidden | None = None

    def __str__(self) -> str:
        return f"⟨{self.symbol}⟩"


@dataclass(eq=False)
class Assignment:
    """One world, ready for the resolver.

    `values`: (stack instance, parameter name) to a given, default or candidate value; a parameter that is
    "something else" or has no value maps to a `Hidden` with the parameter as its symbol; a parameter that
    is passed by the parent stack is not in here (its argument is resolved in the parent).
    `atoms`: (stack instance, text of an undecided comparison) to the branch taken in this world.
    """

    world: World
    values: Mapping[tuple[tuple[str, ...], str], Any]
    atoms: Mapping[tuple[tuple[str, ...], str], bool] = field(default_factory=dict)
    certain: bool = True  # False: rests on an undecided atom or stands for worlds over the cap
