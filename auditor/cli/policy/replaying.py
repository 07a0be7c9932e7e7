"""`auditor policy replay`: what a changed policy changes on stored snapshots."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import config_option, packs_option, profile_set_option, settings_option
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.model import Pack
    from auditor.workbench.replay.changed import Changed
    from auditor.workbench.replay.replay import Side

SAME, DIFFERENT, INCOMPLETE = 0, 1, 3
_MOST = 50


@click.command()
@click.option(
    "--snapshots",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder of snapshots, or one.",
)
@click.option(
    "--against",
    default="HEAD",
    show_default=True,
    metavar="REV|PACK",
    help="What to compare with: a revision of the pack's git repository, or another folder.",
)
@click.option("--policy", "ids", multiple=True, metavar="ID", help="Only these policies (globs, repeatable).")
@packs_option
@settings_option
@profile_set_option
@config_option
@click.option("--expect-same", is_flag=True, help="Exit 1 where any verdict differs.")
@click.option("--all", "everything", is_flag=True, help=f"Every difference, not the first {_MOST}.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def replay(
    context: click.Context,
    folder: Path,
    against: str,
    ids: tuple[str, ...],
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    profile_set: str | None,
    config_file: Path | None,
    expect_same: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Judge stored snapshots by a changed policy and by what it was before.

    Only the policies that differ run, a policy whose library differs among them. With --pack the packs are compared,
    without it the built-in one. Exits 0 whatever differs, 1 with --expect-same, 3 where a snapshot could not be judged
    whole.

    \b
    Examples:
      auditor policy replay --snapshots snapshots/ --pack my-pack
      auditor policy replay --snapshots snapshots/ --pack my-pack --against v1.4 --expect-same
      auditor policy replay --snapshots prod.json.gz --pack new-pack --against old-pack --json
    """
    from auditor.cli import outputs, session
    from auditor.workbench.replay import changed, summary
    from auditor.workbench.replay import replay as replaying

    files = replaying.snapshots(folder)
    config = session.configured(config_file, packs=packs, profile_set=profile_set)
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="auditor-")))
        after, before = _packs(config, against, scratch)
        wanted = _wanted(changed.compare(before, after), ids, before, after)
        sides = [_side(stack, pack, config, settings, wanted.all, pack is after) for pack in (before, after)]
        found = summary.summed(against, len(files), wanted, replaying.replay(files if wanted.all else (), *sides))
    if as_json:
        click.echo(outputs.pretty(found))
    else:
        for line in summary.lines(found, _MOST if not everything else len(found.changes)):
            click.echo(line)
    context.exit(DIFFERENT if found.changes and expect_same else INCOMPLETE if found.problems else SAME)


def _packs(config: Config, against: str, scratch: Path) -> tuple[Pack, Pack]:
    """As it is now, and as it was. The built-in pack is what is compared where no other is named."""
    from auditor.catalogue import load
    from auditor.cli import session
    from auditor.workbench.replay.earlier import extract

    binary = session.opa_binary()
    own = [Path(pack) for pack in config.packs]
    after = session.load_pack(config, binary)
    compared = own or [load.builtin_folder()]
    if Path(against).is_dir():
        if len(compared) > 1:
            raise UsageError(f"--against {against}: a folder stands for one --pack; there are {len(compared)}")
        earlier = [Path(against)]
    else:
        earlier = [scratch / str(number) for number, _ in enumerate(compared)]
        for pack, into in zip(compared, earlier, strict=True):
            extract(pack, against, into)
    folders = [load.builtin_folder(), *earlier] if own else earlier
    return after, session.load_folders(folders, binary, cached=False)


def _wanted(differing: Changed, ids: Sequence[str], before: Pack, after: Pack) -> Changed:
    from auditor.catalogue.select import select

    every = {policy.id: policy for pack in (before, after) for policy in pack.policies}
    return differing.only({policy.id for policy in select(list(every.values()), ids, "live")})


def _side(
    stack: contextlib.ExitStack, pack: Pack, config: Config, settings: Sequence[str], wanted: frozenset[str], now: bool
) -> Side:
    """An engine that holds this version. Settings that only the other version knows are left out of the earlier."""
    from auditor.cli import session
    from auditor.engine.opa import ManagedOpa
    from auditor.workbench.replay.replay import Side

    policies = [policy for policy in pack.policies if policy.id in wanted and policy.applies != "template"]
    if not now:
        config, settings = _known(pack, config, settings)
    values = session.parameter_values(pack, config, settings)
    others = {policy.file for policy in pack.policies if policy.id not in wanted}
    modules = [file for file in pack.modules if file not in others]
    engine = stack.enter_context(ManagedOpa(session.opa_binary(), modules))
    if policies:
        engine.wait()
    plan = session.make_plan(policies)
    return Side(pack, plan, session.facts_of(plan), {row.key: values[row.key] for row in policies}, engine)


def _known(pack: Pack, config: Config, settings: Sequence[str]) -> tuple[Config, tuple[str, ...]]:
    import msgspec

    names = {(policy.id, name) for policy in pack.policies for name in policy.parameters}
    kept = {
        id: msgspec.structs.replace(row, parameters={n: v for n, v in row.parameters.items() if (id, n) in names})
        for id, row in config.policies.items()
        if any(policy.id == id for policy in pack.policies)
    }
    flags = tuple(each for each in settings if tuple(each.partition("=")[0].rpartition(".")[::2]) in names)
    return msgspec.structs.replace(config, policies=kept), flags
