"""Completion of ids, types, frameworks and formats; and that every command's help shows an example."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commands import PACKS, Auditor

from auditor.cli import main


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, *names, name)


@pytest.mark.parametrize("names", list(commands(main)), ids=" ".join)
def test_the_help_of_every_command_shows_an_example_of_it(names: tuple[str, ...]) -> None:
    command: click.Command = main
    context = click.Context(main, info_name="auditor")
    for name in names:
        assert isinstance(command, click.Group)
        command = command.commands[name]
        context = click.Context(command, info_name=name, parent=context)
    help = command.get_help(context)
    assert "Example" in help
    assert f"\n  {' '.join(('auditor', *names))}" in help.split("Example", 1)[1].replace("\n    ", "\n  ")


def completed(auditor: Auditor, line: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    count = len(line.split(" ")) - 1
    env = {"_AUDITOR_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(count)}
    done = auditor(env=env)
    assert done.returncode == 0, done.stderr
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("auditor scan --policy s3-bucket-t", ["s3-bucket-tls-required"]),
        ("auditor policy explain s3-bucket-t", ["s3-bucket-tls-required"]),
        (f"auditor policy show --pack {PACKS / 'demo'} demo-b", ["demo-bucket-versioned"]),
        ("auditor policy list --type AWS::S3::BucketP", ["AWS::S3::BucketPolicy"]),
        ("auditor scan --framework cis", ["cis_aws_6_0", "cis_aws_7_0"]),
        ("auditor framework fs", ["fsbp", "fs"]),  # a framework, or a file for the shell to find
        ("auditor scan -o sar", ["sarif"]),
        ("auditor policy rep", ["replay"]),
    ],
)
def test_what_is_offered(auditor: Auditor, line: str, offered: list[str]) -> None:
    assert completed(auditor, line) == offered


def test_completing_an_id_imports_nothing_heavy() -> None:
    code = (
        "import sys; from auditor.cli import entry\n"
        "try: entry()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    env = {"_AUDITOR_COMPLETE": "bash_complete", "COMP_WORDS": "auditor scan --policy s3-bucket-t", "COMP_CWORD": "3"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=True)
    assert "s3-bucket-tls-required" in done.stdout
    heavy = {"boto3", "botocore", "cfnlint", "requests", "opa_client", "yaml", "asyncio", "auditor.facts"}
    assert not heavy & set(done.stderr.split())


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef auditor"), ("fish", "complete ")]
)
def test_each_shell_has_its_script(auditor: Auditor, shell: str, mark: str) -> None:
    done = auditor("completion", shell)
    assert done.returncode == 0 and mark in done.stdout and "_AUDITOR_COMPLETE" in done.stdout


def test_bash_completes_a_type_with_its_colons(environ: dict[str, str]) -> None:
    """As at the keyboard: bash itself cuts the line into words."""
    bash, program = shutil.which("bash"), Path(sys.executable).parent / "auditor"
    assert bash is not None and program.exists()
    script = (
        'source <(auditor completion bash); [[ "$COMP_WORDBREAKS" != *:* ]] || exit 7\n'
        "COMP_WORDS=(auditor policy list --type AWS::S3::BucketP); COMP_CWORD=4\n"
        '_auditor_completion auditor; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    env = {**environ, "PATH": f"{program.parent}:{environ['PATH']}"}
    done = subprocess.run([bash, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["AWS::S3::BucketPolicy"]), done.stderr
