"""The source line and its caret; what must not be shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import failed, finding, location

from auditor.model import Location
from auditor.render.excerpt import MASK, Row, cells, excerpt, secrets_of


def lines(*texts: str) -> Callable[[str, int], str | None]:
    return lambda file, number: texts[number - 1] if 0 < number <= len(texts) else None


def at(column: int, width: int, line: int = 1) -> Location:
    return location(line, column, width=width)


def marked(rows: list[Row]) -> str:
    """The text over the caret, cell by cell."""
    text, caret = rows[0].text, rows[1].text
    start = len(caret) - len(caret.lstrip())
    cell, found = 0, ""
    for character in text:
        if start <= cell < len(caret):
            found += character
        cell += cells(character)
    return found


def test_the_indentation_is_left_out_and_the_caret_stands_under_the_key() -> None:
    assert list(excerpt(at(7, 9), lines("      Encrypted: false"), {}, 80)) == [
        Row("1:7", "Encrypted: false"),
        Row("", "^^^^^^^^^", caret=True),
    ]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ('\t\t"Key":\ttrue', '"Key"', '"Key"'),
        ("  日本: x, Key: 1", "Key", "Key"),
        ("  \u202eab: 1", "\u202eab", "\\u202eab"),
        ('  {"a": "\x1b[31m", "Key": 1}', '"Key"', '"Key"'),
        ("  cafe\u0301: 1, Key: 1", "Key", "Key"),
    ],
)
def test_tabs_wide_characters_and_escapes_do_not_move_the_caret(text: str, key: str, expected: str) -> None:
    place = at(text.index(key) + 1, len(key))
    assert marked(list(excerpt(place, lines(text), {}, 80))) == expected


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=60),
    st.integers(1, 70),
    st.integers(0, 70),
    st.integers(20, 60),
)
def test_no_row_is_wider_than_there_is_room(text: str, column: int, width: int, room: int) -> None:
    for row in excerpt(at(column, width), lines(text), {}, room):
        assert cells(row.text) <= max(10, room - len(f"1:{column}"))
        assert "\x1b" not in row.text


def test_a_long_line_is_shown_from_where_the_caret_is() -> None:
    text = '{"Resources": {' + '"a": 1, ' * 1000 + '"Key": false}}'
    rows = list(excerpt(at(text.index('"Key"') + 1, 5), lines(text), {}, 60))
    assert marked(rows) == '"Key"'
    assert rows[0].text.startswith("…")


def test_under_a_mere_bracket_stands_what_it_opens() -> None:
    source = lines("  [", "    {", '      "CidrIp": "0.0.0.0/0"', "    }", "  ]")
    rows = list(excerpt(at(5, 1, line=2), source, {}, 80))
    assert rows == [Row("2:5", "{"), Row("", "^", caret=True), Row("3", '  "CidrIp": "0.0.0.0/0"')]


def test_a_file_that_is_gone_gives_nothing() -> None:
    assert list(excerpt(at(1, 1), lambda file, line: None, {}, 80)) == []


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    ("text", "column", "width", "path", "shown"),
    [
        (f"  PASSWORD: {SECRET}", 3, 8, ("PASSWORD",), f"PASSWORD: {MASK}"),
        (f'  "PASSWORD": "{SECRET}", "A": 1', 3, 10, ("PASSWORD",), f'"PASSWORD": {MASK}'),
        (f"  - {SECRET}", 5, 15, ("Command", 0), f"- {MASK}"),
        (f'  ["{SECRET}"]', 4, 17, ("Command", 0), f"[{MASK}"),
        (f"{SECRET}", 1, 15, ("Command", 0), MASK),
    ],
)
def test_a_secret_is_never_shown(text: str, column: int, width: int, path: tuple[str | int, ...], shown: str) -> None:
    place = at(column, width)
    secrets = secrets_of([failed(finding(location=place, path=path, secret=True))])
    assert next(excerpt(place, lines(text), secrets, 80)).text == shown


def test_another_finding_on_the_line_of_a_secret_does_not_show_it() -> None:
    text = f"{{Type: X, Key: {SECRET}, Flag: false}}"
    secret = failed(finding(location=at(11, 3), path=("Key",), secret=True))
    before, after = at(2, 4), at(text.index("Flag") + 1, 4)
    secrets = secrets_of([failed(finding(location=before)), secret, failed(finding(location=after))])
    assert SECRET not in "".join(row.text for row in excerpt(before, lines(text), secrets, 80))
    assert list(excerpt(after, lines(text), secrets, 80)) == []


def test_the_lines_under_a_bracket_are_blotted_out_too() -> None:
    source = lines("{", '  "Name": "TOKEN",', f'  "Value": "{SECRET}"', "}")
    secret = failed(finding(location=at(3, 7, line=3), path=("Value",), secret=True))
    rows = excerpt(at(1, 1), source, secrets_of([secret]), 80)
    assert [row.text for row in rows][2:] == ['  "Name": "TOKEN",', f'  "Value": {MASK}']


@given(st.integers(1, 60), st.integers(0, 20), st.integers(1, 60), st.integers(0, 10), st.booleans())
def test_no_place_shows_what_stands_after_a_secrets_key(
    column: int, width: int, secret_column: int, key_width: int, is_key: bool
) -> None:
    """The text after the key is made of a letter that nothing else has."""
    length = 60
    first = secret_column - 1 + (key_width if is_key else 0)
    text = ("." * length)[:first].ljust(first, ".") + "s" * max(0, length - first)
    place = Location("app.yaml", 1, secret_column, 1, secret_column + key_width)
    secrets = secrets_of([failed(finding(location=place, path=("Key",) if is_key else (0,), secret=True))])
    assert "s" not in "".join(row.text for row in excerpt(at(column, width), lines(text), secrets, 40))
