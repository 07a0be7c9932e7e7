"""The options that `scan` and `audit` share, gathered into one value. Light: `--help` reads nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from auditor.cli import completing
from auditor.model import Severity

C = TypeVar("C", bound=Callable[..., Any])

SEVERITIES = click.Choice([severity.value for severity in Severity])


class Judging(msgspec.Struct, frozen=True):
    """What was given; None where the configuration file decides."""

    policies: tuple[str, ...]
    packs: tuple[str, ...]
    settings: tuple[str, ...]
    profile_set: str | None
    framework: str | None
    framework_file: Path | None
    fail_on: str | None
    min_severity: str | None
    lenient: bool | None
    outputs: tuple[str, ...]
    everything: bool
    include_passed: bool
    since: Path | None
    baseline: str | None
    no_baseline: bool
    ratchet: bool
    waivers: tuple[str, ...]
    sarif_unknown: str | None
    sarif_suppressed: str | None
    category: str
    config_file: Path | None
    opa_url: str | None
    install_engine: bool


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command gets them as `judging`."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **given: Any) -> Any:
        judging = Judging(**{name: given.pop(name) for name in Judging.__struct_fields__})
        return command(*arguments, judging=judging, **given)

    decorated: Callable[..., Any] = gathered
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


packs_option = click.option("--pack", "packs", multiple=True, metavar="DIR", help="A pack of your own (repeatable).")
config_option = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The configuration.  [default: auditor.toml, if there is one]",
)

settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="ID.NAME=VALUE",
    help="The value of a policy's parameter (repeatable).",
)
profile_set_option = click.option(
    "--profile-set",
    type=click.Choice(["cis", "fsbp", "strict"]),
    help="Parameters set together: by a benchmark's letter, or as strict as they go.",
)
framework_file_option = click.option(
    "--framework-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A framework of your own (auditor schema framework).",
)
opa_url_option = click.option(
    "--opa-url", metavar="URL", help="A running OPA that holds the same pack revision (token: AUDITOR_OPA_TOKEN)."
)
install_engine_option = click.option("--install-engine", is_flag=True, help="Get OPA first if there is none.")

_OPTIONS = (
    click.option(
        "--policy",
        "policies",
        multiple=True,
        metavar="ID",
        shell_complete=completing.policy_ids,
        help="Only these policies (globs, repeatable).",
    ),
    packs_option,
    settings_option,
    profile_set_option,
    click.option(
        "--framework",
        metavar="NAME",
        shell_complete=completing.frameworks,
        help="Only the policies behind a framework's controls.",
    ),
    framework_file_option,
    click.option("--fail-on", type=SEVERITIES, help="Exit 1 from this severity on.  [default: high]"),
    click.option("--min-severity", type=SEVERITIES, help="Show nothing below.  [default: low]"),
    click.option("--lenient/--no-lenient", default=None, help="Incomplete (3) counts as passed (0), and says so."),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        shell_complete=completing.formats,
        help="A format, to standard output without FILE (repeatable): console, json, html, markdown, csv, sarif, "
        "junit, github, github-summary, gitlab-codequality, gitlab-sast; of accounts also asff and ocsf.",
    ),
    click.option("--all", "everything", is_flag=True, help="All of it on the console, not the 50 most severe."),
    click.option("--include-passed", is_flag=True, help="PASS verdicts too, in the JSON report."),
    click.option(
        "--since",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="An earlier JSON report: say what is new, fixed, or no longer seen.",
    ),
    click.option("--baseline", metavar="FILE", help="Fail only on what is not in there (auditor baseline write)."),
    click.option("--no-baseline", is_flag=True, help="All of it, whatever baseline the configuration names."),
    click.option("--ratchet", is_flag=True, help="Take out of the baseline what passes now or is gone."),
    click.option("--waivers", multiple=True, metavar="FILE", help="Findings that somebody answers for (repeatable)."),
    click.option(
        "--sarif-suppressed",
        type=click.Choice(["omit", "mark"]),
        help="SARIF without what is waived or accepted, or with it, marked.  [default: omit]",
    ),
    click.option(
        "--sarif-unknown", type=click.Choice(["note", "omit"]), help="What SARIF says of UNKNOWN.  [default: note]"
    ),
    click.option(
        "--category", default="auditor", show_default=True, metavar="NAME", help="SARIF category, one per kind of run."
    ),
    config_option,
    opa_url_option,
    install_engine_option,
)
