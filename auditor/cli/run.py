"""One run from the options to the exit code: what `scan` and `audit` share, in the order that starts fastest."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import msgspec

from auditor import pipeline, since
from auditor.cli import outputs, session
from auditor.cli.options import Judging
from auditor.config import Config
from auditor.gate import Acceptance, Thresholds, decide
from auditor.model import Plan, Severity, Source
from auditor.render import RenderOptions
from auditor.render.options import no_line

OpenSource = Callable[[Config, Plan], Source]


def run(
    judging: Judging,
    kind: str,
    open_source: OpenSource,
    source_line: Callable[[str, int], str | None] = no_line,
) -> int:
    """Judge what `open_source` opens (while OPA starts), write the outputs, and give the exit code.

    `kind` is "template" or "live": which policies apply.
    """
    targets = outputs.parse(judging.outputs, kind)
    earlier = since.read(judging.since) if judging.since else None
    config = configured(judging)
    binary = session.opa_binary(judging.install_engine)
    pack = session.load_pack(config, binary)
    framework = session.framework_of(judging.framework, judging.framework_file, pack)
    plan = session.make_plan(session.chosen(pack, config, kind, framework))
    values = session.parameter_values(pack, config, judging.settings, framework)
    acceptance = Acceptance(config.accept, datetime.date.today())
    options = pipeline.Options(judging.include_passed)
    with session.engine_of(config, pack, binary) as engine:
        source = open_source(config, plan)
        engine.wait()
        report = pipeline.audit(source, pack, plan, engine, session.facts_of(plan), values, (acceptance,), options)
    changes = since.changes(earlier, report) if earlier else ()
    report = msgspec.structs.replace(report, notes=(*report.notes, *acceptance.notes(), *changes))
    decision = decide(report, Thresholds(config.fail_on, config.lenient))
    shown = RenderOptions(
        everything=judging.everything,
        fail_on=config.fail_on,
        min_severity=config.min_severity,
        sarif_unknown=config.sarif_unknown,
        category=judging.category,
        source_line=source_line,
    )
    return outputs.write(targets, report, decision, shown)


def configured(judging: Judging) -> Config:
    """The configuration with the flags on top."""
    return session.configured(
        judging.config_file,
        select=judging.policies,
        packs=judging.packs,
        profile_set=judging.profile_set,
        fail_on=Severity(judging.fail_on) if judging.fail_on else None,
        min_severity=Severity(judging.min_severity) if judging.min_severity else None,
        lenient=judging.lenient,
        sarif_unknown=judging.sarif_unknown,
        opa_url=judging.opa_url,
    )
