"""CSV: one row per thing, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from rendering import rendered

from auditor.model import Report
from auditor.render.csv import COLUMNS


def table(made: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered("csv", made), newline=""), strict=True))


@pytest.mark.parametrize("made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"])
def test_every_row_has_every_column_and_no_cell_is_a_formula(made: Report) -> None:
    rows = table(made)
    for row in rows:
        assert tuple(row) == COLUMNS
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
            assert "\n" not in cell and "\r" not in cell


def test_every_verdict_and_what_could_not_be_judged_has_a_row() -> None:
    states = [row["status"] for row in table(TEMPLATES)]
    size = len(NAMES)
    assert {state: states.count(state) for state in set(states)} == {
        "FAIL": 2 * size,  # two findings each
        "UNKNOWN": 2 * size,
        "WAIVED": size,
        "ACCEPTED": size,
        "PASS": size,
        "NOT JUDGED": 2 * size,
    }


def test_fingerprints_of_rows_differ() -> None:
    prints = [row["fingerprint"] for row in table(SIMPLE)]
    assert len(set(prints)) == len(prints) == 2


def test_a_row_says_what_where_and_why() -> None:
    first, second = table(SIMPLE)
    assert (first["status"], first["severity"], first["name"]) == ("FAIL", "critical", "Logs")
    assert (first["file"], first["line"], first["path"], first["message"]) == (
        "app.yaml",
        "3",
        "/Flag",
        "the flag is off",
    )
    assert (second["status"], second["message"]) == ("UNKNOWN", "parameter Name has no value")
