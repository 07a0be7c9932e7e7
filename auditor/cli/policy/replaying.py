"""`auditor policy replay`: what a changed policy changes on stored snapshots."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Container, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from auditor.cli import completing
from auditor.cli.options import config_option, packs_option, profile_set_option, settings_option
from auditor.config import nearest
from auditor.errors import PackError, UsageError

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.model import Pack
    from auditor.workbench.replay.changed import Files
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
@click.option(
    "--policy",
    "ids",
    multiple=True,
    metavar="ID",
    shell_complete=completing.policy_ids,
    help="Only these policies (globs, repeatable).",
)
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
    from auditor.catalogue import load
    from auditor.cli import outputs, session
    from auditor.workbench.replay import changed, summary
    from auditor.workbench.replay import replay as replaying

    files = replaying.snapshots(folder)
    config = session.configured(config_file, packs=packs, profile_set=profile_set)
    binary = session.opa_binary()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="auditor-")))
        session.load_pack(config, binary)  # what is wrong with it is said of the author's own files
        after = [load.builtin_folder(), *map(Path, config.packs)]
        before = _earlier(after, against, scratch)
        new, old = changed.read(after), changed.read(before)
        wanted = changed.compare(old, new).only(_named(ids, {*old.policies, *new.policies}))
        sides = []
        for number, files_of in enumerate((old, new)):
            kept = _kept(files_of, wanted.all, scratch / f"kept{number}")
            try:
                pack = session.load_folders([kept], binary, cached=False)
            except PackError as error:
                raise PackError(f"--against {against}: {str(error).replace(f'{kept}/', '')}") from error
            sides.append(_side(stack, pack, config, settings, binary, kept))
        found = summary.summed(against, len(files), wanted, replaying.replay(files if wanted.all else (), *sides))
    if as_json:
        click.echo(outputs.pretty(found))
    else:
        for line in summary.lines(found, _MOST if not everything else len(found.changes)):
            click.echo(line)
    context.exit(DIFFERENT if found.changes and expect_same else INCOMPLETE if found.problems else SAME)


def _earlier(folders: Sequence[Path], against: str, scratch: Path) -> list[Path]:
    """The folders as they were. The built-in pack is what is compared where no other is named."""
    from auditor.workbench.replay.earlier import extract

    builtin, *own = folders
    compared = own or [builtin]
    if Path(against).is_dir():
        if len(compared) > 1:
            raise UsageError(f"--against {against}: a folder stands for one --pack; there are {len(compared)}")
        earlier = [Path(against)]
    else:
        earlier = [scratch / f"then{number}" for number, _ in enumerate(compared)]
        for folder, into in zip(compared, earlier, strict=True):
            extract(folder, against, into)
    return [builtin, *earlier] if own else earlier


def _named(ids: Sequence[str], known: Collection[str]) -> set[str]:
    for glob in ids:
        if not any(fnmatchcase(id, glob) for id in known):
            raise UsageError(f"--policy {glob}: no such policy{nearest(glob, known)}")
    return {id for id in known if not ids or any(fnmatchcase(id, glob) for glob in ids)}


def _kept(files: Files, ids: Container[str], folder: Path) -> Path:
    """A pack of these policies and all libraries: nothing else has to be analysed."""
    chosen = {name.replace("/", "_"): row for name, row in files.libraries.items()}
    chosen |= {id.replace("-", "_"): row for id, row in files.policies.items() if id in ids}
    for name, (file, content) in chosen.items():
        (folder / name).mkdir(parents=True)
        (folder / name / file.name).write_bytes(content)
    return folder


def _side(
    stack: contextlib.ExitStack, pack: Pack, config: Config, settings: Sequence[str], binary: str, place: Path
) -> Side:
    """An engine that holds this version; settings that only the other version knows are left out."""
    from auditor.cli import session
    from auditor.engine.opa import ManagedOpa
    from auditor.workbench.replay.replay import Side

    policies = [policy for policy in pack.policies if policy.applies != "template"]
    values = session.parameter_values(pack, *_known(pack, config, settings))
    engine = stack.enter_context(ManagedOpa(binary, pack.modules))
    engine.wait()
    plan = session.make_plan(policies, values)
    return Side(plan, session.facts_of(plan), values, engine, place)


def _known(pack: Pack, config: Config, settings: Sequence[str]) -> tuple[Config, tuple[str, ...]]:
    from auditor.catalogue import profiles
    from auditor.config import PolicySettings

    names = {(policy.id, name) for policy in pack.policies for name in policy.parameters}
    profile = profiles.settings(config.profile_set) if config.profile_set is not None else {}
    kept = {}
    for id in {*profile, *config.policies}:
        own = config.policies[id].parameters if id in config.policies else {}
        values = {name: value for name, value in {**profile.get(id, {}), **own}.items() if (id, name) in names}
        if values:
            kept[id] = PolicySettings(values)
    flags = tuple(each for each in settings if tuple(each.partition("=")[0].rpartition(".")[::2]) in names)
    return msgspec.structs.replace(config, policies=kept, profile_set=None), flags
