"""The command line: the only place that picks implementations, reads the environment, prints, or exits."""

from __future__ import annotations

import os
import signal
import sys
import traceback

import click
from click.shell_completion import shell_complete

from auditor import __version__
from auditor.cli.audit import audit
from auditor.cli.baseline import baseline
from auditor.cli.completion import VARIABLE, completion
from auditor.cli.engine import engine
from auditor.cli.framework import framework
from auditor.cli.init import init
from auditor.cli.permissions import permissions
from auditor.cli.policy import policy
from auditor.cli.report import report
from auditor.cli.scan import scan
from auditor.cli.schema import schema
from auditor.cli.snapshot import snapshot
from auditor.errors import AuditorError

EPILOG = """\b
Examples:
  auditor scan templates/
  auditor audit --profile prod
  auditor policy explain s3-bucket-tls-required Logs --template app.yaml

\b
Exit codes:
  0    the gate passed
  1    findings at or over the threshold
  2    usage or configuration
  3    incomplete: something that matters was not seen
  4    the engine or the tool failed
  130  interrupted, after writing what exists
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor", message="%(prog)s %(version)s")
def main() -> None:
    """Where does this AWS configuration fall short, and what could not be seen?

    Every verdict is PASS, FAIL or UNKNOWN, and UNKNOWN says why.
    """


for command in (
    scan,
    audit,
    report,
    baseline,
    snapshot,
    permissions,
    policy,
    engine,
    framework,
    schema,
    init,
    completion,
):
    main.add_command(command)


def entry() -> None:
    """The console script: every way out has its documented exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job gets what exists, as with Ctrl-C
    code: object
    try:
        code = _asked() if VARIABLE in os.environ else main.main(standalone_mode=False, prog_name="auditor")
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("auditor: interrupted", err=True)
        code = 130
    except AuditorError as error:
        from auditor.cli.policy.common import printable

        click.echo(f"auditor: error: {printable(str(error))}", err=True)
        code = error.exit_code
    except (BrokenPipeError, SystemExit):  # click makes the first into the second, with code 1: "findings"
        from auditor.cli.outputs import discard_stdout

        discard_stdout()
        code = 4
    except Exception:  # noqa: BLE001 - the one place: an uncaught fault is exit code 4, never a pass
        click.echo(f"{traceback.format_exc()}auditor: internal error; please report it with the lines above", err=True)
        code = 4
    sys.exit(code if isinstance(code, int) else 0)


def _asked() -> int:
    """A press of the Tab key: click answers in the shell's own words."""
    return shell_complete(main, {}, "auditor", VARIABLE, os.environ[VARIABLE])
