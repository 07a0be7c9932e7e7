"""From the syntax trees of a policy and its libraries to what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.catalogue.finding import Finding
from auditor.catalogue.reads import merge, syntax, words
from auditor.catalogue.reads.bodies import Bodies
from auditor.catalogue.reads.gather import seen
from auditor.catalogue.reads.given import given
from auditor.catalogue.reads.merge import Atom
from auditor.catalogue.reads.scope import Comparison, Join, Program, Reading, Scope, TooLong, Trace, Unbound
from auditor.catalogue.reads.syntax import Clause, Module, Place
from auditor.catalogue.reads.values import Known, Whole, Word, plain
from auditor.catalogue.seen import Seen
from auditor.model import Access, Path, Sign

_TYPES: Mapping[str, Known] = {
    "boolean": Known("scalar", given=True),
    "integer": Known("scalar", given=True),
    "number": Known("scalar", given=True),
    "string": Known("text", given=True),
}


@dataclass(frozen=True)
class RuleReads:
    """One denial: `path` with "*" for what varies, None where it cannot be followed."""

    word: str
    subjects: tuple[str, ...]
    path: Path | None
    accesses: tuple[Access, ...]
    place: Place


@dataclass(frozen=True)
class Derived:
    """What a policy reads. `places`: type, path and sign (never `both`) to where it is read first."""

    accesses: tuple[Access, ...]
    rules: tuple[RuleReads, ...]
    findings: tuple[Finding, ...]
    subjects: tuple[str, ...]
    places: Mapping[tuple[str, Path, Sign], Place]
    seen: Seen = Seen()


def derive(tree: Mapping[str, Any], libraries: Iterable[Mapping[str, Any]]) -> Derived:
    """The reads of the policy whose syntax tree (with locations) is given.

    What the analysis cannot follow is signed both and named in `findings`, where `fatal` ones are errors in any
    pack, the others only in the built-in one.
    """
    modules = [syntax.module(one) for one in (tree, *libraries)]
    return analyse(modules[0], {module.package: module for module in modules})


def analyse(module: Module, modules: Mapping[syntax.Package, Module]) -> Derived:
    """The same for trees that are read already; `modules` holds this one too, by package."""
    program = _program(module, modules)
    rule = module.rules.get("deny")
    if rule is None or rule.kind != "set":
        message = "no rule `deny contains ...`" if rule is None else "write `deny contains ...`"
        place = rule.clauses[0].place if rule is not None else Place(module.file, 1, 1)
        return Derived((), (), (Finding(message, place.file, place.line, place.column, True),), (), {})
    followed = [_follow(clause, module, program) for clause in rule.clauses]
    atoms = [atom for one in followed for atom in one.atoms]
    readings = [reading for one in followed for reading in one.readings]
    findings = [finding for one in followed for finding in one.findings]
    for one in followed:
        for word in one.words:
            findings += words.check_path(word, one.types, readings)
    return Derived(
        merge.accesses(atoms),
        tuple(rule for one in followed for rule in one.rules),
        tuple(dict.fromkeys(findings)),
        tuple(dict.fromkeys(type for one in followed for type in sorted(one.types))),
        merge.places(atoms),
        seen(
            readings,
            [one for each in followed for one in each.comparisons],
            [j for each in followed for j in each.joins],
        ),
    )


@dataclass(frozen=True)
class _Followed:
    words: Sequence[Word]
    types: frozenset[str]
    atoms: Sequence[Atom]
    readings: Sequence[Reading]
    findings: Sequence[Finding]
    rules: Sequence[RuleReads]
    comparisons: Sequence[Comparison]
    joins: Sequence[Join]


def _follow(clause: Clause, module: Module, program: Program) -> _Followed:
    """One definition of `deny`."""
    trace = Trace()
    bodies = Bodies(program, trace)
    scope = Scope(module, 1, trace.fresh())
    place = clause.place
    denials = []
    try:
        assert clause.member is not None
        bodies.solve(clause.body, scope, told_for=clause.member)
        with scope.switched("told"):
            denials = [value for value in bodies.value(clause.member, scope)]
    except Unbound:
        trace.find("cannot be followed: a variable has no value", place, scope, fatal=True)
    except (TooLong, RecursionError):
        trace.find("too many rules call each other to be followed: split the policy", place, scope, fatal=True)
    found = [value for value in denials if isinstance(value, Word)]
    wholes = [subject for word in found for subject in word.subjects if isinstance(subject, Whole)]
    is_clear = len(found) == len(denials) and len(wholes) == sum(len(word.subjects) for word in found)
    if not (found and wholes and is_clear) and not any(finding.fatal for finding in trace.findings):
        message = "a denial must be deny.found, deny.absent or deny.missing of a resource of input.resources"
        trace.find(message, place, scope, fatal=True)
    subjects = frozenset(whole.binding for whole in wholes)
    atoms = merge.atoms(trace.reads, trace.joins, subjects, given(clause.body, program.key))
    accesses = merge.accesses(atoms)
    types = frozenset(binding.type for binding in subjects)
    for word in found:
        trace.findings += words.check(word, subjects, trace.reads)
    rules = [
        RuleReads(
            word.name,
            tuple(sorted({s.binding.type for s in word.subjects if isinstance(s, Whole)})),
            None if word.path is None else plain(word.path),
            accesses,
            word.place,
        )
        for word in found
    ]
    return _Followed(found, types, atoms, trace.reads, trace.findings, rules, trace.comparisons, trace.joins)


def _program(module: Module, modules: Mapping[syntax.Package, Module]) -> Program:
    custom: Mapping[str, Any] = {}
    for annotation in module.annotations:
        if annotation.get("scope") == "package":
            custom = annotation.get("custom") or {}
    parameters = custom.get("parameters")
    known = {
        str(name): _parameter(str(name), row)
        for name, row in (parameters.items() if isinstance(parameters, dict) else ())
        if isinstance(row, dict)
    }
    return Program(modules, known, module.package[-1], custom.get("applies") == "live")


def _parameter(name: str, row: Mapping[str, Any]) -> Known:
    """A parameter by its type; elements of an array are scalars, strings if its default or values are."""
    token = ("parameter", name)
    if row.get("type") == "array":
        samples = [*(row.get("default") or ()), *(row.get("values") or ())]
        is_text = bool(samples) and all(isinstance(sample, str) for sample in samples)
        return Known("any", items="text" if is_text else "scalar", token=token, given=True)
    known = _TYPES.get(str(row.get("type")), Known("any"))
    return Known(known.kind, token=token, given=True)
