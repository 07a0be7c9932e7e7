"""`auditor policy`: what is in the packs, and what its author needs. One module per command."""

from __future__ import annotations

import click

from auditor.cli.policy.bundling import bundle
from auditor.cli.policy.docs import docs
from auditor.cli.policy.explaining import explain
from auditor.cli.policy.lint import lint
from auditor.cli.policy.listing import list_, show
from auditor.cli.policy.new import new
from auditor.cli.policy.reads import reads
from auditor.cli.policy.replaying import replay
from auditor.cli.policy.test import test
from auditor.cli.policy.trying import try_
from auditor.cli.policy.workspace import workspace


@click.group()
def policy() -> None:
    """The policies, and what their authors need.

    \b
    Examples:
      auditor policy list --type AWS::S3::Bucket
      auditor policy show s3-bucket-tls-required
      auditor policy explain s3-bucket-tls-required Logs --template app.yaml
      auditor policy try draft.rego --template app.yaml
    """


for command in (list_, show, new, test, lint, reads, explain, try_, replay, bundle, workspace, docs):
    policy.add_command(command)
