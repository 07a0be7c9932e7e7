"""How the author's commands speak: a line per policy, a line per failure with its place first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from auditor.cli.policy.common import printable, shown

if TYPE_CHECKING:
    from auditor.engine.tools import Coverage
    from auditor.workbench.failure import Failure
    from auditor.workbench.prove import Proof


def policy(proof: Proof) -> None:
    """One policy with what does not hold."""
    found = proof.failures
    word = click.style("FAIL", fg="red") if found else click.style("ok", fg="green") + "  "
    click.echo(f"{word}  {proof.policy}  {proof.cases} cases in {proof.runs} runs, {proof.seconds:.1f} s")
    failures(found)


def failures(found: Iterable[Failure]) -> None:
    from auditor.workbench.failure import sentence

    for failure in found:
        file = shown(failure.file) if failure.file else failure.policy or "the pack"
        place = ":".join(str(part) for part in (file, failure.line, failure.column) if part)
        click.echo(printable(f"  {place}: [{failure.check}] {sentence(failure)}"))


def coverage(covered: Iterable[Coverage]) -> None:
    for one in covered:
        lines = ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in one.uncovered)
        click.echo(f"{one.percent:5.1f} %  {shown(one.file)}" + (f"  not covered: lines {lines}" if lines else ""))


def summary(proofs: Sequence[Proof], found: Sequence[Failure], seconds: float) -> None:
    wrong = f"{len(found)} {'failure' if len(found) == 1 else 'failures'}" if found else "all hold"
    click.echo(f"{len(proofs)} {'policy' if len(proofs) == 1 else 'policies'}: {wrong}, {seconds:.1f} s")
