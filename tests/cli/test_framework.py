"""`auditor framework` end to end: the real command, templates, stored reports, moto over HTTP.

AUDITOR_WRITE_GOLDENS=1 writes fixtures/frameworks anew.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from commands import Auditor
from moto_account import aws, moto_url
from seed import REGION, seed

__all__ = ["aws", "moto_url"]

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "fixtures" / "frameworks"
OWN = ("--framework-file", "controls.yaml")
OUTPUTS = ("-o", "console", "-o", "json=report.json", "-o", "csv=report.csv", "-o", "markdown=report.md")
STANDINGS = {"PASS", "FAIL", "UNKNOWN", "NOT COVERED", "NO RESOURCES", "NEEDS A PERSON"}


@pytest.fixture
def acme(folder: Path) -> Path:
    """A template and a framework in which each standing is."""
    for name in ("template.yaml", "controls.yaml"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    return folder


def standings(document: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["standing"] for row in document["controls"]}


def test_reports_are_as_they_were(auditor: Auditor, acme: Path) -> None:
    done = auditor("framework", *OWN, "--path", "template.yaml", *OUTPUTS)
    assert done.returncode == 0, done.stderr
    made = {"console.txt": done.stdout}
    made |= {name: (acme / name).read_bytes().decode() for name in ("report.json", "report.csv", "report.md")}
    assert set(standings(json.loads(made["report.json"])).values()) == STANDINGS
    for name, text in made.items():
        lasting = re.sub(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "2026-11-22T20:00:00Z", text)
        if os.environ.get("AUDITOR_WRITE_GOLDENS"):
            (FOLDER / name).write_bytes(lasting.encode())
        assert lasting == (FOLDER / name).read_bytes().decode(), name


def test_the_page_shows_this_report() -> None:
    page = (ROOT / "docs" / "frameworks.md").read_text()
    for name in ("controls.yaml", "console.txt"):
        assert (FOLDER / name).read_text().rstrip() in page, name


def test_the_gate(auditor: Auditor, acme: Path) -> None:
    assert auditor("framework", *OWN, "--path", "template.yaml", "--fail-on-framework").returncode == 1
    controls = yaml.safe_load((FOLDER / "controls.yaml").read_text())
    for kept, code in ((("A.1", "A.3"), 3), (("A.1", "A.5", "A.6"), 0)):
        some = controls | {"controls": {id: row for id, row in controls["controls"].items() if id in kept}}
        (acme / "controls.yaml").write_text(yaml.safe_dump(some))
        assert auditor("framework", *OWN, "--path", "template.yaml", "--fail-on-framework").returncode == code, kept


def test_a_stored_report_says_what_a_fresh_run_says(auditor: Auditor, acme: Path) -> None:
    asked = ("--framework-file", "controls.yaml")
    scanned = auditor("scan", "template.yaml", *asked, "-o", "json=run.json")
    assert scanned.returncode == 1
    ran = {row["id"] for row in json.loads((acme / "run.json").read_text())["policies"]}
    assert "s3-bucket-public-access-blocked" in ran and "s3-bucket-tls-required" not in ran  # only what is asked for
    fresh = json.loads(auditor("framework", *OWN, "--path", "template.yaml", "-o", "json").stdout)
    stored = json.loads(auditor("framework", *OWN, "run.json", "-o", "json").stdout)
    assert stored["controls"] == fresh["controls"]
    other = auditor("scan", "template.yaml", "-o", "json=run.json")  # without the framework's parameters
    assert other.returncode == 1
    stored = json.loads(auditor("framework", *OWN, "run.json", "-o", "json").stdout)
    (row,) = [row for row in stored["controls"] if row["id"] == "A.2"]
    assert row["standing"] == "NOT COVERED"
    assert row["not_judged"] == {"s3-bucket-public-access-blocked": "judged with accept_account_level = true"}


@pytest.mark.parametrize(("name", "controls"), [("cis_aws_7_0", 70), ("cis_aws_6_0", 63), ("fsbp", 345)])
def test_the_demo_templates_have_every_control(name: str, controls: int, auditor: Auditor) -> None:
    done = auditor("framework", name, "--path", ROOT / "fixtures" / "templates", "-o", "json")
    document = json.loads(done.stdout)
    assert len(document["controls"]) == controls
    assert sum(document["summary"].values()) == controls
    assert document["summary"]["FAIL"] and document["summary"]["PASS"]


def test_the_seeded_account(aws: Any, moto_url: str, auditor: Auditor) -> None:
    seed(aws)
    live = ("--region", REGION, "--attempts", "1")
    keys = {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    done = auditor("framework", "cis_aws_7_0", *live, "-o", "json", env=keys | {"AWS_ENDPOINT_URL": moto_url})
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["snapshot"]["scope"] == ["123456789012"]
    assert standings(document)["2.21"] == "FAIL"  # the role that anyone may assume
    assert standings(document)["2.2"] == "NEEDS A PERSON"
    (row,) = [row for row in document["controls"] if row["id"] == "2.21"]
    assert row["accounts"] == {"123456789012": row["counts"]}


def test_the_csv_has_a_row_per_control_and_account(auditor: Auditor, acme: Path) -> None:
    done = auditor("framework", *OWN, "--path", "template.yaml", "-o", "csv=report.csv")
    assert done.returncode == 0
    with (acme / "report.csv").open(newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert [row["control"] for row in rows if row["account"] == "*"] == [f"A.{n}" for n in range(1, 10)]
    assert {row["account"] for row in rows} == {"*", "${AWS::AccountId}"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a framework"),
        (("cis",), "no framework"),
        (("cis_aws_7_0", "report.json"), "report.json: the report cannot be read"),
        (("cis_aws_7_0", "template.yaml"), "template.yaml: not a JSON report"),
        (("cis_aws_7_0", "a", "b"), "too many arguments"),
        (("cis_aws_7_0", "a", "--path", "b"), "a stored report is read as it is"),
        (("cis_aws_7_0", "--path", "a", "--region", "b"), "are for live accounts; leave out --path"),
        (("cis_aws_7_0", "-o", "cvs"), 'unknown format "cvs" (did you mean "csv"?)'),
        (("cis_aws_7_0", "-o", "csv", "-o", "json"), "more than one output"),
        (("--framework-file", "none.yaml"), "none.yaml: the framework cannot be read"),
    ],
)
def test_what_cannot_be(arguments: tuple[str, ...], message: str, auditor: Auditor, acme: Path) -> None:
    done = auditor("framework", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_an_unknown_policy_names_the_nearest(auditor: Auditor, acme: Path) -> None:
    text = (acme / "controls.yaml").read_text().replace("efs-file-system-encrypted", "efs-file-system-encryption")
    (acme / "controls.yaml").write_text(text)
    done = auditor("framework", *OWN, "--path", "template.yaml")
    assert done.returncode == 2
    assert 'no policy "efs-file-system-encryption" (did you mean "efs-file-system-encrypted"?)' in done.stderr


def test_the_schema_of_own_frameworks_is_published(auditor: Auditor) -> None:
    schema = json.loads(auditor("schema", "framework").stdout)
    jsonschema.validate(yaml.safe_load((FOLDER / "controls.yaml").read_text()), schema)


def test_show_says_where_each_value_comes_from(auditor: Auditor, folder: Path) -> None:
    id = "iam-credential-unused-removed"

    def shown(*flags: str) -> str:
        return next(
            line
            for line in auditor("policy", "show", id, *flags).stdout.splitlines()
            if line.startswith("Parameter max_days")
        )

    assert shown().startswith("Parameter max_days = 45 (default)")
    (folder / "auditor.toml").write_text('profile_set = "fsbp"\n')
    assert shown().startswith("Parameter max_days = 90 (profile fsbp)")
    with (folder / "auditor.toml").open("a") as file:
        file.write(f'[policies."{id}".parameters]\nmax_days = 60\n')
    assert shown().startswith("Parameter max_days = 60 (configuration)")
    assert shown("--set", f"{id}.max_days=50").startswith("Parameter max_days = 50 (--set)")
    (folder / "auditor.toml").write_text("")
    assert shown("--profile-set", "strict").startswith("Parameter max_days = 30 (profile strict)")
