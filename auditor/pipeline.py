"""The whole tool on one page: source → snapshot → facts → OPA → judge → report.

It sees the protocols of `model`, never an implementation: the command line picks these.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from auditor import __version__, projection
from auditor.facts.base import Fact
from auditor.model import (
    FIELD_OF,
    Engine,
    Header,
    Json,
    Pack,
    Plan,
    PolicyCount,
    Problem,
    Report,
    Scope,
    Source,
    Status,
    Verdict,
)
from auditor.scope_audit import ScopeAudit, Shard
from auditor.spool import Spool
from auditor.window import windowed
from auditor.worlds import merge

IN_FLIGHT = 2

# What becomes of a verdict after the judge (waivers, accepted blind spots): itself, or parts of it.
Disposition = Callable[[Verdict], Sequence[Verdict]]


class Options(msgspec.Struct, frozen=True):
    """`include_passed`: keep PASS verdicts in the report, not only their counts."""

    include_passed: bool = False
    shard_size: int = 750


DEFAULTS = Options()


def audit(
    source: Source,
    pack: Pack,
    plan: Plan,
    engine: Engine,
    facts: Sequence[Fact],
    parameters: Mapping[str, Mapping[str, Json]],
    dispositions: Sequence[Disposition] = (),
    options: Options = DEFAULTS,
) -> Report:
    """Judge everything that the source yields by the policies of the plan.

    An interrupt ends the reading; what was judged until then is in the report, marked incomplete.
    """
    spool, counts, problems = Spool(), _Counts(), []
    broken: dict[str, str] = {}
    complete = True
    encoded = msgspec.json.encode(parameters)
    header = source.header

    def evaluate(shard: Shard | Problem) -> Shard | Problem:
        if isinstance(shard, Problem) or not shard.keys:
            return shard
        return shard.evaluated(engine.evaluate(shard.keys, shard.body, encoded, header.taken_at))

    shards = _shards(source, plan, facts, options)
    with contextlib.closing(windowed(evaluate, shards, IN_FLIGHT)) as results:
        try:
            for _, group in groupby(results, key=lambda item: item.root if isinstance(item, Shard) else item.subject):
                for result in merge(_judged(group, broken)):
                    if isinstance(result, Problem):
                        problems.append(result)
                        continue
                    for verdict in _disposed(result, dispositions):
                        counts.add(verdict)
                        if verdict.status is not Status.PASS or options.include_passed:
                            spool.add(verdict)
        except KeyboardInterrupt:
            complete = False
    problems += [Problem("policy", policy, message) for policy, message in sorted(broken.items())]
    return Report(
        header=_closed(source, header),
        tool_version=__version__,
        pack_revision=pack.revision,
        engine_version=engine.version,
        policies=plan.policies,
        counts=counts.per_policy(plan),
        verdicts=spool,
        problems=tuple(problems),
        tally=source.tally(),
        notes=(*pack.notes, *source.notes()),
        parameters=parameters,
        complete=complete,
        accounts=counts.per_account(),
    )


def _disposed(verdict: Verdict, dispositions: Sequence[Disposition]) -> Sequence[Verdict]:
    verdicts: Sequence[Verdict] = (verdict,)
    for dispose in dispositions:
        verdicts = [part for one in verdicts for part in dispose(one)]
    return verdicts


def _shards(source: Source, plan: Plan, facts: Sequence[Fact], options: Options) -> Iterator[Shard | Problem]:
    tries = projection.compiled(plan)
    for scope in source.scopes(plan):
        if isinstance(scope, Problem):
            yield scope
        else:
            yield from ScopeAudit(scope, plan, facts, tries, options.shard_size).shards()


def _judged(group: Iterator[Shard | Problem], broken: dict[str, str]) -> Iterator[tuple[Scope, Verdict] | Problem]:
    for item in group:
        if isinstance(item, Problem):
            yield item
            continue
        broken.update(item.failures())
        for verdict in item.verdicts():
            yield item.scope, verdict


def _closed(source: Source, header: Header) -> Header:
    """The header as the source knows it after the last scope (regions and files are found on the way)."""
    return msgspec.structs.replace(source.header, taken_at=header.taken_at)


class _Counts:
    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._accounts: dict[tuple[str, str], Counter[str]] = {}

    def add(self, verdict: Verdict) -> None:
        field = FIELD_OF[verdict.status]
        self._counts[verdict.policy, field] += 1
        if (about := verdict.resource or verdict.population) is not None:
            self._accounts.setdefault((verdict.policy, about.account), Counter())[field] += 1

    def per_account(self) -> dict[str, dict[str, PolicyCount]]:
        found: dict[str, dict[str, PolicyCount]] = {}
        for (policy, account), counts in sorted(self._accounts.items()):
            found.setdefault(policy, {})[account] = PolicyCount(**counts)
        return found

    def per_policy(self, plan: Plan) -> dict[str, PolicyCount]:
        return {
            policy.id: PolicyCount(**{field: self._counts[policy.id, field] for field in FIELD_OF.values()})
            for policy in plan.policies
        }
