"""No secret leaves the account: one stands in every place that is asked, and everything that is written is searched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from faulty import Answer, endpoint
from moto_account import aws, moto_url
from seed import CANARY, REGION, seed
from seed_secrets import plant

from auditor.render import FORMATS

__all__ = ["aws", "moto_url"]

AUDITOR = Path(sys.executable).with_name("auditor")

# Type -> the place of its secret: each must have been collected, or the search proves nothing.
PLANTED = {
    "AWS::ApiGateway::Stage": "stage variables",
    "AWS::ApiGatewayV2::Stage": "stage variables",
    "AWS::AutoScaling::LaunchConfiguration": "user data",
    "AWS::CloudFront::Distribution": "custom headers of an origin",
    "AWS::CodeBuild::Project": "environment variables",
    "AWS::EC2::Instance": "user data",
    "AWS::EC2::LaunchTemplate": "user data",
    "AWS::ECS::TaskDefinition": "environment, command, entry point",
    "AWS::ElasticLoadBalancingV2::Listener": "client secret of an OpenID provider",
    "AWS::Events::Rule": "input of a target",
    "AWS::Lambda::Function": "environment variables",
    "AWS::SNS::Subscription": "endpoint with a password",
    "Auditor::Account::Contacts": "name and address",
}

# What other tools read as a wish to log everything.
LOUD = {"AUDITOR_DEBUG": "1", "AUDITOR_LOG_LEVEL": "DEBUG", "AWS_DEBUG": "true", "BOTO_DEBUG": "1", "DEBUG": "1"}


def test_a_planted_secret_is_in_nothing_that_is_written(aws: Any, moto_url: str, opa: str, tmp_path: Path) -> None:
    """Neither is what AWS says with an error, which may quote the request or the resource."""
    seed(aws)
    plant(aws, CANARY, REGION)

    def telling(service: str, said: str) -> Answer | None:
        message = f"<ErrorResponse><Error><Code>Oops</Code><Message>{CANARY}</Message></Error></ErrorResponse>"
        return Answer(500, message.encode()) if "Action=DescribeDBInstances" in said else None

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"AUDITOR_OPA": opa, "AWS_ENDPOINT_URL": url, "PYTHONWARNINGS": "default"} | LOUD
        return subprocess.run(
            [str(AUDITOR), *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )

    with endpoint(moto_url, telling) as url:
        taken = run("snapshot", "-o", "account.json", "--region", REGION, "--attempts", "1", "--user-data")
    assert taken.returncode == 0, taken.stderr
    outputs = [part for format in FORMATS for part in ("-o", f"{format}=report.{format}")]
    judged = run("audit", "account.json", "--include-passed", *outputs)
    told = run("audit", "account.json", "--all")
    shown = run("snapshot", "show", "account.json")
    assert (judged.returncode, told.returncode, shown.returncode) == (1, 1, 0)

    lines = [json.loads(line) for line in (tmp_path / "account.json").read_text().splitlines()]
    collected = {line["resource"]["type"] for line in lines if "resource" in line}
    assert set(PLANTED) - collected == set()
    for done in (taken, judged, told, shown):
        assert CANARY not in done.stdout + done.stderr
    written = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(written) == 1 + len(FORMATS)
    assert [name for name, text in written.items() if CANARY in text] == []
