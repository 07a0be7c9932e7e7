"""Template and account agree: each case of a policy, created through the API and collected, has the same verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import pytest
import yaml
from answered import CASES as RECORDED
from answered import Answers, Recorded
from apply import CREATORS, REGION
from botocore.exceptions import ClientError, ParamValidationError
from botocore.parsers import ResponseParserError
from moto_account import environment
from not_in_moto import CASES, TYPES

from auditor import pipeline
from auditor.catalogue import parameters, plan
from auditor.catalogue.load import builtin_folder
from auditor.collectors.base import wanted_of
from auditor.engine.opa import ManagedOpa
from auditor.facts.table import FACTS
from auditor.model import Pack, Policy, Verdict
from auditor.sources.file import SnapshotSource
from auditor.sources.live import Collection, collect
from auditor.sources.sessions import Account, Patience, Regions, own_account
from auditor.spool import Spool

ACCOUNT = "111122223333"  # the account in which the cases stand
REFUSED = (ClientError, ParamValidationError, ResponseParserError, AttributeError, KeyError, TypeError, ValueError)

# What others build on comes first, what stands on others last.
FIRST = (
    "AWS::IAM::InstanceProfile",
    "AWS::RDS::DBCluster",
    "AWS::IAM::Group",
    "AWS::EC2::LaunchTemplate",
    "AWS::S3::Bucket",
    "AWS::ApiGatewayV2::Api",
)
LAST = ("Policy", "Permission", "Listener", "Stage")


class _Loader(yaml.SafeLoader):
    """Dates stay text, as in a policy document ("2012-10-17")."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that pass or fail in both forms with the parameters' defaults, and hide nothing."""
    for case in yaml.load((folder / "cases.yaml").read_text(), _Loader):
        hides = [each for each in (case, *case.get("with", ())) if {"hide", "missing"} & set(each)]
        if case["expect"] in ("pass", "fail") and not hides and not {"parameters", "template", "only"} & set(case):
            yield case["name"], case


FOLDERS = sorted(file.parent for file in (builtin_folder() / "aws").glob("*/*/cases.yaml"))


def policy_in(pack: Pack, folder: Path) -> Policy:
    return next(policy for policy in pack.policies if Path(policy.file).parent == folder.resolve())


@pytest.fixture(scope="module")
def account(moto_url: str) -> Iterator[Account]:
    """The account of the cases, whose clients are shared by all of them: making one costs more than a case."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(moto_url).items():
            patch.setenv(name, value)
        found = own_account(None, Patience(read=120, attempts=1))
        found.close()  # what comes now is made with the hook

        def of_the_cases(params: dict[str, Any], **_: Any) -> None:
            params["headers"]["x-moto-account-id"] = ACCOUNT

        found.session.events.register_first("before-call", of_the_cases)
        yield Account(ACCOUNT, found.partition, found.home, found.client, lambda: None, found.session)
        found.close()


@pytest.fixture(scope="module")
def answers(account: Account) -> Answers:
    return Answers(account.session.events, account.client)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_has_its_verdict_in_an_account_too(
    folder: Path,
    pack: Pack,
    engine: ManagedOpa,
    account: Account,
    answers: Answers,
    moto_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The account has one region, as a template has: nothing is left out."""
    monkeypatch.setattr("auditor.sources.live.regions_of", lambda *_: Regions((REGION,), ()))
    policy = policy_in(pack, folder)
    if policy.applies != "both":
        return  # there is nothing to compare
    values = parameters.resolve(pack.policies, {}, {})
    of_policy = plan.plan([parameters.as_set(policy, values[policy.key])], FACTS)
    wrong, tried = [], 0

    def clients(service: str, region: str = "us-east-1") -> Any:
        return account.client(service, region)

    for name, case in cases(folder):
        type = case.get("subject", policy.subjects[0])
        needed = {type, *(neighbour["type"] for neighbour in case.get("with", ()))}
        if needed & set(TYPES) or (policy.id, name) in CASES:
            continue
        urlopen(Request(f"{moto_url}/moto-api/reset", method="POST"), timeout=60).close()
        answers.case, answers.recorded = case, Recorded({})  # creators see what moto says
        recorded = RECORDED.get((policy.id, name), Recorded({}))
        try:
            created = _created(clients, type, case, recorded.without)
        except REFUSED as error:
            wrong.append(f"{name}: moto refuses it: {error!r}")
            continue
        tried += 1
        answers.recorded, answers.used = recorded, set()
        at_source = [FACTS[fact] for fact in of_policy.facts if fact == "secret.scan"]
        wanted, options = wanted_of(of_policy.reads), frozenset({"user-data"})
        collection = Collection(wanted, at_source, (REGION,), "2026-11-22T00:00:00Z", options)
        file = tmp_path / "case.json"
        collect(file, [account], collection)
        facts = [FACTS[fact] for fact in of_policy.facts]
        source, shown = SnapshotSource([str(file)]), pipeline.Options(include_passed=True)
        spool = pipeline.audit(source, pack, of_policy, engine, facts, values, (), shown).verdicts
        assert isinstance(spool, Spool)
        said = [v for v in spool if v.resource and v.resource.type == type and v.resource.name == created]
        spool._file.close()
        if answers.used != set(recorded.mends):
            wrong.append(f"{name}: not asked: {set(recorded.mends) - answers.used}")
        if [v.status for v in said] != [case["expect"].upper()]:
            wrong.append(f"{name}: {[_told(v) for v in said]}, not {case['expect']}")
    assert wrong == [], "\n" + "\n".join(wrong)
    print(f"{policy.id}: {tried} cases")


def _created(client: Callable[..., Any], type: str, case: dict[str, Any], without: tuple[str, ...]) -> str:
    made = [("subject", type, case), *((f"neighbour-{n}", o["type"], o) for n, o in enumerate(case.get("with", ())))]
    made.sort(key=lambda each: each[1].endswith(LAST) - (each[1] in FIRST))
    names = {}
    for name, of, each in made:
        properties = {key: value for key, value in each.get("properties", {}).items() if key not in without}
        names[name] = CREATORS[of](client, properties, name)
    return names["subject"]


def _told(verdict: Verdict) -> tuple[str, list[str]]:
    return verdict.status.value, [gap.detail for gap in verdict.gaps]


def test_every_type_is_tried_or_has_its_reason(pack: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    """The types that policies judge in both forms: each has a creator, or a row that says why not."""
    judged = {type for policy in pack.policies if policy.applies == "both" for type in policy.subjects}
    with capsys.disabled():
        print(f"\nin a template and in an account: {', '.join(sorted(judged & set(CREATORS)))}")
    assert sorted(judged - set(CREATORS) - set(TYPES)) == []
    assert sorted(set(CREATORS) & set(TYPES)) == []


def test_no_row_is_stale(pack: Pack) -> None:
    ids = {policy.id: Path(policy.file).parent for policy in pack.policies}
    rows = (*CASES, *RECORDED)
    gone = [row for row in rows if row[0] not in ids or row[1] not in dict(cases(ids[row[0]]))]
    assert gone == []
    assert msgspec.json.encode([*TYPES.values(), *CASES.values()])
