"""auditor.toml: what it says, and what is said of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import config
from auditor.errors import UsageError
from auditor.model import Severity


def written(folder: Path, text: str) -> Path:
    file = folder / "auditor.toml"
    file.write_text(text)
    return file


def test_everything_has_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load(None) == config.Config()


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    loaded = config.load(written(tmp_path, 'packs = ["mine"]\n[template]\nparameter_files = ["p.json"]'))
    assert loaded.packs == (str(tmp_path / "mine"),)
    assert loaded.template.parameter_files == (str(tmp_path / "p.json"),)


def test_values_are_typed(tmp_path: Path) -> None:
    loaded = config.load(
        written(tmp_path, '\ufefffail_on = "critical"\r\n[policies."s3-x".parameters]\nports = ["22"]\n')
    )
    assert loaded.fail_on is Severity.CRITICAL
    assert loaded.policies["s3-x"].parameters == {"ports": ["22"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fail_onn = 1", 'unknown key "fail_onn" (did you mean "fail_on"?)'),
        ("[template]\nworld = 1", 'unknown key "template.world" (did you mean "worlds"?)'),
        ("[[accept]]\nreason = 'x'\nregin = 'y'", 'unknown key "accept.regin" (did you mean "region"?)'),
        ("[policies.a]\nparameter = 1", 'unknown key "policies.a.parameter" (did you mean "parameters"?)'),
        ("fail_on = 'severe'", "severe"),
        ("fail_on = ", "not valid TOML"),
        ("[[accept]]\nreason = 'x'\nowner = 'y'", "needs an account, region, type, action or detail"),
        ("[[accept]]\ntype = 'x'", "reason"),
        ("[[accept]]\ntype = 'x'\nreason = 'y'", "owner"),
        ("[[accept]]\ntype = 'x'\nreason = 'y'\nowner = 'z'\nexpires = 'soon'", "expires"),
    ],
)
def test_one_clear_error(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        config.load(written(tmp_path, text))
    assert expected in str(caught.value)
    assert "auditor.toml" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
