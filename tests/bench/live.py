"""`make bench-live`: `auditor audit` beside Prowler over the same seeded account of moto, in one run.

    python tests/bench/live.py [alone] [20] [200]       alone: without Prowler

For each scale: wall and CPU seconds, peak memory, API calls by service, size of what is written. Aims: at most a
fifth of Prowler's CPU, a sixth of its memory, and at most 1,900 calls at scale 200. Prowler is installed into an
environment of its own and is restricted to the services that we cover.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]

import boto3  # noqa: E402
from faulty import Answer, endpoint  # noqa: E402
from measure import Usage, run  # noqa: E402
from moto_account import server  # noqa: E402

ROOT = HERE.parent.parent
WORK = ROOT / ".bench"
AUDITOR = str(Path(sys.executable).parent / "auditor")
REGION = "us-east-1"
FEWEST = 50  # calls of Prowler: with fewer it has not audited the account
CPU_AIM, MEMORY_AIM, CALLS_AIM = 1 / 5, 1 / 6, 1_900
# Prowler's names of the services that have collectors here.
SERVICES = (
    *("accessanalyzer", "account", "apigateway", "apigatewayv2", "autoscaling", "awslambda", "cloudfront"),
    *("cloudtrail", "codebuild", "config", "ec2", "ecr", "ecs", "efs", "elb", "elbv2", "guardduty", "iam", "kms"),
    *("cloudwatch", "rds", "s3", "secretsmanager", "securityhub", "sns", "sqs", "vpc"),
)


def seed(url: str, scale: int) -> None:
    """`scale` buckets, users (a third with a key), roles, policies, security groups; a fifth of topics and queues."""
    session = boto3.session.Session("testing", "testing", region_name=REGION)
    s3, iam, ec2, sns, sqs, kms = (
        session.client(name, endpoint_url=url) for name in ("s3", "iam", "ec2", "sns", "sqs", "kms")
    )
    trust = _document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    for n in range(scale):
        read = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bench-{n}/*"})
        s3.create_bucket(Bucket=f"bench-{n}")
        iam.create_user(UserName=f"user-{n}")
        if n % 3 == 0:
            iam.create_access_key(UserName=f"user-{n}")
        iam.create_role(RoleName=f"role-{n}", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=f"role-{n}", PolicyName="read", PolicyDocument=read)
        iam.create_policy(PolicyName=f"policy-{n}", PolicyDocument=read)
        group = ec2.create_security_group(GroupName=f"group-{n}", Description="bench")["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": f"10.0.{n}.0/24"}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        if n % 5 == 0:
            sns.create_topic(Name=f"topic-{n}")
            sqs.create_queue(QueueName=f"queue-{n}")
            kms.create_key()
            ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)


def _document(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def prowler() -> str | None:
    """Prowler in an environment of its own; None, and why, where it cannot be installed."""
    folder = WORK / "prowler"
    program = folder / "bin" / "prowler"
    if not program.exists():
        print("installing Prowler ...", flush=True)
        venv.create(folder, with_pip=True)
        tools = folder / "bin"
        # pip takes the better part of an hour to choose among some 240 packages, uv half a minute
        subprocess.run([str(tools / "pip"), "install", "--quiet", "uv"], check=True)
        done = subprocess.run(
            [str(tools / "uv"), "pip", "install", "--quiet", "--python", str(tools / "python"), "prowler"],
            stderr=subprocess.PIPE,
        )
        if done.returncode:
            print(f"Prowler cannot be installed: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}")
            return None
    return str(program)


def measured(name: str, command: list[str], moto: str, out: Path) -> tuple[Usage, int]:
    """One run; every request passes a counter, which is no part of what is measured."""
    calls: Counter[str] = Counter()

    def count(service: str, said: str) -> Answer | None:
        calls[service or "unsigned"] += 1
        return None

    with endpoint(moto, count) as url:
        environment = {
            **{"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"},
            **{"AWS_DEFAULT_REGION": REGION, "AWS_CONFIG_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"},
        }
        usage = run(command, environment, out.with_suffix(".log"))
    size = sum(file.stat().st_size for file in (out.rglob("*") if out.is_dir() else [out]) if file.is_file())
    total = sum(calls.values())
    cpu = usage.cpu + usage.opa_cpu
    print(
        f"{name:<22} wall {usage.wall:7.1f} s  cpu {cpu:7.1f} s (opa {usage.opa_cpu:.1f})  peak {usage.peak:5.0f} MB"
        f" (opa {usage.opa_peak:.0f})  calls {total:6,}  output {size / 1e6:6.2f} MB  exit {usage.code}"
    )
    print("  " + "  ".join(f"{service} {number:,}" for service, number in calls.most_common()), flush=True)
    return usage, total


def compare(scale: int, alone: bool) -> None:
    out = WORK / f"live-{scale}"
    out.mkdir(parents=True, exist_ok=True)
    with server() as url:
        seed(url, scale)
        report = out / "auditor.json"
        ours, calls = measured(
            f"auditor, scale {scale}",
            [AUDITOR, "audit", "--region", REGION, "--attempts", "1", "-o", f"json={report}"],
            url,
            report,
        )
        if ours.code not in (0, 1, 3):
            raise SystemExit(f"auditor: exit {ours.code}")
        if scale == 200:
            print(f"calls at scale 200: {calls:,} (aim: at most {CALLS_AIM:,})")
        if alone or (program := prowler()) is None:
            return
        theirs_out = out / "prowler"
        command = [program, "aws", "--service", *SERVICES, "--region", REGION, "--output-formats", "json-ocsf"]
        theirs, asked = measured(
            f"prowler, scale {scale}",
            [*command, "--output-directory", str(theirs_out), "--no-banner", "--ignore-exit-code-3"],
            url,
            theirs_out,
        )
    if theirs.code not in (0, 3) or asked < FEWEST:
        log = theirs_out.with_suffix(".log")
        print(f"no comparison: Prowler ended with {theirs.code} after {asked:,} calls; the end of {log}:")
        print("".join(f"  {line}\n" for line in log.read_text(errors="replace").splitlines()[-8:]))
        return
    cpu = (ours.cpu + ours.opa_cpu) / theirs.cpu
    memory = (ours.peak + ours.opa_peak) / theirs.peak
    print(f"CPU {cpu:.3f} of Prowler's (aim: at most {CPU_AIM:.3f})")
    print(f"memory {memory:.3f} of Prowler's, OPA included (aim: at most {MEMORY_AIM:.3f})", flush=True)


if __name__ == "__main__":
    WORK.mkdir(exist_ok=True)
    scales = [argument for argument in sys.argv[1:] if argument != "alone"]
    for scale in scales or ("20", "200"):
        if not re.fullmatch("[0-9]+", scale):
            raise SystemExit(f"{scale}: not a scale")
        compare(int(scale), "alone" in sys.argv)
