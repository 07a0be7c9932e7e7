from __future__ import annotations

import fnmatch
import re

from hypothesis import given
from hypothesis import strategies as st
from iam_documents import HIDDEN, hole, name, text

from auditor.facts.iam.globs import EACH, equals, matches
from auditor.facts.iam.logic import F, T, U
from auditor.facts.iam.text import as_text, blurred, expand, holes, item, parts_of, with_parts
from auditor.model import Hidden, Hole, Reason, Text

LETTERS = "ab:"


def parts(value: object) -> object:
    assert isinstance(value, str | Text)
    return parts_of(value)


def test_symbol_in_plain_text_is_the_hole_of_a_reference() -> None:
    objects = item("arn:aws:s3:::⟨Bucket⟩/*")
    assert parts(objects) == ("arn:aws:s3:::", name("Bucket"), "/*")
    assert parts(item(text("arn:aws:", "s3:::⟨Bucket⟩/*"))) == parts(objects)
    one = item("arn:aws:s3:::⟨Bucket⟩/x")
    assert isinstance(one, Text)
    assert matches(text("arn:aws:s3:::", name("Bucket"), "/*"), one) is T
    assert matches(text("arn:aws:s3:::", name("Other"), "/*"), one) is U


def test_account_placeholder_is_a_hole_that_equals_itself_only() -> None:
    own = item("arn:aws:iam::${AWS::AccountId}:root")
    assert isinstance(own, Text)
    assert equals(own, own) is T
    assert equals("arn:aws:iam::111122223333:root", own) is U
    assert equals("arn:aws:iam::111122223333:user/x", own) is F


def test_arn_symbol_is_written_out() -> None:
    known = {"Bucket.Arn": ("arn:aws:s3:::", name("Bucket"))}
    objects = text(hole("Bucket.Arn"), "/*")
    assert holes([objects]) == {"Bucket.Arn"}
    assert parts(with_parts(objects, known)) == ("arn:aws:s3:::", name("Bucket"), "/*")


def test_numbers_and_booleans_are_compared_by_their_text() -> None:
    assert [item(value) for value in (True, False, 5, 1.2, None, [], {})] == [
        "true",
        "false",
        "5",
        "1.2",
        None,
        None,
        None,
    ]


def test_hole_of_a_name_holds_no_wildcard_and_no_colon() -> None:
    assert equals("*", text(name("Role"))) is F
    assert equals("*", text(hole("Anybody"))) is U
    assert matches(text("arn:aws:iam::", name("A"), ":root"), "arn:aws:iam::1:2:root") is F
    assert matches(text("arn:aws:iam::", hole("A"), ":root"), "arn:aws:iam::1:2:root") is U


def test_every_object_is_matched_by_a_pattern_that_matches_each() -> None:
    objects = "arn:aws:s3:::logs/" + EACH
    assert matches("arn:aws:s3:::logs/*", objects, segments=True) is T
    assert matches("arn:aws:s3:::l*", objects, segments=True) is T
    assert matches("arn:aws:s3:::logs/?*", objects, segments=True) is F
    assert matches("arn:aws:s3:::logs/a*", objects, segments=True) is F
    assert matches(text("arn:aws:s3:::logs/", hole("Prefix")), objects, segments=True) is U


def test_star_inside_a_segment_is_not_settled_across_colons() -> None:
    assert matches("arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:1:t", segments=True) is T  # ends its segment
    assert matches("arn:aws:sns:eu*x:t", "arn:aws:sns:eu:1:x:t", segments=True) is U
    assert matches("arn:aws:sns:eu*x:t", "arn:aws:sns:eu:1:x:t") is T
    assert matches("arn:aws:sns:eu**:t", "arn:aws:sns:eu:1:t", segments=True) is T


def test_variables_are_replaced_by_literal_text() -> None:
    values = {"aws:username": "a*"}
    home = expand("home/${aws:UserName}/*", values.get)
    assert home is not None
    assert matches(home, "home/a*/x") is T
    assert matches(home, "home/ab/x") is F
    assert expand("${aws:userid}", values.get) is None
    assert matches(expand("${aws:userid, 'none'}/*", values.get) or "", "none/x") is T
    assert equals(expand("${*}", values.get) or "", "*") is T
    assert matches(blurred("${aws:username}/${*}"), "anybody/*") is U
    assert matches(blurred("${aws:username}/${*}"), "anybody/x") is F


patterns = st.text(alphabet=LETTERS + "*?", max_size=5)
words = st.text(alphabet=LETTERS, max_size=5)


@given(patterns, words)
def test_plain_globs_are_two_valued_and_right(pattern: str, word: str) -> None:
    expected = T if re.fullmatch(fnmatch.translate(pattern), word) else F
    assert matches(pattern, word) is expected
    assert matches(pattern, word, segments=True) in (expected, U)


@given(patterns, patterns, words, words, st.sampled_from(("any", "name")))
def test_unseen_part_is_never_decided_against_what_it_holds(
    left: str, right: str, word: str, filler: str, kind: str
) -> None:
    """Whatever fills the hole, a T stays a match and an F stays none."""
    if kind == "name":
        filler = filler.replace(":", "") or "b"
    seen = matches(text(left, Hole("P", kind), right), word)  # type: ignore[arg-type]
    for filled in (left + filler + right, *((left + "*" + right, left + right) if kind == "any" else ())):
        assert seen in (U, matches(filled, word))
    unseen_text = matches(left + right, text(word, Hole("P", kind)))  # type: ignore[arg-type]
    assert unseen_text in (U, matches(left + right, word + filler))
    both = matches(text(left, Hole("P", kind)), text(word, Hole("P", kind)))  # type: ignore[arg-type]
    assert both in (U, matches(left + filler, word + filler))


def test_hidden_is_unknown_unless_a_star_decides() -> None:
    assert matches(HIDDEN, "x") is U
    assert matches("*", text(hole("P"))) is T
    assert as_text(("a", "b")) == "ab"


@given(st.lists(st.text(LETTERS, max_size=2), max_size=3), st.text(LETTERS, max_size=2))
def test_one_of_some_texts_is_a_text_as_far_as_all_of_them_are(among: list[str], other: str) -> None:
    hidden = Hidden(Reason.UNRESOLVED, "a mapping", "s", among=tuple(among))
    answers = {one == other for one in among}
    assert equals(hidden, other) is ({True: T, False: F}[answers.pop()] if len(answers) == 1 else U)
