"""`auditor policy workspace`: files for editors and stock tools."""

from __future__ import annotations

import os
from pathlib import Path

import click

from auditor.cli import completing
from auditor.cli.options import config_option, packs_option
from auditor.errors import OutputError


@click.command()
@click.argument("id", required=False, shell_complete=completing.policy_ids)
@packs_option
@config_option
@click.option(
    "-o",
    "--output",
    "folder",
    default=".",
    show_default=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The root of the workspace.",
)
@click.option("--force", is_flag=True, help="Replace an input.json and settings that are there.")
def workspace(id: str | None, packs: tuple[str, ...], config_file: Path | None, folder: Path, force: bool) -> None:
    """Write the schema of the input, a sample input, and what policies import, for an editor's OPA extension.

    ID is the policy whose first failing case becomes input.json; without it, the first policy of your packs. The
    folder .auditor is made anew each time; input.json and .vscode/settings.json are only written where there are none.

    \b
    Examples:
      auditor policy workspace --pack my-pack
      auditor policy workspace s3-bucket-versioned --pack my-pack --force
      opa eval -d my-pack -d .auditor/rego -s .auditor/schema.json -i input.json data.main.report
      opa test my-pack .auditor/rego
    """
    from auditor.cli import session
    from auditor.cli.policy.common import find
    from auditor.workbench import workspace as workbench

    config = session.configured(config_file, packs=packs)
    pack = session.load_pack(config, session.opa_binary())
    own = [os.path.realpath(each) for each in config.packs]
    mine = [row for row in pack.policies if any(Path(row.file).is_relative_to(each) for each in own)]
    policy = find(pack, id) if id is not None else (mine or list(pack.policies))[0]
    roots = [os.path.relpath(each, folder) for each in own] or [os.path.relpath(session.builtin_folder(), folder)]
    for name, text in workbench.files(pack, policy, roots).items():
        file = folder / name
        if file.exists() and not name.startswith(workbench.OWN) and not force:
            if file.read_text(encoding="utf-8", errors="replace") != text:
                click.echo(f"{file}: is there already and is left as it is (--force replaces it)")
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot write {file}: {error.strerror}") from error
    click.echo(f"{folder / workbench.INPUT}: the sample is of {policy.id}")
    click.echo(f"try: opa eval -d {roots[0]} -d {workbench.OWN}/rego -i input.json data.policy.{policy.key}.deny")
