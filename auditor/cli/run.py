"""One run from the options to the exit code: what `scan` and `audit` share, in the order that starts fastest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from auditor import pipeline, since
from auditor.cli import outputs, session
from auditor.cli.adopting import Adoption, Observed
from auditor.cli.options import Judging
from auditor.config import Config
from auditor.errors import UsageError
from auditor.gate import Thresholds, decide
from auditor.model import Plan, Report, Severity, Source
from auditor.render import RenderOptions
from auditor.render.options import no_line

if TYPE_CHECKING:
    from auditor.cli.fixing import Fixing

OpenSource = Callable[[Config, Plan, Observed], Source]


def run(
    judging: Judging,
    kind: str,
    open_source: OpenSource,
    source_line: Callable[[str, int], str | None] = no_line,
    partial: bool = False,
    fixing: Fixing | None = None,
) -> int:
    """Judge what `open_source` opens (while OPA starts), write the outputs, and give the exit code.

    `kind` is "template" or "live": which policies apply. The source fills what it is given as observed; `partial`: it
    leaves out what has not changed. With `fixing`, what it mends is judged again.
    """
    targets = outputs.parse(judging.outputs, kind)
    if fixing is not None:
        fixing.check(targets)
    earlier = since.read(judging.since) if judging.since else None
    config = configured(judging)
    binary = session.opa_binary(judging.install_engine)
    pack = session.load_pack(config, binary)
    framework = session.framework_of(judging.framework, judging.framework_file, pack)
    values = session.parameter_values(pack, config, judging.settings, framework)
    plan = session.make_plan(session.chosen(pack, config, kind, framework), values)
    if judging.ratchet and not config.baseline:
        raise UsageError("--ratchet shrinks a baseline: name it with --baseline FILE")

    def adopted(observed: Observed) -> Adoption:
        return Adoption(config, pack, observed, kind == "template", judging.ratchet, partial)

    named = bool(config.baseline) or fixing is not None
    observed = Observed(named)
    adoption = adopted(observed)
    options = pipeline.Options(judging.include_passed)
    with session.engine_of(config, pack, binary) as engine:
        facts = session.facts_of(plan)
        source = open_source(config, plan, observed)
        engine.wait()
        report = pipeline.audit(source, pack, plan, engine, facts, values, adoption.dispositions, options)

        def again(edited: Mapping[str, bytes], watch: pipeline.Disposition) -> tuple[Adoption, Report]:
            observed = Observed(named, edited)
            adoption, source = adopted(observed), open_source(config, plan, observed)
            disposed = (watch, *adoption.dispositions)
            return adoption, pipeline.audit(source, pack, plan, engine, facts, values, disposed, options)

        if fixing is not None:
            adoption, report = fixing.applied(adoption, report, observed.roots, again)
    report = adoption.applied(report)
    changes = since.changes(earlier, report) if earlier else ()
    report = msgspec.structs.replace(report, notes=(*report.notes, *changes))
    decision = decide(report, Thresholds(config.fail_on, config.lenient))
    shown = RenderOptions(
        everything=judging.everything,
        fail_on=config.fail_on,
        min_severity=config.min_severity,
        sarif_unknown=config.sarif_unknown,
        sarif_suppressed=config.sarif_suppressed,
        category=judging.category,
        source_line=source_line,
    )
    code = outputs.write(targets, report, decision, shown, fixing.diff if fixing is not None else None)
    adoption.save()
    return code


def configured(judging: Judging) -> Config:
    """The configuration with the flags on top."""
    config = session.configured(
        judging.config_file,
        select=judging.policies,
        packs=judging.packs,
        profile_set=judging.profile_set,
        fail_on=Severity(judging.fail_on) if judging.fail_on else None,
        min_severity=Severity(judging.min_severity) if judging.min_severity else None,
        lenient=judging.lenient,
        sarif_unknown=judging.sarif_unknown,
        sarif_suppressed=judging.sarif_suppressed,
        baseline=judging.baseline,
        opa_url=judging.opa_url,
    )
    if judging.no_baseline:
        if judging.baseline is not None:
            raise UsageError("--baseline and --no-baseline: one of them")
        config = msgspec.structs.replace(config, baseline=None)
    if judging.waivers:
        files = msgspec.structs.replace(config.waivers, files=judging.waivers)
        config = msgspec.structs.replace(config, waivers=files)
    return config
