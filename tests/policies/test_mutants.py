"""The test of the soundness test: a wrong sign or a forgotten read must be found by the cases and what they hide.

Each read of each policy is dropped, and each sign flipped, one at a time, and every trial is judged again. Those
that nothing notices are listed below with the reason; they may be one in twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path as Folder

import msgspec
import pytest
from test_policy_cases import FOLDERS, policy_in

from auditor.engine.opa import ManagedOpa
from auditor.model import Access, Evaluation, Pack, Path, Policy, Sign, Status, pointer
from auditor.workbench.case_scope import CaseScope, live_scope
from auditor.workbench.cases import Case, forms, load_cases
from auditor.workbench.runner import CaseRunner
from auditor.workbench.soundness import Trial, trials

_ENDPOINT = "AWS::EC2::LaunchTemplate:/LaunchTemplateData/MetadataOptions/HttpEndpoint"
_SNAPSHOT = "AWS::AutoScaling::LaunchConfiguration:/BlockDeviceMappings/*/Ebs/SnapshotId"
_SERVERLESS = "AWS::Serverless::Function:/facts/secret.scan"
_BUCKETS = {
    "cloudfront_access_logged": ("AWS::CloudFront::Distribution", "/DistributionConfig/Logging/Bucket"),
    "elb_access_logged": ("AWS::ElasticLoadBalancing::LoadBalancer", "/AccessLoggingPolicy/S3BucketName"),
}
_NAME = "Auditor::S3::BucketStatus:/BucketName"
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer:/facts/log.bucket"

# policy key: mutants that nothing notices, and why that is no hole
SURVIVORS: dict[str, dict[str, str]] = {
    **{
        f"cloudtrail_s3_{mode}_events_logged": {
            "flip Auditor::Account::Account:/facts/log.trailcoverage": "read with both signs, and hidden as a whole"
        }
        for mode in ("read", "write")
    },
    **{
        key: dict.fromkeys(
            [
                f"{how} {at}"
                for how in ("drop", "flip")
                for at in (f"{type}:{path}", f"{type}:/facts/log.bucket", _BALANCER)
            ],
            "the bucket's name is read as it stands and by the fact, and either read notices that it is hidden",
        )
        for key, (type, path) in _BUCKETS.items()
    },
    "cloudtrail_bucket_not_public": dict.fromkeys(
        (f"drop {_NAME}", f"flip {_NAME}"), "read as it stands and by the fact, and either notices that it is hidden"
    ),
    "ec2_imdsv2_required": dict.fromkeys(
        (f"drop {_ENDPOINT}", f"flip {_ENDPOINT}"), "of an instance's template; the template's own read stays beside it"
    ),
    "ec2_volume_encrypted": dict.fromkeys(
        (f"drop {_SNAPSHOT}", f"flip {_SNAPSHOT}"), "the same rule as for launch templates, where it is noticed"
    ),
    "secrets_not_in_plaintext": dict.fromkeys(
        (f"drop {_SERVERLESS}", f"flip {_SERVERLESS}"), "the type exists in templates only; trials are of accounts"
    ),
}


class Remembering:
    """An engine that asks OPA once for each input: a mutant changes what a gap does, never what Rego says."""

    def __init__(self, engine: ManagedOpa) -> None:
        self._engine = engine
        self._known: dict[tuple[object, ...], Evaluation] = {}
        self.version = engine.version

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        question = (tuple(keys), resources, parameters, taken_at)
        if question not in self._known:
            self._known[question] = self._engine.evaluate(keys, resources, parameters, taken_at)
        return self._known[question]

    def seconds(self) -> float:
        return self._engine.seconds()


def mutants(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """The parts of a fact are hidden together, so they are mutated together."""
    flipped = {Sign.NEEDS: Sign.SEEKS, Sign.SEEKS: Sign.NEEDS}
    for group in dict.fromkeys(_group(access) for access in policy.accesses):
        members = [access for access in policy.accesses if _group(access) == group]
        others = tuple(access for access in policy.accesses if access not in members)
        name = f"{group[0]}:{pointer(group[1]) or '[]'}"
        yield f"drop {name}", msgspec.structs.replace(policy, accesses=others)
        if all(access.sign in flipped for access in members):
            wrong = tuple(msgspec.structs.replace(access, sign=flipped[access.sign]) for access in members)
            yield f"flip {name}", msgspec.structs.replace(policy, accesses=(*others, *wrong))


def _group(access: Access) -> tuple[str, Path, bool]:
    return access.type, access.path[:2] if access.path[:1] == ("facts",) else access.path, access.subject


class Check:
    """What must not be said of a case with something hidden."""

    def __init__(self, case: Case, hidden: CaseScope, what: str, truth: Callable[[], frozenset[Status]]) -> None:
        self.case = case
        self.hidden = hidden
        self.what = what
        self._truth = truth

    @cached_property
    def truth(self) -> frozenset[Status]:
        """Costly, and seldom asked for: most of what is hidden is UNKNOWN to the mutant too."""
        return self._truth()

    def notices(self, runner: CaseRunner) -> bool:
        status = runner.status(self.hidden, self.case)
        if not self.what:  # a case of the author's
            return status not in self.truth
        return status in (Status.PASS, Status.FAIL) and self.truth != {status}


def checks(policy: Policy, runner: CaseRunner) -> list[Check]:
    """What must not be said: of each trial the truth, of each case with something hidden its own verdict."""
    cases = load_cases(policy)
    result = [
        Check(trial.case, trial.hidden, trial.what, partial(_truth, trial, runner))
        for trial in trials(policy, cases, runner.facts)
    ]
    for case in cases:
        if "live" in forms(case, policy) and case.expect is not None:
            result.append(Check(case, live_scope(case, policy), "", partial(frozenset, {case.expect})))
    return result


def _truth(trial: Trial, runner: CaseRunner) -> frozenset[Status]:
    said = {runner.status(scope, trial.case) for scope in trial.completions}
    return frozenset(status for status in said if status in (Status.PASS, Status.FAIL))


def _nearest(name: str) -> Callable[[Check], bool]:
    """Those that hide something of the type first: they notice soonest."""
    type = name.partition(" ")[2].partition(":/")[0].partition(":[")[0]
    return lambda check: type not in check.what


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_wrong_sign_or_a_forgotten_read_is_noticed(folder: Folder, pack: Pack, engine: ManagedOpa) -> None:
    policy = policy_in(pack, folder)
    if policy.applies == "template":
        return  # trials are of accounts
    remembering = Remembering(engine)
    todo = checks(policy, CaseRunner(policy, remembering))
    survivors = []
    made = list(mutants(policy))
    for name, mutant in made:
        runner = CaseRunner(policy, remembering)
        runner.judged_as(mutant)
        if not any(check.notices(runner) for check in sorted(todo, key=_nearest(name))):
            survivors.append(name)
    unexplained = sorted(set(survivors) - set(SURVIVORS.get(folder.name, {})))
    assert len(unexplained) <= len(made) // 20, unexplained
