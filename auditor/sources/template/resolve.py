"""The value of every node of a template in one world.

Nothing raises: what cannot be told is a `Hidden` that names it, also where the template is malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.model import Path
from auditor.sources.template import intrinsics
from auditor.sources.template.conditions import TESTS, decide, same
from auditor.sources.template.mappings import look_up
from auditor.sources.template.nodes import Assignment, Node, Settings, Stack
from auditor.sources.template.references import MAX_DEPTH, Atom, Identify, References, Run
from auditor.sources.template.texts import MARKERS, NO_VALUE, dynamic, scalar_text, shown, unseen, wrong

__all__ = ["NO_VALUE", "Atom", "Identify", "Resolver", "Trace"]

Trace = dict[Path, Any]


class Resolver:
    """Resolves nodes of one stack in one world. Results are shared: do not change them."""

    def __init__(
        self,
        stack: Stack,
        assignment: Assignment,
        settings: Settings,
        identify: Identify,
        run: Run[Resolver] | None = None,
    ) -> None:
        """`run` is what the resolvers of the other stacks of the root already share; `child` passes it."""

        def make(other: Stack, shared: Run[Resolver]) -> Resolver:
            return Resolver(other, assignment, settings, identify, shared)

        self.stack, self.assignment, self.settings = stack, assignment, settings
        self._identify = identify
        self._run = Run(stack, make) if run is None else run
        self._run.resolvers[stack.instance] = self
        self._names = References(stack, assignment, settings, identify, self._run)
        self._where = "".join(f"{logical}/" for logical in stack.instance)
        self._values: dict[int, tuple[Node, Any]] = {}
        self._conditions: dict[str, bool | None] = {}

    def child(self, stack: Stack) -> Resolver:
        """The resolver of a nested stack of this root (or of the root), in the same world."""
        return self._run.resolver(stack)

    def under(self, values: Mapping[Atom, Any], atoms: Mapping[Atom, bool] | None = None) -> Resolver:
        """A resolver of the same stack in another world."""
        other = Assignment(self.assignment.world, values, atoms or {})
        return Resolver(self.stack, other, self.settings, self._identify)

    @property
    def met(self) -> Mapping[Atom, bool]:
        """The tests met so far that neither values nor atoms decide; True where the template is in error there."""
        return self._run.undecided

    @property
    def work(self) -> int:
        """How many mappings and lists were resolved in this world so far."""
        return self._run.work

    def parameter(self, name: str) -> Any:
        """The value of a parameter, by its type."""
        return self._names.parameter(name)

    # --- values ---------------------------------------------------------------------------------------------

    def value(self, node: Node, trace: Trace | None = None) -> Any:
        """Plain JSON with `Hidden`, `Text` and `Identity` at their places; NO_VALUE for AWS::NoValue itself.

        `trace` receives, for each path of the result, the node that stands there in the source: the key of a
        mapping's entry, else the element, else (a scalar has no place) what is around it. A value that comes
        by reference stands where the reference stands.
        """
        try:
            return self._value(node, (), trace, False)
        except RecursionError:  # the last resort: the depth counts nodes, and Python's limit the caller's frames too
            return wrong("the template is nested too deeply")

    def _value(self, node: Node, path: Path, trace: Trace | None, keyed: bool) -> Any:
        if trace is not None and not keyed and hasattr(node, "start_mark"):
            trace[path] = node
        if not isinstance(node, dict | list):
            return _scalar(node)
        if trace is None and id(node) in self._values:
            return self._values[id(node)][1]
        run = self._run
        if run.depth >= MAX_DEPTH:
            return wrong(f"the template is nested deeper than {MAX_DEPTH} levels")
        run.depth += 1
        run.work += 1
        try:
            made = self._list(node, path, trace) if isinstance(node, list) else self._dict(node, path, trace, keyed)
        finally:
            run.depth -= 1
        if trace is None:
            self._values[id(node)] = (node, made)
        return made

    def _list(self, node: list[Any], path: Path, trace: Trace | None) -> list[Any]:
        if trace is None:
            items = [self._value(element, (), None, False) for element in node]
            return [item for item in items if item is not NO_VALUE]
        made: list[Any] = []
        for element in node:
            place = (*path, len(made))
            trace[place] = node
            item = self._value(element, place, trace, False)
            if item is not NO_VALUE:
                made.append(item)
            else:
                del trace[place]
        return made

    def _dict(self, node: dict[Any, Any], path: Path, trace: Trace | None, keyed: bool) -> Any:
        function = next((str(key) for key in node if isinstance(key, str) and key[:4] == "Fn::"), None)
        if len(node) == 1 and (function or "Ref" in node):
            return self._function(function or "Ref", next(iter(node.values())), node, path, trace, keyed)
        if function is not None:  # Fn::Transform and Fn::ForEach may add any key beside the others
            return unseen(f"{function} is not expanded", f"{self._where}{node!r}")
        made: dict[str, Any] = {}
        for key, element in node.items():
            name, place = str(scalar_text(key)), path
            if trace is not None:
                place = (*path, name)
                marked = next((one for one in (key, element, node) if hasattr(one, "start_mark")), None)
                if marked is not None:
                    trace[place] = marked
            item = self._value(element, place, trace, True)
            if item is not NO_VALUE:
                made[name] = item
            elif trace is not None:
                trace.pop(place, None)
        return made

    def _function(self, name: str, argument: Any, node: Node, path: Path, trace: Trace | None, keyed: bool) -> Any:
        if name == "Fn::If":
            return self._if(argument, path, trace, keyed)
        if name == "Fn::FindInMap":
            entry = look_up(argument, self.stack.section("Mappings"), self.value, self._run.allowed, self._where)
            return self._value(entry, path, trace, keyed)
        made = self._call(name, argument, node)
        if trace is not None:
            _spread(made, path, trace, trace.get(path, node))
        return made

    def _call(self, name: str, argument: Any, node: Node) -> Any:
        if name == "Ref":
            return self._names.named(str(argument)) if _is_name(argument) else wrong("Ref takes a name")
        if name == "Fn::GetAtt":
            place = intrinsics.attribute_of(argument, self.value, self._where)
            return self._names.attribute(*place) if isinstance(place, tuple) else place
        if name == "Fn::Sub":
            return intrinsics.substitute(argument, self.value, self._names.named, self._where)
        if name in TESTS:
            held = decide(node, self)
            return intrinsics.hidden_by(name, self.value(argument), self._where) if held is None else held
        return intrinsics.apply(name, self.value(argument), self._where)

    # --- conditions -----------------------------------------------------------------------------------------

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None where this world does not decide it."""
        text, here = f"condition {name} holds", self.stack.instance
        if (here, text) in self.assignment.atoms:
            return self.assignment.atoms[here, text]
        if name not in self._conditions:
            node, key = self.stack.section("Conditions").get(name), (here, text, "")
            if node is None or key in self._run.open or self._run.depth >= MAX_DEPTH:
                return self.undecided(text, True)
            self._run.open.add(key)
            self._run.depth += 1
            try:
                self._conditions[name] = decide(node, self)
            except RecursionError:
                return self.undecided(text, True)
            finally:
                self._run.depth -= 1
                self._run.open.discard(key)
        return self._conditions[name]

    def undecided(self, text: str, wrong: bool) -> bool | None:
        """The branch of this world for a test that the values do not decide."""
        branch = self.assignment.atoms.get((self.stack.instance, text))
        if branch is None:
            self._run.undecided.setdefault((self.stack.instance, text), wrong)
        return branch

    def _if(self, argument: Any, path: Path, trace: Trace | None, keyed: bool) -> Any:
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            return wrong("Fn::If takes a condition and two values")
        name = str(argument[0])
        held = self.condition(name)
        if held is not None:
            return self._value(argument[1] if held else argument[2], path, trace, keyed)
        branches = [self.value(branch) for branch in argument[1:]]
        if NO_VALUE not in branches and same(*branches):
            return self._value(argument[1], path, trace, keyed)
        return unseen(f"condition {name} is not decided", f"{self._where}Fn::If {name} {shown(branches)}")


def _spread(value: Any, path: Path, trace: Trace, place: Node) -> None:
    """Everything in a value that comes by reference stands at one place."""
    waiting = [(path, value)]
    while waiting:
        above, item = waiting.pop()
        items = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        for key, element in items:
            trace[(*above, key)] = place
            waiting.append(((*above, key), element))


def _scalar(node: Node) -> Any:
    if isinstance(node, str):
        return dynamic(str(node))
    if node is None or isinstance(node, (bool, float, *MARKERS)):
        return node
    text = scalar_text(node)
    if text is None:
        return wrong(f"{type(node).__name__} is no value of a template")
    return node if isinstance(node, int) else text


def _is_name(argument: Node) -> bool:
    return isinstance(argument, str) and (argument.startswith("AWS::") or "." not in argument)
