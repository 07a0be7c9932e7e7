"""What the tests of the command line share: the command, a few templates."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PACKS = Path(__file__).parent / "packs"
DEMO = ("--pack", str(PACKS / "demo"), "--policy", "demo-*")

COMMAND = [sys.executable, "-m", "auditor"]

FAILING = """\
Resources:
  Logs:
    Type: AWS::S3::Bucket
"""
PASSING = """\
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: Enabled
"""
UNDECIDED = """\
Parameters:
  Name: {Type: String}
Resources:
  Alarm:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Ref Name
"""
LOW = """\
Resources:
  Work:
    Type: AWS::SQS::Queue
"""
BROKEN = "Resources: [\n"

Done = subprocess.CompletedProcess[str]
Auditor = Callable[..., Done]


def write(folder: Path, **templates: str) -> None:
    """`write(folder, a=FAILING)` makes `a.yaml`."""
    for name, text in templates.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
