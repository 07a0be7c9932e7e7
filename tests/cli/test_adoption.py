"""A repository with old findings turns the gate on (fixtures/adoption, docs/adopting.md), through the real command."""

from __future__ import annotations

import datetime
import difflib
import json
import shutil
from pathlib import Path
from typing import Any

from commands import Auditor

REPOSITORY = Path(__file__).parent.parent.parent / "fixtures" / "adoption"
OLD_RULE = "        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n"
NEW_RULE = '        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIpv6: "::/0"}\n'
GATE = ("scan", ".", "--baseline", "auditor-baseline.jsonl")

BUCKETS = ("Archive", "Exports", "Backups", "Uploads")
FIXED = (
    ("apps.yaml#Trail", "cloudtrail-log-validation-enabled"),
    ("apps.yaml#Trail", "cloudtrail-trail-multi-region"),
    ("network.yaml#Database", "rds-instance-not-public"),
    ("network.yaml#Database", "rds-storage-encrypted"),
    ("storage.yaml#Scratch", "ec2-volume-encrypted"),
    ("storage.yaml#Disk", "ec2-volume-encrypted"),
    ("storage.yaml#MasterKey", "kms-key-rotation-enabled"),
    *((f"storage.yaml#{bucket}", "s3-bucket-public-access-blocked") for bucket in BUCKETS),
)

WAIVERS = """\
format: auditor-waivers/1
waivers:
  - policy: ec2-security-group-admin-ports-closed
    resources: ["network.yaml#Bastion"]
    path: /SecurityGroupIngress/0
    owner: network team
    reason: IPv6 until the tunnel is moved
    ticket: NET-12
    expires: {expires}
"""


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def verdicts(report: Path, *statuses: str) -> list[dict[str, Any]]:
    return [each for each in json.loads(report.read_text())["verdicts"] if each["status"] in statuses]


def test_baseline_new_finding_waiver_fix_ratchet(auditor: Auditor, folder: Path) -> None:
    shutil.copytree(REPOSITORY, folder, dirs_exist_ok=True)
    baseline, report = folder / "auditor-baseline.jsonl", folder / "report.json"

    # the gate cannot be turned on: 30 old findings, 1 verdict that is not decided
    assert auditor("scan", ".", "-o", "json=report.json").returncode == 1
    done = auditor("baseline", "write", "report.json")
    assert (done.returncode, done.stderr) == (0, "auditor-baseline.jsonl: 30 findings, 1 not decided\n")
    done = auditor(*GATE, "-o", "console", "-o", "json=report.json")
    assert done.returncode == 0, done.stdout
    assert "baseline auditor-baseline.jsonl: 31 known, 0 new" in done.stdout
    assert not verdicts(report, "FAIL", "UNKNOWN")
    assert {each["reason"] for each in verdicts(report, "WAIVED", "ACCEPTED")} == {"in the baseline"}

    # a new rule above the old ones, in the same group, of the same policy: it alone blocks
    edit(folder / "network.yaml", OLD_RULE, NEW_RULE + OLD_RULE)
    done = auditor(*GATE, "-o", "console", "-o", "json=report.json")
    assert done.returncode == 1
    assert "31 known, 1 new" in done.stdout
    (failed,) = verdicts(report, "FAIL")
    (finding,) = failed["findings"]
    line = (folder / "network.yaml").read_text().splitlines()[finding["location"]["line"] - 1]
    assert line == NEW_RULE.rstrip()

    # a waiver for it, until a day; the day after, it blocks again
    tomorrow, yesterday = (datetime.date.today() + datetime.timedelta(days) for days in (1, -1))
    (folder / "waivers.yaml").write_text(WAIVERS.format(expires=tomorrow))
    done = auditor(*GATE, "--waivers", "waivers.yaml", "-o", "console", "-o", "json=report.json")
    assert done.returncode == 0, done.stdout
    (waived,) = (each for each in verdicts(report, "WAIVED") if each["by"] == "waiver")
    assert waived["reason"] == f"IPv6 until the tunnel is moved (NET-12, network team, until {tomorrow})"
    assert "WAIVED ec2-security-group-admin-ports-closed: network.yaml:7 Bastion" in done.stdout
    (folder / "waivers.yaml").write_text(WAIVERS.format(expires=yesterday))
    done = auditor(*GATE, "--waivers", "waivers.yaml")
    assert done.returncode == 1
    assert f"waivers.yaml:3 (ec2-security-group-admin-ports-closed) expired on {yesterday}" in done.stdout

    # the fix of what the policies say how to mend, old findings too; the ratchet: what is fixed leaves the baseline
    edit(folder / "network.yaml", NEW_RULE, "")
    before, texts = baseline.read_text().splitlines(), read(folder)
    done = auditor(*GATE, "--diff", "--policy", "ec2-*")
    assert read(folder) == texts
    assert [line for line in done.stdout.splitlines() if line[:2] in ("+ ", "- ")] == ["+      Encrypted: true"] * 2
    done = auditor(*GATE, "--fix", "--ratchet")
    assert done.returncode == 0, done.stdout
    assert "fixed: 11 in 3 files" in done.stdout
    assert "fixed: storage.yaml#Disk (ec2-volume-encrypted)" in done.stdout
    assert "storage.yaml#Disk (ec2-volume-encrypted) passes now: it leaves the baseline" in done.stdout
    fixed, after = read(folder), baseline.read_text().splitlines()
    gone = [json.loads(line) for line in set(before) - set(after)]
    assert {(entry["resource"], entry["policy"]) for entry in gone} == set(FIXED)
    assert set(after) < set(before)
    # what stood there stands there still, but for one value
    changed = {file: difflib.ndiff(text.splitlines(), fixed[file].splitlines()) for file, text in texts.items()}
    lost = {file: [line for line in lines if line.startswith("- ")] for file, lines in changed.items()}
    assert lost == {"apps.yaml": [], "network.yaml": ["-       PubliclyAccessible: true"], "storage.yaml": []}

    # a second time there is nothing to do; and what has left the baseline blocks when it comes back
    assert auditor(*GATE, "--fix", "--ratchet").returncode == 0
    assert (read(folder), baseline.read_text().splitlines()) == (fixed, after)
    edit(folder / "storage.yaml", "      Size: 20\n      Encrypted: true\n", "      Size: 20\n")
    assert auditor(*GATE, "--ratchet").returncode == 1
    assert baseline.read_text().splitlines() == after


def read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.glob("[!w]*.yaml")}
