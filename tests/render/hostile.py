"""Names that an attacker, or chance, gives to resources, files and reasons; reports that are full of them."""

from __future__ import annotations

from reports import LIVE, POLICIES, UNSEEN, failed, finding, location, report, undecided, unset

from auditor.model import Gap, Header, Problem, Reason, Report, ResourceRef, Severity, Status, Verdict
from auditor.render.rows import digest

NAMES = (
    "</script><script>alert(1)</script><!--",
    "\"double\" 'single' `tick` ``ticks``",
    "two\nlines\r\n::error::injected",
    "Größe-日本-\u202eright to left",
    "| cell | [link](https://evil.example) ![x](https://evil.example/i.png) @everyone #12 GH-3 www.evil.example",
    "<img src=x onerror=alert(1)>&amp;",
    '=HYPERLINK("https://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\uff1d1+1",
    "\t=1",
    "\x00\x1b[31m\ufffe\uffff",
    "%0A::warning file=x,line=1::injected: a,b",
    "]]>&#x0;",
    "`",
    "|",
    "",
)
ACCOUNT = "111122223333"
DENIED_GAP = Gap(ACCOUNT, "eu-west-1", "AWS::S3::Bucket", LIVE.id, ("Policy",), Reason.DENIED, "s3:GetBucketPolicy")


def about(name: str) -> ResourceRef:
    return ResourceRef(f"{name}.yaml#{name}", "AWS::S3::Bucket", name, "${AWS::AccountId}", "${AWS::Region}")


def live(name: str) -> ResourceRef:
    return ResourceRef(f"arn:aws:s3:::{name}", "AWS::S3::Bucket", name, ACCOUNT, "eu-west-1")


def verdicts_of(name: str, is_live: bool) -> list[Verdict]:
    place = None if is_live else location(file=f"{name}.yaml")
    given = {"resource": live(name) if is_live else about(name), "location": place}
    denial = finding(name or "x", location=place, path=("Tags", name), worlds=(name,), fingerprint=digest(name))
    gap = Gap(ACCOUNT, "eu-west-1", "AWS::S3::Bucket", None, (name,), Reason.DENIED, f"s3:GetBucketPolicy {name}")
    return [
        failed(denial, denial, severity=Severity.CRITICAL, **given),
        undecided(gap, **given),
        undecided(error=name, severity=Severity.LOW, **given),
        Verdict("bucket-medium", Severity.MEDIUM, Status.WAIVED, findings=(denial,), reason=name, **given),
        Verdict("bucket-low", Severity.LOW, Status.ACCEPTED, gaps=(gap,), reason=name, **given),
        Verdict("bucket-high", Severity.HIGH, Status.PASS, **given),
    ]


def problems_of(name: str) -> list[Problem]:
    """The name of a file may also be any bytes."""
    return [Problem("file", f"{name}\udce9.yaml", name, 3, 7), Problem("policy", name, name)]


TEMPLATES: Report = report(
    *(verdict for name in NAMES for verdict in verdicts_of(name, is_live=False)),
    problems=tuple(problem for name in NAMES for problem in problems_of(name)),
    notes=NAMES,
)
ACCOUNTS: Report = report(
    *(verdict for name in NAMES for verdict in verdicts_of(name, is_live=True)),
    failed(finding(location=None), resource=LIVE, location=None),
    undecided(resource=None, location=None, population=UNSEEN),
    header=Header("2026-11-22T20:00:00Z", "live", (ACCOUNT,), ("eu-west-1",)),
    problems=(*(problem for name in NAMES for problem in problems_of(name)), Problem("account", ACCOUNT, "denied")),
)
EMPTY: Report = report()
SIMPLE: Report = report(
    failed(finding("the flag is off"), severity=Severity.CRITICAL), undecided(unset("Name")), policies=POLICIES
)
