"""Runs the real command against an endpoint, and reads what it said by policy, status and label."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from faulty import Answer, Fault, endpoint
from seed import REGION

AUDITOR = Path(sys.executable).with_name("auditor")
Said = Mapping[str, Mapping[str, list[str]]]  # policy -> status -> labels


class Moto(NamedTuple):
    """Where it answers, and id -> label of what AWS names itself."""

    url: str
    labels: Mapping[str, str]


# the accounts have one region: what nobody asked about in others would leave questions of the whole account open
_REGIONS = (
    '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><regionInfo><item>'
    f"<regionName>{REGION}</regionName><regionEndpoint>ec2.{REGION}.amazonaws.com</regionEndpoint>"
    "<optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>"
)


def _in_one_region(fault: Fault) -> Fault:
    def asked(service: str, said: str) -> Answer | None:
        return Answer(200, _REGIONS.encode()) if "Action=DescribeRegions" in said else fault(service, said)

    return asked


def audited(moto: Moto, fault: Fault, opa: str, folder: Path, *more: str) -> Said:
    file = folder / "report.json"
    outputs = ("--include-passed", "-o", f"json={file}")
    with endpoint(moto.url, _in_one_region(fault)) as url:
        environment = os.environ | {
            "AUDITOR_OPA": opa,
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
        }
        command = [str(AUDITOR), "audit", "--attempts", "1", *outputs, *more]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1, 3), done.stderr
    return said(json.loads(file.read_text()), moto.labels)


def said(report: Mapping[str, Any], labels: Mapping[str, str]) -> Said:
    """A population is called by its type."""
    found: dict[str, dict[str, list[str]]] = {row["id"]: {} for row in report["policies"]}
    for verdict in report["verdicts"]:
        resource = verdict.get("resource")
        name = resource["name"] if resource else verdict["population"]["type"]
        label = labels.get(name, name.rsplit("/", 1)[-1])
        found[verdict["policy"]].setdefault(verdict["status"].lower(), []).append(label)
    return {policy: {status: sorted(names) for status, names in row.items()} for policy, row in found.items()}
