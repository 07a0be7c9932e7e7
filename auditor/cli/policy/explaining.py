"""`auditor policy explain`: why one resource has this verdict."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import click

from auditor.cli import completing
from auditor.cli.options import config_option, packs_option, profile_set_option, settings_option
from auditor.cli.policy.sources import source_options
from auditor.errors import UsageError


@click.command()
@click.argument("id", shell_complete=completing.policy_ids)
@click.argument("resource")
@source_options
@packs_option
@settings_option
@profile_set_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def explain(
    id: str,
    resource: str,
    snapshot: str | None,
    template: str | None,
    parameters: tuple[str, ...],
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    profile_set: str | None,
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Say why a resource has its verdict: each rule, what it saw, and the first thing that did not hold.

    RESOURCE is an id, a name, or the end of an id that no other resource has. The trace is OPA's own; what may be a
    secret is masked. Exits 0 whatever the verdict is.

    \b
    Examples:
      auditor policy explain s3-bucket-public-access-blocked Logs --template app.yaml
      auditor policy explain s3-bucket-tls-required prod-logs --snapshot prod.json.gz
      auditor policy explain s3-bucket-tls-required Logs --template app.yaml --parameter Env=prod --json
    """
    from auditor.cli import outputs, session
    from auditor.cli.policy.common import find, modules_of
    from auditor.cli.policy.sources import Given, open_source
    from auditor.engine.opa import ManagedOpa
    from auditor.engine.tools import OpaTools
    from auditor.workbench.explain.explain import Setup
    from auditor.workbench.explain.explain import explain as explained
    from auditor.workbench.explain.text import Page

    given = Given(snapshot, template, parameters)
    config = session.configured(config_file, packs=packs, profile_set=profile_set)
    binary = session.opa_binary()
    pack = session.load_pack(config, binary)
    policy = find(pack, id)
    if policy.applies not in ("both", given.kind):
        raise UsageError(f"{policy.id} is for {policy.applies} only; name a {_WANTED[policy.applies]}")
    values = {policy.key: session.parameter_values(pack, config, settings)[policy.key]}
    plan, stdin = session.make_plan([policy], values), cache(session.read_stdin)
    setup = Setup(plan.policies[0], plan, session.facts_of(plan), modules_of(pack, policy), values)
    source = open_source(given, config, stdin)
    with ManagedOpa(binary, setup.modules) as engine:
        engine.wait()
        found = explained(source, setup, resource, engine, OpaTools(binary))
    if as_json:
        click.echo(outputs.pretty(found))
        return
    page = Page(outputs.style(), session.source_line(stdin))
    for line in page.lines(found):
        click.echo(line)


_WANTED = {"live": "snapshot (--snapshot)", "template": "template (--template)"}
