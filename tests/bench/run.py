"""`make bench`: CPU and memory of the tool and its OPA beside a baseline, in one run.

    python tests/bench/run.py [small] [corpus] [raw] [scale] [facts] [loop]

Aims: one template at most 0.4 of Checkov's CPU; a corpus at most a tenth; evaluation within 1.3 of raw OPA; peak
memory at most 250 MB for the tool and 400 MB for OPA at 100,000 resources, no higher at 300,000; a turn of an author's
loop (save, see) at most a second for one policy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from facts import facts  # noqa: E402
from generate import snapshot, templates  # noqa: E402
from loop import loop  # noqa: E402
from measure import Usage, median, run  # noqa: E402
from raw import compare  # noqa: E402

ROOT = HERE.parent.parent
WORK = ROOT / ".bench"
AUDITOR = str(Path(sys.executable).parent / "auditor")
SMALL = ROOT / "fixtures" / "templates" / "web-app.yaml"
CHECKOV = ("--framework", "cloudformation", "--compact", "--quiet", "--skip-download")
CORPUS = next(path for path in (ROOT.parent / "shared" / "corpus", ROOT / "fixtures" / "templates") if path.exists())


def checkov() -> str:
    """Checkov in an environment of its own."""
    folder = WORK / "checkov"
    program = folder / "bin" / "checkov"
    if not program.exists():
        print("installing Checkov ...", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", "checkov"], check=True)
    return str(program)


def row(name: str, usage: Usage) -> None:
    if usage.code not in (0, 1, 3):
        raise SystemExit(f"{name}: exit {usage.code}")
    print(
        f"{name:<44} cpu {usage.cpu:7.2f} s  opa {usage.opa_cpu:6.2f} s  wall {usage.wall:7.2f} s"
        f"  peak {usage.peak:6.0f} MB  opa {usage.opa_peak:5.0f} MB  exit {usage.code}",
        flush=True,
    )


# The policies of the first gate, which exercise every mechanism; the pack has five times as many.
TWELVE = (
    *("s3-bucket-public-access-blocked", "s3-bucket-tls-required", "ec2-security-group-admin-ports-closed"),
    *("ec2-imdsv2-required", "ec2-volume-encrypted", "rds-instance-not-public", "rds-storage-encrypted"),
    *("iam-policy-no-full-admin", "iam-role-trust-not-public", "kms-key-rotation-enabled"),
    *("cloudtrail-log-validation-enabled", "secrets-not-in-plaintext"),
)


def ratio(name: str, ours: Usage, theirs: Usage, aim: float) -> None:
    value = (ours.cpu + ours.opa_cpu) / theirs.cpu
    print(f"{name:<44} {value:.3f} (aim: at most {aim})", flush=True)


def small() -> None:
    assert SMALL.exists(), SMALL
    ours = median([AUDITOR, "scan", str(SMALL)])
    row("auditor scan, one template", ours)
    row("import cfnlint.decode", median([sys.executable, "-c", "import cfnlint.decode"]))
    theirs = median([checkov(), *CHECKOV, "-f", str(SMALL)])
    row("checkov, one template", theirs)
    ratio("one template: CPU of auditor to Checkov", ours, theirs, 0.4)


def both() -> Path:
    """The corpus without the files on which Checkov ends with a traceback (a module in the place of a type)."""
    folder = WORK / "corpus"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CORPUS, folder)
    for file in [file for file in folder.rglob("*") if file.is_file() and b"Rain::Module" in file.read_bytes()]:
        print(f"left out for both: {file.relative_to(folder)}", flush=True)
        file.unlink()
    return folder


def corpus() -> None:
    folder = str(both())
    ours = median([AUDITOR, "scan", folder])
    row("auditor scan, corpus", ours)
    twelve = median([AUDITOR, "scan", folder, *(word for id in TWELVE for word in ("--policy", id))])
    row("auditor scan, corpus, twelve policies", twelve)
    theirs = median([checkov(), *CHECKOV, "-d", folder], runs=1)
    row("checkov, corpus", theirs)
    ratio("corpus: CPU of auditor to Checkov", ours, theirs, 0.1)
    ratio("corpus, twelve policies", twelve, theirs, 0.1)


def raw() -> None:
    compare(templates(WORK / "raw", 10_000))


def scale() -> None:
    for size in (10_000, 100_000, 300_000):
        folder = templates(WORK / f"templates-{size}", size)
        row(f"auditor scan, {size:,} resources in templates", run([AUDITOR, "scan", str(folder)]))
        file = snapshot(WORK / f"snapshot-{size}.json", size)
        row(f"auditor audit, {size:,} resources, gaps", run([AUDITOR, "audit", str(file)]))


if __name__ == "__main__":
    WORK.mkdir(exist_ok=True)
    parts = {
        "small": small,
        "corpus": corpus,
        "raw": raw,
        "scale": scale,
        "facts": facts,
        "loop": lambda: loop(WORK),
    }
    for name in sys.argv[1:] or parts:
        parts[name]()
