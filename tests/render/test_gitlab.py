"""GitLab's two reports.

GitLab's own schemas are in no package registry: those in `schemas/` are written from its documentation (the tables of
https://docs.gitlab.com/ci/testing/code_quality/ and https://docs.gitlab.com/development/integrations/secure/).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from rendering import rendered
from reports import BROKEN, LIVE, failed, finding, report, undecided

from auditor.model import Report

SCHEMAS = Path(__file__).parent / "schemas"
REPORTS = pytest.mark.parametrize(
    "made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"]
)


def checked(name: str, made: Report) -> Any:
    document = json.loads(rendered(name, made))
    jsonschema.Draft7Validator(json.loads((SCHEMAS / f"{name}.json").read_text())).validate(document)
    return document


@REPORTS
@pytest.mark.parametrize("name", ["gitlab-codequality", "gitlab-sast"])
def test_it_is_valid(name: str, made: Report) -> None:
    checked(name, made)


@REPORTS
def test_fingerprints_and_ids_differ_since_gitlab_drops_the_second_of_two(made: Report) -> None:
    prints = [entry["fingerprint"] for entry in checked("gitlab-codequality", made)]
    ids = [entry["id"] for entry in checked("gitlab-sast", made)["vulnerabilities"]]
    assert len(set(prints)) == len(prints)
    assert len(set(ids)) == len(ids) == len(prints)


def test_nothing_is_lost() -> None:
    size = len(NAMES)
    assert len(checked("gitlab-codequality", TEMPLATES)) == (2 + 2 + 2) * size


def test_code_quality_shows_what_is_not_decided_as_an_entry_of_its_own() -> None:
    failure, unknown = checked("gitlab-codequality", SIMPLE)
    assert (failure["check_name"], failure["severity"]) == ("bucket-critical", "blocker")
    assert failure["location"] == {"path": "app.yaml", "lines": {"begin": 3}}
    assert (unknown["check_name"], unknown["severity"]) == ("not-seen", "info")
    assert unknown["description"] == (
        "bucket-high is not decided for Logs (AWS::S3::Bucket): parameter Name has no value"
    )


def test_sast_shows_what_is_not_decided_with_unknown_severity() -> None:
    failure, unknown = checked("gitlab-sast", SIMPLE)["vulnerabilities"]
    assert (failure["severity"], failure["identifiers"][0]["value"]) == ("Critical", "bucket-critical")
    assert (unknown["severity"], unknown["identifiers"][0]["value"]) == ("Unknown", "not-seen")


def test_the_scan_failed_if_something_could_not_be_judged() -> None:
    scan = checked("gitlab-sast", report(problems=(BROKEN,)))["scan"]
    assert scan["status"] == "failure"
    assert scan["messages"] == [{"level": "fatal", "value": "bro ken.yaml could not be judged: not valid YAML"}]
    assert checked("gitlab-sast", SIMPLE)["scan"]["status"] == "success"
    assert checked("gitlab-sast", msgspec.structs.replace(SIMPLE, complete=False))["scan"]["status"] == "failure"


def test_an_id_does_not_change_from_run_to_run_and_a_decided_one_is_another() -> None:
    def id_of(made: Report) -> str:
        return str(checked("gitlab-sast", made)["vulnerabilities"][0]["id"])

    assert id_of(report(failed())) == id_of(report(failed(), tool_version="9"))
    assert id_of(report(failed())) != id_of(report(undecided()))


def test_a_live_resource_stands_at_its_stable_path() -> None:
    (entry,) = checked("gitlab-codequality", report(failed(finding(location=None), resource=LIVE, location=None)))
    assert entry["location"]["path"] == "aws/111122223333/eu-west-1/s3/arn%3Aaws%3As3%3A%3A%3Alogs.json"
