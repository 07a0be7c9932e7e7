"""Cases through the real pipeline: the same judge, the same engine, in both forms."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from auditor import projection
from auditor.catalogue import parameters, plan
from auditor.facts.base import Fact
from auditor.facts.table import FACTS
from auditor.model import Engine, Evaluation, Json, Plan, Policy, Problem, Status, Verdict
from auditor.scope_audit import ScopeAudit
from auditor.sources.template.nodes import Settings
from auditor.workbench.case_scope import CaseScope, live_scope, template_text
from auditor.workbench.cases import SUBJECT, Case, Form
from auditor.worlds import merge

_ALL = 1_000_000  # a case is one shard


class PolicyFailed(ValueError):
    """The policy itself failed on a case (a built-in error, a conflict, no end): no verdict of it means anything."""


class CaseRunner:
    """Runs the cases of one policy on a started engine that holds it."""

    def __init__(self, policy: Policy, engine: Engine) -> None:
        self.policy = policy
        self.plan = plan.plan([policy], FACTS)
        self.facts: Sequence[Fact] = tuple(FACTS[name] for name in self.plan.facts)
        self._tries = projection.compiled(self.plan)
        self._engine = engine
        self._narrowed: dict[bytes, tuple[Plan, Sequence[Fact]]] = {}
        self._known: dict[bytes, Status | None] = {}
        self._evaluated: dict[tuple[object, ...], Evaluation] = {}

    def judged_as(self, policy: Policy) -> None:
        """Judge by another policy's reads from here on; what is collected and shown to OPA stays the same."""
        self.plan = msgspec.structs.replace(self.plan, policies=(policy,))
        self._narrowed.clear()

    def run(self, case: Case, form: Form) -> Verdict | None:
        """The verdict on the case's subject; None where none is given. A file that cannot be judged raises."""
        return self.live(case, live_scope(case, self.policy)) if form == "live" else self.template(case)

    def live(self, case: Case, scope: CaseScope) -> Verdict | None:
        subject = scope.held[0].id
        return next((v for v in self._verdicts(case, scope) if v.resource and v.resource.id == subject), None)

    def status(self, scope: CaseScope, case: Case) -> Status | None:
        """For the soundness test, which asks for the same scope again and again, also with values that no AWS would
        hold: UNKNOWN where the policy fails over one, as in an audit."""
        key = msgspec.msgpack.encode((scope.held, scope.gaps, case.parameters, case.taken_at))
        if key not in self._known:
            try:
                verdict = self.live(case, scope)
                self._known[key] = verdict.status if verdict else None
            except PolicyFailed:
                self._known[key] = Status.UNKNOWN
        return self._known[key]

    def template(self, case: Case) -> Verdict | None:
        from auditor.sources.template.source import TemplateSource

        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            file = Path(folder) / "case.json"
            file.write_text(template_text(case, self.policy), encoding="utf-8")
            source = TemplateSource([str(file)], Settings(), lambda: b"")
            judged = []
            for scope in source.scopes(self.plan):
                if isinstance(scope, Problem):
                    raise ValueError(f"{case.file}:{case.line}: {scope.message}")
                judged += [(scope, verdict) for verdict in self._verdicts(case, scope)]
            for verdict in merge(judged):
                if isinstance(verdict, Verdict) and verdict.resource and verdict.resource.id.endswith(f"#{SUBJECT}"):
                    return verdict
        return None

    def _verdicts(self, case: Case, scope: object) -> list[Verdict]:
        values: Mapping[str, Mapping[str, Json]] = parameters.resolve(
            [self.policy], {self.policy.id: dict(case.parameters)}, {}
        )
        encoded = msgspec.json.encode(values)
        if encoded not in self._narrowed:
            self._narrowed[encoded] = self._with(values[self.policy.key])
        narrowed, facts = self._narrowed[encoded]
        verdicts: list[Verdict] = []
        for shard in ScopeAudit(scope, narrowed, facts, self._tries, _ALL).shards():  # type: ignore[arg-type]
            if not shard.policies:
                continue
            shard.evaluated(self._evaluation(tuple(shard.keys), shard.body, encoded, case.taken_at))
            verdicts += shard.verdicts()
        return verdicts

    def _with(self, values: Mapping[str, Json]) -> tuple[Plan, Sequence[Fact]]:
        """The plan and its facts where the policy's parameters have these values."""
        policies = tuple(parameters.as_set(policy, values) for policy in self.plan.policies)
        needed = plan.plan([parameters.as_set(self.policy, values)], FACTS).facts
        facts = [fact for fact in self.facts if fact.name in needed]
        return msgspec.structs.replace(self.plan, policies=policies), facts

    def _evaluation(self, *question: Any) -> Evaluation:
        """What OPA says, asked once: most of what is hidden or filled in for a test changes nothing that it sees."""
        if question not in self._evaluated:
            self._evaluated[question] = self._engine.evaluate(*question)
        found = self._evaluated[question]
        if self.policy.key in found.failures:
            raise PolicyFailed(f"the policy failed: {found.failures[self.policy.key]}")
        return found
