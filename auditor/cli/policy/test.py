"""`auditor policy test`: does a policy say what its author says it says."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from auditor.cli.options import config_option, packs_option
from auditor.cli.policy import telling
from auditor.errors import OutputError, PackError, UsageError

if TYPE_CHECKING:
    from auditor.catalogue.store import Unit
    from auditor.workbench.bench import Bench
    from auditor.workbench.failure import Failure
    from auditor.workbench.prove import Proof


@click.command()
@packs_option
@config_option
@click.argument("asked", nargs=-1, metavar="[PATH|ID]...")
@click.option("--watch", is_flag=True, help="Stay, and test again what a saved file touches.")
@click.option("--no-soundness", is_flag=True, help="Leave out the soundness test, which takes longest.")
@click.option("--coverage", is_flag=True, help="Say what of each policy its own Rego tests reach.")
@click.option(
    "--threshold", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit 1 below this coverage (--coverage)."
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write JUnit XML too.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per processor]"
)
@click.pass_context
def test(
    context: click.Context,
    packs: tuple[str, ...],
    config_file: Path | None,
    asked: tuple[str, ...],
    watch: bool,
    no_soundness: bool,
    coverage: bool,
    threshold: float | None,
    junit: Path | None,
    jobs: int | None,
) -> None:
    """Test policies: all of your packs (without any, the built-in one), or those that ids, folders or files name.

    A policy compiles under the schema of what it reads, is formatted, passes its Rego tests; every case has its
    verdict as an account's resource and as a template; every verdict holds whatever was hidden; for each thing that
    it reads two cases differ only there; it declares what it reads.

    \b
    Examples:
      auditor policy test my-pack/s3/s3_bucket_versioned
      auditor policy test 's3-*' --pack my-pack --junit out/policies.xml
      auditor policy test --pack my-pack --watch

    \b
    Exit codes: 0 all holds · 1 something does not · 2 a file cannot be used · 4 the engine failed
    """
    from auditor.cli import session
    from auditor.workbench import bench
    from auditor.workbench.failure import parsed

    if watch and (junit or coverage or threshold is not None):
        raise UsageError("--watch writes no report: leave out --junit, --coverage and --threshold")
    given = [Path(pack) for pack in session.configured(config_file, packs=packs).packs]
    folders = bench.packs_with(given, asked)
    if watch:
        from auditor.cli.policy.watching import stay

        stay(folders, asked, sound=not no_soundness)
        return
    started = time.monotonic()
    tools = session.opa_tools()
    try:
        bench_ = bench.open_bench(folders, tools, session.cache())
    except PackError as error:
        if junit is not None:
            _write(junit, (), parsed(str(error), "load"))
        raise
    units = bench.chosen(bench_, asked)
    limit = threshold if threshold is not None else 0.0 if coverage else None
    proofs, failures = _tested(bench_, units, limit, not no_soundness, jobs or os.cpu_count() or 1)
    if junit is not None:
        _write(junit, proofs, failures)
    telling.summary(proofs, failures, time.monotonic() - started)
    context.exit(2 if any(each.broken for each in failures) else 1 if failures else 0)


def _tested(
    bench: Bench, units: Sequence[Unit], limit: float | None, sound: bool, jobs: int
) -> tuple[list[Proof], list[Failure]]:
    """Everything, told as it comes. `limit` None: coverage is not asked."""
    from auditor.cli import session
    from auditor.workbench import parallel, prove
    from auditor.workbench.checks import rego

    tools, files = session.opa_tools(), bench.files(units)
    failures = list(prove.assigned(prove.static(files, tools, session.cache()), units))
    if limit is not None and not any(each.check in (rego.TEST, rego.COMPILE) for each in failures):
        covered = prove.covered(files, tools)
        telling.coverage(covered)
        lacking = [failure for file in files.policies for failure in rego.uncovered(file, covered, limit)]
        failures += prove.assigned(lacking, units)
    proofs = []
    job = parallel.Job(session.opa_binary(), files.libraries, tuple(units), sound)
    for proof in parallel.proven(job, jobs):
        own = [each for each in failures if each.policy == proof.policy]
        proofs.append(msgspec.structs.replace(proof, failures=tuple(prove.told_once([*own, *proof.failures]))))
        telling.policy(proofs[-1])
    told = {proof.policy for proof in proofs}
    rest = [each for each in failures if each.policy not in told]
    telling.failures(rest)
    proofs.sort(key=lambda proof: proof.policy)
    return proofs, [*rest, *(failure for proof in proofs for failure in proof.failures)]


def _write(file: Path, proofs: Sequence[Proof], failures: Sequence[Failure]) -> None:
    from auditor.workbench.junit import junit

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(junit(proofs, failures))
    except OSError as error:
        raise OutputError(f"--junit {file}: {error.strerror}") from error
