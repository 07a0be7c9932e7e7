"""`auditor policy test --watch`: what a saved file touches is tested again, whatever state the files are in."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click
import msgspec

from auditor.catalogue import load
from auditor.cli import session
from auditor.cli.policy import telling
from auditor.cli.policy.common import printable, shown
from auditor.engine.opa import ManagedOpa
from auditor.errors import EngineError, PackError, UsageError
from auditor.render.text import plain
from auditor.workbench import bench, prove, watch
from auditor.workbench.parallel import LIMITS

_LOOK_EVERY = 0.3


class _Saved(Exception):
    """A file was saved while a policy was tested: what is said of it now is old."""


def stay(packs: Sequence[Path], asked: Sequence[str], sound: bool) -> None:
    """Test once, then after each change; ends with an interrupt."""
    folders = [str(folder) for folder in (packs or [load.builtin_folder()])]
    now = watch.look(folders)
    pending: set[str] | None = None  # what no turn has seen yet; None: everything
    while True:
        started = time.monotonic()
        try:
            _turn(packs, asked, pending, sound, _stopper(folders, now))
        except _Saved:
            click.echo("saved again")
        except (PackError, UsageError) as error:
            click.echo(textwrap.indent(printable(str(error)), "  "))
        except EngineError as error:
            click.echo(f"  the engine failed: {plain(str(error))}")
        else:
            pending = set()
        click.echo(f"{time.monotonic() - started:.1f} s, waiting for a file to be saved")
        before, now = now, watch.wait(folders, now)
        for file in (files := watch.changed(before, now)):
            click.echo(f"{'saved' if file in now else 'gone'}: {shown(file)}")
        if pending is not None:
            pending |= set(files)


def _turn(
    packs: Sequence[Path], asked: Sequence[str], changed: Collection[str] | None, sound: bool, tick: Callable[[], None]
) -> None:
    """What the changed files touch; everything where `changed` is None. The soundness test comes last."""
    tools = session.opa_tools()
    here = bench.open_bench(packs, tools, session.cache())
    units = bench.chosen(here, asked)
    if changed is not None:
        units = bench.touched(here, units, changed)
    if not units:
        click.echo("no policy is touched")
        return
    files = here.files(units)
    found = list(prove.assigned(prove.static(files, tools, session.cache()), units))
    with ManagedOpa(session.opa_binary(), [*files.libraries, *files.policies], LIMITS) as engine:
        engine.wait()
        for unit in units:
            proof = prove.prove(unit, engine, sound=False)
            own = [each for each in found if each.policy == unit.policy.id]
            telling.policy(msgspec.structs.replace(proof, failures=tuple(prove.told_once([*own, *proof.failures]))))
            if sound and prove.may_be_sound(unit, proof.failures):
                telling.failures(prove.sounded(unit, engine, tick))


def _stopper(folders: Sequence[str], now: watch.Snapshot) -> Callable[[], None]:
    """Raises _Saved when a file has changed; looks now and then only."""
    looked = time.monotonic()

    def tick() -> None:
        nonlocal looked
        if time.monotonic() - looked > _LOOK_EVERY:
            looked = time.monotonic()
            if watch.look(folders) != now:
                raise _Saved

    return tick
