"""`auditor policy bundle`: the pack as an OPA bundle."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from auditor.cli.options import packs_option
from auditor.cli.policy.common import load_pack
from auditor.errors import OutputError

# What OPA signs with an asymmetric key: https://www.openpolicyagent.org/docs/management-bundles#signing
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


@click.command()
@packs_option
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    metavar="FILE.tar.gz",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The bundle to write.",
)
@click.option(
    "--signing-key",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Sign it with this private key (PEM).",
)
@click.option("--signing-alg", type=click.Choice(_ALGORITHMS), default="RS256", show_default=True, help="How.")
def bundle(packs: tuple[str, ...], file: Path, signing_key: str | None, signing_alg: str) -> None:
    """Write the built-in pack, and yours, as a bundle that a stock OPA serves.

    Its revision is the hash of the pack. `--opa-url` of scan and audit asks such a server, and refuses one that holds
    another revision: judge with the same --pack as the bundle was made with.

    \b
    Examples:
      auditor policy bundle -o pack.tar.gz
      auditor policy bundle --pack my-pack -o pack.tar.gz --signing-key private.pem
      opa run --server --bundle pack.tar.gz --verification-key public.pem
      auditor scan app.yaml --pack my-pack --opa-url http://localhost:8181
    """
    from auditor.cli import session
    from auditor.engine.tools import Signing

    pack = load_pack(packs)
    signing = Signing(signing_key, signing_alg) if signing_key is not None else None
    try:
        with tempfile.TemporaryDirectory(prefix=".auditor-", dir=file.parent) as folder:
            written = Path(folder) / "bundle.tar.gz"
            session.opa_tools().bundle(pack.modules, str(written), pack.revision, signing)
            os.replace(written, file)
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error
    signed = f", signed ({signing_alg})" if signing is not None else ""
    click.echo(f"{file}: {len(pack.policies)} policies, revision {pack.revision}{signed}")
