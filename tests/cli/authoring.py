"""What the tests of the author's commands share: a policy as `auditor policy new` makes it."""

from __future__ import annotations

from pathlib import Path

from commands import Auditor, Done

ID = "s3-bucket-versioned"
KEY = "s3_bucket_versioned"
STATUS = "/VersioningConfiguration/Status"


def new(auditor: Auditor, id: str = ID, type: str = "AWS::S3::Bucket", *more: str, pack: str = "pack") -> Done:
    reads = () if "--reads" in more else ("--reads", STATUS)
    return auditor("policy", "new", id, "--type", type, "--pack", pack, *reads, *more)


def place(folder: Path, id: str = ID, pack: str = "pack") -> Path:
    key = id.replace("-", "_")
    return folder / pack / id.partition("-")[0] / key


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, f"{before!r} is not in {file}"
    file.write_text(text.replace(before, after, 1))


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)
