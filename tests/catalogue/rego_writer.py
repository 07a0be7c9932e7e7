"""Writes random policies out of the constructs that authors use, the wrong ones included."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
BLOCK = "Auditor::S3::AccountPublicAccessBlock"


@dataclass
class Writer:
    """Writes one policy. `names`: variables in scope by what they hold."""

    random: random.Random
    rules: list[str] = field(default_factory=list)
    count: int = 0

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def policy(self, key: str, word: str = "missing", path: str = "[]") -> str:
        self.rules = []
        body = ['some s in input.resources["AWS::S3::Bucket"]']
        names = {"resource": ["s"]}
        if self.random.random() < 0.15:
            chosen = self.fresh("chosen")
            inner = ['some x in input.resources["AWS::S3::Bucket"]', *self.body({"resource": ["x"]}, 2)]
            self.rules.append(f"{chosen} contains x if {{\n{lines(inner)}}}\n")
            body = [f"some s in {chosen}"]
        if self.random.random() < 0.5:
            # one unusual construct by itself, so that what it does shows in the denials
            kind = self.random.choice([self.odd, self.odd, self.extra, self.lookup])
            body.append(kind(names, 1))
        else:
            body += self.body(names, 3)
        message, told = self.message(names)
        head = f"deny contains deny.{word}(s, {path}, {message}) if {{\n{lines([*body, *told])}}}\n"
        return f"package policy.{key}\n\nimport data.lib.deny\n\n{head}\n" + "\n".join(self.rules)

    def body(self, names: dict[str, list[str]], depth: int) -> list[str]:
        return [self.statement(names, depth) for _ in range(self.random.randint(1, 3))]

    def statement(self, names: dict[str, list[str]], depth: int) -> str:
        kinds = [
            self.comparison,
            self.comparison,
            self.truth,
            self.negation,
            self.negation,
            self.iteration,
            self.iteration,
            self.alias,
            self.membership,
            self.odd,
        ]
        if depth > 0:
            kinds += [
                self.helper,
                self.helper,
                self.not_helper,
                self.not_helper,
                self.neighbour,
                self.lookup,
                self.value,
            ]
            kinds += [self.comprehension, self.extra, self.extra]
        return self.random.choice(kinds)(names, depth)

    # --- terms ---

    def ref(self, names: dict[str, list[str]]) -> str:
        r = self.random
        options: list[str] = []
        for name in names.get("resource", []):
            options += [f"{name}.properties.{p}" for p in ("A", "B", "O", "O.P", "O.Q", "L", "M", "O.N")]
            options += [
                f'{name}.facts["f"].P',
                f"{name}.tags.t",
                f"{name}.properties.L[_].X",
                f"{name}.properties.M[_]",
            ]
            options += [f"{name}.properties.O[{key}]" for key in names.get("key", [])]
            options += [f"{name}.properties.L[{index}].Y" for index in names.get("index", [])]
            if r.random() < 0.1:
                options += [f"{name}.properties.M[0]", f"{name}.properties.L[1].X"]
        for name in names.get("element", []):
            options += [name, f"{name}.X", f"{name}.Y", f"{name}.X", f"{name}.Y"]
        return r.choice(options)

    def plain(self, names: dict[str, list[str]]) -> str:
        """A reference that may stand under `not`: no wildcards."""
        while "_" in (ref := self.ref(names)):
            pass
        return ref

    def constant(self) -> str:
        scalars = ["1", "1", "1", '"a"', '"a"', "2", "true", "false", "null"]
        return self.random.choice(scalars * 2 + ["{}", "[]", '{"P": 1}', '["a"]'])

    def collection(self, names: dict[str, list[str]]) -> str:
        r = self.random
        choice = r.random()
        if choice < 0.6:
            name = r.choice(names["resource"]) if names.get("resource") else r.choice(names["element"])
            return f"{name}.{r.choice(['properties.L', 'properties.M', 'properties.O.N', 'properties.O', 'tags'])}"
        if choice < 0.8:
            return self.set_rule(names)
        if choice < 0.9:
            return r.choice(['{"P", "Q"}', '["A", "B"]', "[1, 2]", '{"a", 1, true}'])
        return f"{self.comprehended(names)}"

    def comprehended(self, names: dict[str, list[str]]) -> str:
        inner = {kind: list(values) for kind, values in names.items()}
        var = self.fresh("c")
        source = self.source(inner)
        inner.setdefault("element", []).append(var)
        rest = "; ".join(self.simple(inner) for _ in range(self.random.randint(0, 2)))
        body = f"some {var} in {source}" + (f"; {rest}" if rest else "")
        opening, closing = self.random.choice(["{}", "[]"])
        return f"{opening}{var} | {body}{closing}"

    def source(self, names: dict[str, list[str]]) -> str:
        base = [f"{n}.properties.{p}" for n in names.get("resource", []) for p in ("L", "M", "O.N")]
        return self.random.choice(base or [f"{n}.X" for n in names["element"]])

    def simple(self, names: dict[str, list[str]]) -> str:
        return self.random.choice([self.comparison, self.truth, self.negation])(names, 0)

    def message(self, names: dict[str, list[str]]) -> tuple[str, list[str]]:
        r = self.random
        told = r.choice(
            [self.ref(names), f"count({self.ref(names)})", self.comprehended(names), f"max({self.ref(names)})"]
        )
        text = f'sprintf("%v", [{told}])'
        name = self.fresh("message")
        return r.choice([('"no"', []), ('"no"', []), (text, []), (name, [f"{name} := {text}"]), (f"lower({text})", [])])

    # --- statements ---

    def comparison(self, names: dict[str, list[str]], depth: int) -> str:
        operator = self.random.choice(["==", "==", "==", "!=", "<", ">="])
        right = self.constant() if self.random.random() < 0.85 else self.ref(names)
        return f"{self.ref(names)} {operator} {right}"

    def truth(self, names: dict[str, list[str]], depth: int) -> str:
        return self.ref(names)

    def negation(self, names: dict[str, list[str]], depth: int) -> str:
        ref = self.plain(names)
        kinds = [f"not {ref}", f"not {ref} == {self.constant()}", f"not {ref} == {self.constant()}"]
        if self.random.random() < 0.3:
            kinds += [f"not {ref} > 1", f'not {ref} in {{1, "a"}}', f'not "a" in {ref}', f"not {ref} != 1"]
        return self.random.choice(kinds)

    def iteration(self, names: dict[str, list[str]], depth: int) -> str:
        collection = self.collection(names)
        element = self.fresh("e")
        if self.random.random() < 0.4:
            index = self.fresh("i")
            if collection in ('{"P", "Q"}', '["A", "B"]'):
                names.setdefault("key", []).append(element)
                return f"some {element} in {collection}"
            names.setdefault("index", []).append(index)
            names.setdefault("element", []).append(element)
            return f"some {index}, {element} in {collection}"
        names.setdefault("key" if collection == '{"P", "Q"}' else "element", []).append(element)
        return f"some {element} in {collection}"

    def alias(self, names: dict[str, list[str]], depth: int) -> str:
        ref, name = self.ref(names), self.fresh("v")
        names.setdefault("element", []).append(name)
        return f"{name} := {ref}"

    def membership(self, names: dict[str, list[str]], depth: int) -> str:
        r = self.random
        if r.random() < 0.5:
            return f'{self.ref(names)} in {{1, 2, "a", {self.constant()}}}'
        return f"{self.constant()} in {self.collection(names)}"

    def odd(self, names: dict[str, list[str]], depth: int) -> str:
        """What the analysis does not follow, or only with care."""
        r, ref, constant, name = self.random, self.ref(names), self.constant(), self.fresh("w")
        kinds: list[Callable[[], str]] = [
            lambda: f"count({ref}) {r.choice(['>', '=='])} {r.randint(0, 2)}",
            lambda: f"count({self.comprehended(names)}) == {r.randint(0, 2)}",
            lambda: f"every {name} in {self.collection(names)} {{ {name} != {constant} }}",
            lambda: f'object.get({ref}, "P", 1) == 1',
            lambda: r.choice(
                [f'startswith({ref}, "a")', f"is_string({ref})", f'lower({ref}) == "a"', f"{ref} + 1 > 2"]
            ),
            lambda: self.guessed(names),
            lambda: self.guessed(names),
            lambda: f"{name} := {ref} == {constant}\n\t{name} == false",
            lambda: f"{name} := 1 in {self.collection(names)}\n\t{name} == false",
            lambda: f'sprintf("%v", [{ref}]) == "{{}}"',
            lambda: f"is_string({ref})\n\t{ref} == {self.ref(names)}",
            lambda: f"{{1, 2}} - {{{ref}}} == {{1, 2}}",
            lambda: r.choice([f"[{ref}, 1] == [{constant}, 1]", f'[{ref}, 1] in {{[1, 1], ["a", 1], [[], 1]}}']),
            lambda: f"some {name} in ({{{ref}}} | {{1}})\n\t{name} == 1",
            lambda: f"[{name}, _] := {ref}\n\t{name} == 1",
            lambda: r.choice(
                [f"to_number({ref}) == 1", f"[1, 2][{ref}] == 2", f'{{"a": 1, {{}}: 2, []: 3}}[{ref}] > 1']
            ),
        ]
        return r.choice(kinds)()

    def guessed(self, names: dict[str, list[str]]) -> str:
        """A function with `default` or `else`."""
        if not names.get("resource"):
            return self.ref(names)
        rule = self.fresh("guess")
        body = lines(self.body({"resource": ["d"]}, 0))
        if self.random.random() < 0.5:
            self.rules.append(f"default {rule}(_) := false\n\n{rule}(d) if {{\n{body}}}\n")
            return f"{rule}({self.random.choice(names['resource'])}) == {self.random.choice(['true', 'false'])}"
        self.rules.append(f"{rule}(d) := 1 if {{\n{body}}} else := 2\n")
        return f"{rule}({self.random.choice(names['resource'])}) == {self.random.choice(['1', '2'])}"

    def extra(self, names: dict[str, list[str]], depth: int) -> str:
        """Rules and functions with composite values, positions, patterns."""
        r = self.random
        if not names.get("resource"):
            return self.truth(names, depth)
        s, ref, constant = r.choice(names["resource"]), self.ref(names), self.constant()
        rule, a, b = self.fresh("extra"), self.fresh("x"), self.fresh("y")
        kind = r.randint(0, 9)
        if kind == 0:
            inner = lines([f'some m in input.resources["{POLICY}"]', *self.body({"resource": ["m"]}, 0)])
            self.rules.append(
                f"{rule} contains [m.properties.Bucket, {self.plain({'resource': ['m']})}] if {{\n{inner}}}\n"
            )
            pair = f"[{s}.name, {constant}]"
            some = f"some [{a}, {b}] in {rule}\n\t{a} == {s}.name\n\t{b} == {constant}"
            return r.choice([f"{pair} in {rule}", f"not {pair} in {rule}", f"{rule}[{pair}]", some])
        if kind == 1:
            inner = lines([f'some m in input.resources["{BUCKET}"]', *self.body({"resource": ["m"]}, 0)])
            self.rules.append(f"{rule}[m.id] := {self.plain({'resource': ['m']})} if {{\n{inner}}}\n")
            some = f"some {a}, {b} in {rule}\n\t{b} == {constant}"
            return r.choice(
                [f"{rule}[{s}.id] == {constant}", f"not {rule}[{s}.id] == {constant}", f"{rule}[{s}.id]", some]
            )
        if kind == 2:
            return f"walk({ref}, [{a}, {b}])\n\t{b} == {constant}"
        if kind == 3:
            source = (
                f"{{c | some c in p.properties.{r.choice('LM')}; {self.simple({'resource': ['p'], 'element': ['c']})}}}"
            )
            self.rules.append(f"{rule}(p) := {source}\n")
            some = f"some {a} in {rule}({s})\n\t{a} == {constant}"
            bound = f"{a} := {rule}({s})\n\tnot {constant} in {a}"
            return r.choice([some, f"{constant} in {rule}({s})", f"not {constant} in {rule}({s})", bound])
        if kind == 4:
            body = lines([f'some m in input.resources["{BUCKET}"]', "m.id == p.id", *self.body({"resource": ["m"]}, 0)])
            self.rules.append(f"{rule}(p) := m if {{\n{body}}}\n")
            names["resource"].append(a)
            return f"{a} := {rule}({s})"
        if kind == 5:
            position = r.choice(["== 0", "> 0", "!= 1", '== "P"', '!= "P"', "< 1"])
            return f"some {a}, {b} in {s}.properties.{r.choice('LMO')}\n\t{a} {position}\n\t{b} == {constant}"
        if kind == 6:
            return r.choice([f'{{"P": {a}}} = {ref}\n\t{a} == {constant}', f"[{a}] = {ref}\n\t{a} == {constant}"])
        if kind == 7:
            return f"{a} == {constant}\n\t{a} = {ref}"
        if kind == 8:
            list = f"{s}.properties.{r.choice('LM')}"
            return f"some {a}, {b}\n\t{list}[{a}] == {constant}\n\t{list}[{b}]\n\t{a} {r.choice(['<', '!=', '=='])} {b}"
        position = r.choice(["0", "_"])
        return f"{a} := [c | some c in {s}.properties.M; c != {constant}]\n\t{a}[{position}] == {self.constant()}"

    def helper(self, names: dict[str, list[str]], depth: int) -> str:
        rule = self.fresh("helper")
        kind = "element" if names.get("element") and self.random.random() < 0.3 else "resource"
        if not names.get(kind):
            return self.truth(names, depth)
        for _ in range(self.random.randint(1, 2)):
            inner = {kind: ["p"]}
            self.rules.append(f"{rule}(p) if {{\n{lines(self.body(inner, depth - 1))}}}\n")
        return f"{rule}({self.random.choice(names[kind])})"

    def not_helper(self, names: dict[str, list[str]], depth: int) -> str:
        text = self.helper(names, depth)
        return f"not {text}" if text.startswith("helper") else self.negation(names, depth)

    def value(self, names: dict[str, list[str]], depth: int) -> str:
        """A function with a value, compared or negated."""
        rule = self.fresh("value")
        if not names.get("resource"):
            return self.truth(names, depth)
        inner = {"resource": ["p"]}
        body = self.body(inner, depth - 1)
        result = self.random.choice([self.plain({"resource": ["p"]}), "1", "true", f"{self.plain(inner)} == 1"])
        self.rules.append(
            f"{rule}(p) := {result} if {{\n{lines(body)}}}\n"
            if self.random.random() < 0.6
            else f"{rule}(p) := {result}\n"
        )
        call = f"{rule}({self.random.choice(names['resource'])})"
        return self.random.choice([call, f"{call} == 1", f"not {call}", f"{call} == true", f"not {call} == 1"])

    def neighbour(self, names: dict[str, list[str]], depth: int) -> str:
        """Another resource, joined or not."""
        r = self.random
        other = self.fresh("u")
        type = r.choice([POLICY, POLICY, BLOCK, BUCKET])
        subject = r.choice(names.get("resource") or ["s"])
        join = r.choice(
            [
                f"{other}.properties.Bucket == {subject}.name",
                f"{other}.properties.Bucket == {subject}.name",
                f"{other}.properties.Other == {subject}.name",
                f"not {other}.properties.Bucket == {subject}.name",
                f'{other}.properties.Bucket in {{{subject}.name, "two"}}',
            ]
            if type == POLICY
            else [f"{other}.account == {subject}.account", f"{other}.id != {subject}.id"]
        )
        if not names.get("resource"):
            join = f"{other}.properties.A == 1"
        inner = {"resource": [other]}
        if r.random() < 0.5:
            rule = self.fresh("near")
            body = [
                f'some {other} in input.resources["{type}"]',
                join.replace(f"{subject}.", "q."),
                *self.body(inner, depth - 1),
            ]
            self.rules.append(f"{rule}(q) if {{\n{lines(body)}}}\n")
            call = f"{rule}({subject})"
            if not names.get("resource"):
                return self.truth(names, depth)
            return r.choice([call, f"not {call}"])
        names.setdefault("resource", []).append(other)
        return f'some {other} in input.resources["{type}"]\n\t{join}'

    def set_rule(self, names: dict[str, list[str]]) -> str:
        rule = self.fresh("set")
        for _ in range(self.random.randint(1, 2)):
            inner = {"resource": ["m"]}
            type = self.random.choice([POLICY, BLOCK, BUCKET])
            body = [f'some m in input.resources["{type}"]', *self.body(inner, 0)]
            leaf = self.random.choice(["m.properties.A", "m.properties.M[_]", "m.properties.L[_]"])
            self.rules.append(f"{rule} contains {leaf} if {{\n{lines(body)}}}\n")
        return rule

    def lookup(self, names: dict[str, list[str]], depth: int) -> str:
        """The join that is fast: a set of names, looked up by the subject's."""
        r = self.random
        if not names.get("resource"):
            return self.truth(names, depth)
        subject = r.choice(names["resource"])
        rule = self.fresh("kept")
        property = r.choice(["Bucket", "Bucket", "Other"])
        body = "; ".join(s.replace("\n\t", "; ") for s in self.body({"resource": ["m"]}, 0))
        kind = r.randint(0, 3)
        if kind == 0:
            self.rules.append(
                f'{rule} := {{m.properties.{property} | some m in input.resources["{POLICY}"]; {body}}}\n'
            )
        elif kind == 1:
            for _ in range(r.randint(1, 2)):
                inner = lines([f'some m in input.resources["{POLICY}"]', *self.body({"resource": ["m"]}, 0)])
                self.rules.append(f"{rule} contains m.properties.{property} if {{\n{inner}}}\n")
        elif kind == 2:
            self.rules.append(
                f'{rule} := {{m.properties.{property}: true | some m in input.resources["{POLICY}"]; {body}}}\n'
            )
        else:
            inner = lines([f'some m in input.resources["{POLICY}"]', *self.body({"resource": ["m"]}, 0)])
            self.rules.append(f"{rule}[m.properties.{property}] contains m.properties.A if {{\n{inner}}}\n")
        use = f"{rule}[{subject}.name]" if kind == 3 or r.random() < 0.6 else f"{subject}.name in {rule}"
        if kind == 2:
            use = f"{rule}[{subject}.name]"
        if kind == 3 and r.random() < 0.7:
            var = self.fresh("k")
            return f"some {var} in {rule}[{subject}.name]\n\t{var} == {self.constant()}"
        return r.choice([use, f"not {use}"])

    def comprehension(self, names: dict[str, list[str]], depth: int) -> str:
        var = self.fresh("n")
        text = self.comprehended(names)
        return self.random.choice(
            [
                f"some {var} in {text}\n\t{var} == {self.constant()}",
                f"{var} := {text}\n\t{self.constant()} in {var}",
                f"{var} := {text}\n\tnot {self.constant()} in {var}",
                f"not {self.constant()} in {text}",
            ]
        )


def lines(statements: Sequence[str]) -> str:
    return "".join(f"\t{statement}\n" for statement in statements)
