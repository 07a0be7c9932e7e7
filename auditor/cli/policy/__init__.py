"""`auditor policy`: what is in the packs, and what its author needs. One module per command."""

from __future__ import annotations

import click

from auditor.cli.policy.bundling import bundle
from auditor.cli.policy.docs import docs
from auditor.cli.policy.explaining import explain
from auditor.cli.policy.listing import list_, show
from auditor.cli.policy.reads import reads
from auditor.cli.policy.replaying import replay
from auditor.cli.policy.trying import try_


@click.group()
def policy() -> None:
    """The policies, and what their authors need."""


for command in (list_, show, reads, explain, try_, replay, bundle, docs):
    policy.add_command(command)
