"""The snapshot file: what goes in comes out, in order, and a broken one is no clean one."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from support import ACCOUNT, BUCKET, gap, resource

from auditor.errors import OutputError, SourceError
from auditor.model import Gap, Hidden, Plan, Problem, Reason, Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, lines, plant, unplanted, writing
from auditor.sources.file import SnapshotScope, SnapshotSource

HEADER = HeaderLine(FORMAT, "0", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), ("eu-west-1",))
PLAN = Plan({BUCKET: ((),)})


def write(path: Path, resources: list[Resource], gaps: list[Gap] | None = None, close: bool = True) -> Path:
    with writing(path, HEADER) as writer:
        writer.account(ACCOUNT, resources, lambda: gaps or [], lambda: AccountCoverage({BUCKET: None}))
        if close:
            writer.close()
    return path


def scopes(path: Path) -> list[SnapshotScope | Problem]:
    return list(SnapshotSource([str(path)]).scopes(PLAN))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.json.zst"])
def test_what_goes_in_comes_out_in_order_of_home(tmp_path: Path, name: str) -> None:
    policy = resource("p", type="AWS::S3::BucketPolicy", id="z", owners=("AWS::S3::Bucket/a",))
    given = [policy, resource("b", region="us-east-1"), resource("b"), resource("a")]
    (scope,) = scopes(write(tmp_path / name, given))
    assert isinstance(scope, SnapshotScope)
    assert [r.id for r in scope.resources()] == ["AWS::S3::Bucket/a", "z", "AWS::S3::Bucket/b", "AWS::S3::Bucket/b"]
    assert list(scope.resources(frozenset({"AWS::S3::BucketPolicy"}))) == [policy]
    assert scope.coverage.lists == {BUCKET: None}


def test_more_than_one_chunk_is_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.snapshot.CHUNK", 7)
    given = [resource(f"{n:03}") for n in reversed(range(50))]
    (scope,) = scopes(write(tmp_path / "a.json", given))
    assert isinstance(scope, SnapshotScope)
    assert [r.name for r in scope.resources()] == [f"{n:03}" for n in range(50)]


def test_a_hidden_value_comes_back_at_its_place(tmp_path: Path) -> None:
    hide = Hidden(Reason.REDACTED, "may hold a secret")
    held = resource(properties={"A": {"B": hide, "C": 1}, "L": [1, hide, 3]})
    gaps = [gap(id=held.id, path=path, reason=reason, detail=detail) for path, reason, detail in unplanted(held)]
    (scope,) = scopes(write(tmp_path / "a.json", [held], gaps))
    assert isinstance(scope, SnapshotScope)
    assert next(scope.resources()) == held
    assert "may hold" not in (tmp_path / "a.json").read_text().split('"resource"', 1)[1].split("trailer")[0]


def test_a_gap_plants_what_was_never_there() -> None:
    planted = plant(resource(), [gap(id=resource().id, path=("A", "B"))])
    assert isinstance(planted.properties["A"]["B"], Hidden)


def test_a_snapshot_without_its_end_is_partial_and_proves_nothing(tmp_path: Path) -> None:
    problem, scope = scopes(write(tmp_path / "a.json", [resource()], close=False))
    assert isinstance(problem, Problem)
    assert "partial" in problem.message
    assert isinstance(scope, SnapshotScope)
    assert scope.coverage.lists == {}


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [resource()])
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_stands_under_the_final_name_when_writing_breaks(tmp_path: Path) -> None:
    def broken() -> list[Resource]:
        raise RuntimeError("the collector crashed")

    with pytest.raises(RuntimeError), writing(tmp_path / "a.json", HEADER) as writer:
        writer.account(ACCOUNT, (r for r in broken()), lambda: [], AccountCoverage)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"), writing(tmp_path / "none" / "a.json", HEADER):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "no header"),
        (b"not json\n", ":1: not a line of a snapshot"),
        (b'{"kind":"account","account":"1"}\n', "no header"),
        (b'{"kind":"header","format":"auditor-snapshot/9","tool":"0","taken_at":"","source":"live"}\n', "reads"),
    ],
)
def test_what_is_no_snapshot_is_refused(tmp_path: Path, text: bytes, expected: str) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(text)
    with pytest.raises(SourceError, match=expected):
        SnapshotSource([str(file)])


def test_a_cut_gzip_is_an_error_not_an_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json.gz", [resource(str(n)) for n in range(2000)])
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(SourceError, match="cannot be read"):
        list(lines(path))


def test_a_type_that_nobody_asked_for_is_unseen_not_empty(tmp_path: Path) -> None:
    source = SnapshotSource([str(write(tmp_path / "a.json", [resource()]))])
    (scope,) = source.scopes(Plan({BUCKET: ((),), "AWS::ECR::Repository": ((),)}))
    assert isinstance(scope, SnapshotScope)
    (unseen,) = scope.gaps
    assert (unseen.type, unseen.id, unseen.reason) == ("AWS::ECR::Repository", None, Reason.UNSUPPORTED)


@pytest.mark.parametrize("name", ["a.json.gz", "a.json.zst"])
def test_damage_in_a_packed_snapshot_is_one_clear_error(tmp_path: Path, name: str) -> None:
    whole = bytearray(write(tmp_path / name, [resource(f"{n}") for n in range(200)]).read_bytes())
    whole[len(whole) // 3 : len(whole) // 3 + 40] = bytes(40)
    (tmp_path / name).write_bytes(whole)
    with pytest.raises(SourceError, match=f"{name}:?"):
        list(lines(tmp_path / name))


def test_zstd_without_its_package_names_the_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(SourceError, match="pip install zstandard, or use .gz"):
        write(tmp_path / "a.json.zst", [])
    assert list(tmp_path.iterdir()) == []
