"""Help is light and complete."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from commands import Auditor

from auditor import __version__

HEAVY = ("boto3", "botocore", "cfnlint", "requests", "opa_client", "aiohttp", "yaml", "asyncio")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["scan", "--help"],
        ["audit", "--help"],
        ["init", "--help"],
        ["framework", "--help"],
        ["policy", "explain", "--help"],
        ["policy", "replay", "--help"],
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Nor the facts and the catalogue, which are half of the time that is left."""
    code = (
        "import sys; sys.argv = ['auditor', *sys.argv[1:]]\n"
        "from auditor.cli import entry\n"
        "try: entry()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} | set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    imported = set(done.stderr.strip("[]\n").replace("'", "").split(", "))
    assert not imported & {*HEAVY, "auditor.facts", "auditor.catalogue", "auditor.engine", "auditor.sources"}
    assert {"auditor.cli.scan", "click"} <= imported


def test_version(auditor: Auditor) -> None:
    assert auditor("--version").stdout == f"auditor {__version__}\n"


def test_the_help_of_a_command_has_every_flag_and_an_example(auditor: Auditor) -> None:
    help = auditor("scan", "--help").stdout
    for flag in ("--fail-on", "--min-severity", "--policy", "--lenient", "--worlds", "-o, --output", "--config"):
        assert flag in help
    assert "auditor scan . -o sarif=auditor.sarif" in help


@pytest.mark.parametrize(("name", "title"), [("report", "ReportDocument"), ("config", "Config")])
def test_schemas_are_published(name: str, title: str, auditor: Auditor) -> None:
    schema = json.loads(auditor("schema", name).stdout)
    assert schema["$ref"] == f"#/$defs/{title}"


def test_engine_status_names_the_program(auditor: Auditor, opa: str) -> None:
    done = auditor("engine", "status")
    assert done.returncode == 0
    assert done.stdout.startswith(f"{opa} 1.")
