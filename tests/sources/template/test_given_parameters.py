"""Parameter files in the forms of AWS's tools, and pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.sources.template.parameters import given_parameters, unknown_parameters


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (
            [{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": ""}],
            {"A": "1", "B": ""},
        ),
        ([{"ParameterKey": "A", "UsePreviousValue": True}, {"ParameterKey": "B", "ParameterValue": "x"}], {"B": "x"}),
        ({"Parameters": {"A": "1", "L": ["x", "y"]}, "Tags": {"T": "z"}, "StackPolicy": {}}, {"A": "1", "L": "x,y"}),
        ({"A": "1", "B": True, "C": 22}, {"A": "1", "B": "true", "C": "22"}),
        (["A=1", "B=x=y", "C="], {"A": "1", "B": "x=y", "C": ""}),
        ([], {}),
        ({}, {}),
    ],
)
def test_forms(tmp_path: Path, content: Any, values: dict[str, str]) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(content))
    assert given_parameters([str(file)], []) == values


def test_a_yaml_file(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("Parameters:\n  Env: prod\n  Flag: yes\n")
    assert given_parameters([str(file)], []) == {"Env": "prod", "Flag": "true"}


def test_pairs_win_over_files_and_files_over_the_configuration(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    first.write_text('{"A": "file", "B": "file", "C": "file"}')
    second.write_text('{"B": "second", "C": "second"}')
    base = {"A": "base", "D": "base"}
    assert given_parameters([str(first), str(second)], ["C=pair"], base) == {
        "A": "file", "B": "second", "C": "pair", "D": "base",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "an entry is neither of"),
        ('[{"ParameterKey": "A"}]', "an entry is neither of"),
        ('["A"]', "write it as Key=Value"),
        ('{"A": {"b": 1}}', "A must be a value"),
        ('{"A": null}', "A must be a value"),
        ('{"Parameters": {"A": {"Fn::GetParam": ["x", "y", "z"]}}}', "A is decided by the pipeline"),
        ("hello", "neither of"),
        ("{", "not valid YAML or JSON"),
        ("", "neither of"),
    ],
)
def test_what_is_none_of_them(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(content)
    with pytest.raises(UsageError, match=message) as caught:
        given_parameters([str(file)], [])
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="nowhere.json: cannot be read"):
        given_parameters(["nowhere.json"], [])


@pytest.mark.parametrize("pair", ["A", "=x", " = x"])
def test_a_pair_without_a_name_or_value(pair: str) -> None:
    with pytest.raises(UsageError, match="write it as Key=Value"):
        given_parameters([], [pair])


def test_unknown_names_are_noted_with_the_nearest() -> None:
    assert list(unknown_parameters(["Env", "Enviroment", "Zzz"], ["Env", "Environment"])) == [
        'no template has a parameter "Enviroment" (did you mean "Environment"?)',
        'no template has a parameter "Zzz"',
    ]
