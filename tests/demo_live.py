"""`make demo-live`: moto stands for AWS, an account with flaws is seeded, collected, looked at and judged.

`python tests/demo_live.py FOLDER` writes what it collects and reports into FOLDER, and ends as `auditor audit` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import seed
from moto_account import server

AUDITOR = str(Path(sys.executable).with_name("auditor"))


def main(folder: str) -> int:
    with server() as url:
        seed.main(url)
        environment = os.environ | {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_CONFIG_FILE": os.devnull,
        }
        file = f"{folder}/live.json.gz"
        # moto does not know a few calls; one try each, because their gaps are part of what is shown
        chosen = ("--region", seed.REGION, "--region", "us-east-1", "--attempts", "1", "--user-data")
        subprocess.run([AUDITOR, "snapshot", "-o", file, *chosen], env=environment, check=True)
        subprocess.run([AUDITOR, "snapshot", "show", file], env=environment, check=True)
    outputs = ("-o", "console", "-o", f"sarif={folder}/live.sarif", "-o", f"json={folder}/live-report.json")
    return subprocess.run([AUDITOR, "audit", file, *outputs]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
