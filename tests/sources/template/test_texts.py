"""Strings that are seen in part."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Hidden, Hole, Reason, Text
from auditor.sources.template.nodes import Identity
from auditor.sources.template.texts import concat, could_equal, dynamic, shown, unseen, wrong

P, Q = unseen("parameter P has no value", "P"), unseen("parameter Q has no value", "Q")

pieces = st.one_of(st.sampled_from(["a", "b", "ab", "-", ""]), st.sampled_from([P, Q]))
fillings = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b", "-a", "ab-"]) for name in ("P", "Q")})


def filled(values: list[str | Hidden], chosen: dict[str, str]) -> str:
    return "".join(value if isinstance(value, str) else chosen[str(value.symbol)] for value in values)


@settings(max_examples=200)
@given(st.lists(pieces, max_size=6), fillings)
def test_every_filling_of_a_text_could_equal_it(values: list[str | Hidden], chosen: dict[str, str]) -> None:
    made = concat(values)
    if isinstance(made, Text):
        assert could_equal(made, filled(values, chosen))
        assert all(part != "" for part in made.parts)
        assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(made.parts))
    elif isinstance(made, str):
        assert made == filled(values, chosen)
    else:
        assert made in (P, Q)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["a", "b", "-", P]), min_size=1, max_size=5), st.text(alphabet="ab-", max_size=5))
def test_a_text_with_one_hole_equals_just_what_some_filling_gives(values: list[str | Hidden], literal: str) -> None:
    made = concat(values)
    if isinstance(made, Text) and values.count(P) == 1:
        candidates = {literal[start:end] for start in range(len(literal) + 1) for end in range(start, len(literal) + 1)}
        assert could_equal(made, literal) is any(filled(values, {"P": one}) == literal for one in candidates)


def test_details_of_a_text_name_what_is_missing_once_and_three_at_most() -> None:
    made = concat(["x", P, P, Q, unseen("third", "R"), unseen("fourth", "S")])
    assert made.detail == "parameter P has no value; parameter Q has no value; third"


def test_a_list_or_an_object_inside_a_string_leaves_a_hole_that_names_it() -> None:
    made = concat(["x", ["a"], {"b": 1}])
    assert [part.symbol for part in made.parts[1:]] == ['["a"] is no string', '{"b": 1} is no string']


def test_an_endless_text_is_an_error() -> None:
    assert concat(["x" * 600_000, "y" * 600_000]) == wrong("the text is longer than 1 MB")


def test_a_long_symbol_is_cut_and_stays_its_own() -> None:
    first, second = unseen("", "x" * 1000), unseen("", "x" * 999 + "y")
    assert len(str(first.symbol)) < 300 and first.symbol != second.symbol


def test_several_dynamic_references_in_one_string() -> None:
    text = "u:{{resolve:secretsmanager:a}}@{{resolve:ssm:b}}/{{resolve:ssm:b}}{{resolve:other:c}}"
    made = dynamic(text)
    hole = Hole("{{resolve:ssm:b}}")
    assert made == Text(
        ("u:{{resolve:secretsmanager:a}}@", hole, "/", hole, "{{resolve:other:c}}"),
        Reason.UNRESOLVED,
        "{{resolve:ssm:b}}",
    )


def test_values_are_shown_in_one_line_that_is_equal_for_equal_values() -> None:
    value = {"b": [Identity("B.Arn", "T"), P], "a": True}
    assert shown(value) == '{"a": true, "b": ["⟨B.Arn⟩", "⟨P⟩"]}'
    assert shown("a") == "a" and shown(80) == "80" and shown(False) == "false"
