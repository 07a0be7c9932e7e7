"""Everything that is asked of policies: first what OPA says of all files at once, then each policy by its cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.store import Unit
from auditor.engine.tools import Coverage, OpaTools
from auditor.errors import PackError
from auditor.facts.table import FACTS
from auditor.model import Engine
from auditor.workbench.cases import forms, load_cases
from auditor.workbench.checks import pairs, rego, soundness, values, verdicts
from auditor.workbench.failure import Failure, parsed
from auditor.workbench.runner import CaseRunner

CASES, READS = "cases", "reads"


class Proof(msgspec.Struct, frozen=True):
    """What was asked of one policy, and what did not hold."""

    policy: str
    file: str
    cases: int
    runs: int
    failures: tuple[Failure, ...]
    seconds: float


class Files(msgspec.Struct, frozen=True):
    """The files of the policies that are asked, and what they need."""

    policies: tuple[str, ...]
    libraries: tuple[str, ...]

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(str(test_of(file)) for file in self.policies if test_of(file).is_file())


def test_of(policy_file: str) -> Path:
    """Where the Rego test of a policy stands."""
    file = Path(policy_file)
    return file.with_name(f"{file.stem}_test.rego")


def static(files: Files, tools: OpaTools, cache: Path) -> list[Failure]:
    """What OPA says of the files: compiled under the schema, formatted, tested."""
    modules = [*files.libraries, *files.policies]
    failures = list(rego.compiled(modules, tools, cache))
    failures += rego.formatted([*files.policies, *files.tests], tools)
    for file in files.policies:
        if not test_of(file).is_file():
            message = f"has no {test_of(file).name}: stock `opa test` should tell what it does"
            failures.append(Failure(rego.TEST, message, file=file, line=1))
    if files.tests:
        failures += rego.tested(modules, files.tests, tools)
    return failures


def covered(files: Files, tools: OpaTools) -> list[Coverage]:
    """What the policies' own tests reach of them; the tests must pass."""
    if not files.tests:
        return []
    found = tools.coverage([*files.libraries, *files.policies, *files.tests])
    return [one for one in found if one.file in files.policies]


def prove(unit: Unit, engine: Engine, sound: bool = True) -> Proof:
    """Everything about one policy that needs no program but a started engine that holds it."""
    started = time.monotonic()
    policy = unit.policy
    try:
        cases = load_cases(policy)
    except PackError as error:
        return Proof(policy.id, policy.file, 0, 0, parsed(str(error), CASES, policy.id), time.monotonic() - started)
    runner = CaseRunner(policy, engine)
    failures = list(verdicts.judged(policy, cases, runner))
    failures += verdicts.shown(policy, cases)
    failures += pairs.unpaired(policy, cases, unit.seen, FACTS)
    failures += values.misplaced(unit.seen, policy.id)
    if values.VALUE not in unit.muted:
        failures += values.impossible(unit.seen, policy.id)
    failures += (
        Failure(READS, each.message, policy.id, each.file, each.line, each.column) for each in unit.differences
    )
    if sound and may_be_sound(unit, failures):
        failures += soundness.unsound(policy, cases, runner)
    runs = sum(len(forms(case, policy)) for case in cases)
    return Proof(policy.id, policy.file, len(cases), runs, tuple(failures), time.monotonic() - started)


def may_be_sound(unit: Unit, failures: Iterable[Failure]) -> bool:
    """Whether the soundness test can say more: trials are of accounts, and a wrong case fails in them again."""
    return unit.policy.applies != "template" and not any(each.check in (verdicts.CASE, CASES) for each in failures)


def sounded(unit: Unit, engine: Engine, tick: Callable[[], None]) -> list[Failure]:
    """The soundness test alone; `tick` is called before each trial and may raise to end it."""
    runner = CaseRunner(unit.policy, engine)
    return list(soundness.unsound(unit.policy, load_cases(unit.policy), runner, tick))


def told_once(failures: Sequence[Failure]) -> list[Failure]:
    """Without what the compiler says already of the same line: the schema is held against it twice."""
    lines = {(each.file, each.line) for each in failures if each.check == rego.COMPILE}
    return [each for each in failures if each.check != values.PLACE or (each.file, each.line) not in lines]


def assigned(failures: Iterable[Failure], units: Sequence[Unit]) -> Iterator[Failure]:
    """The failures of files, with the policies whose files they are."""
    folders = {Path(unit.policy.file).parent: unit.policy.id for unit in units}
    for failure in failures:
        policy = failure.policy or folders.get(Path(failure.file).parent, "")
        yield msgspec.structs.replace(failure, policy=policy)
