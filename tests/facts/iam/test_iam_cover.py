from __future__ import annotations

import fnmatch
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from iam_documents import HIDDEN, hole, text

from auditor.facts.iam.cover import covered, narrow, wide
from auditor.facts.iam.document import Terms
from auditor.facts.iam.logic import F, T
from auditor.facts.iam.words import DIGITS, NAME, Language, shortest

patterns = st.lists(st.text(alphabet="ab*?", max_size=3), min_size=1, max_size=3)
NAMES = ["".join(word) for size in range(1, 6) for word in itertools.product("abc", repeat=size)]


@given(st.lists(st.tuples(st.booleans(), patterns), min_size=1, max_size=3))
@settings(max_examples=150)
def test_covered_is_what_trying_every_name_says(terms: list[tuple[bool, list[str]]]) -> None:
    def holds(name: str) -> bool:
        return any(any(fnmatch.fnmatchcase(name, one) for one in globs) is not negated for negated, globs in terms)

    found = covered(("s3",), tuple((negated, tuple("s3:" + one for one in globs)) for negated, globs in terms))
    assert found is (T if all(map(holds, NAMES)) else F)


def test_all_services_must_be_covered() -> None:
    assert covered(("s3", "ec2"), ((False, ("s3:*", "ec*:*")),)) is T
    assert covered(("s3", "ec2"), ((False, ("s3:*", "ec*:a*")),)) is F
    assert covered(("s3",), ((True, ("sns:*",)),)) is T
    assert covered(("s3",), ()) is F


def test_bounds_enclose_what_is_unseen() -> None:
    terms = Terms(("S3:Get*", text("s3:", hole("Name")), HIDDEN))
    assert narrow(terms) == (False, ("s3:get*",))
    assert wide(terms) == (False, ("s3:get*", "s3:*", "*"))
    negated = Terms(terms.items, True)
    assert narrow(negated) == (True, ("s3:get*", "s3:*", "*"))
    assert wide(negated) == (True, ("s3:get*",))


@given(st.lists(st.text(alphabet="ab*?", min_size=1, max_size=2), min_size=1, max_size=3))
@settings(max_examples=80)
def test_words_stand_for_every_set_of_patterns_that_a_word_matches(globs: list[str]) -> None:
    def signs(word: str) -> tuple[bool, ...]:
        return tuple(fnmatch.fnmatchcase(word, one) for one in globs)

    found = list(shortest(Language("?*"), globs))
    assert len({signs(word) for word in found}) == len(found)
    assert {signs(word) for word in found} == {signs(name) for name in NAMES}


def test_words_are_of_their_language() -> None:
    users = list(
        shortest(Language("arn:aws:iam::999999999999:user/?*", NAME), ["*:1*", "arn:aws:iam::*:user/a*", "*b"])
    )
    assert all(word.startswith("arn:aws:iam::999999999999:user/") and word.count(":") == 5 for word in users)
    assert len(users) == 4
    assert list(shortest(Language("??", DIGITS), ["1*", "12"])) == ["99", "19", "12"]
    assert set(shortest(Language("?*"), [], ["Ab"])) == {"x", "AB"}
