"""Whole policies: subjects, words, paths, messages, joins, libraries."""

from __future__ import annotations

import pytest
from rego_support import Deriving, lines_of

PACKAGE = "package policy.example\n\nimport data.lib.deny\n\n"
SOME = 'some s in input.resources["AWS::S3::Bucket"]'
POLICIES = 'input.resources["AWS::S3::BucketPolicy"]'


def messages(derived: object) -> list[str]:
    return [finding.message for finding in derived.findings]  # type: ignore[attr-defined]


# --- subjects -----------------------------------------------------------------------------------------------------


def test_the_subject_may_come_out_of_a_partial_set_and_its_reads_are_its_own(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + 'deny contains deny.found(b, ["A"], "no") if some b in open\n\n'
        + 'open contains b if {\n\tsome b in input.resources["AWS::S3::Bucket"]\n\tb.properties.A == 1\n}\n'
    )
    assert lines_of(derived) == {"seeks /A"}
    assert derived.subjects == ("AWS::S3::Bucket",)
    assert derived.findings == ()


def test_one_rule_may_have_subjects_of_several_types(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + 'deny contains deny.missing(d, ["StorageEncrypted"], "no") if {\n\tsome d in databases\n'
        + "\tnot d.properties.StorageEncrypted == true\n}\n\n"
        + 'databases contains d if some d in input.resources["AWS::RDS::DBInstance"]\n\n'
        + 'databases contains d if some d in input.resources["AWS::RDS::DBCluster"]\n'
    )
    assert derived.subjects == ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
    assert {(access.type, access.subject) for access in derived.accesses} == {(t, True) for t in derived.subjects}
    assert derived.findings == ()


def test_denials_may_be_collected_first(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + "deny contains denial if some denial in found\n\n"
        + f'found contains deny.found(s, ["A"], message) if {{\n\t{SOME}\n\ts.properties.A == 1\n'
        + '\tmessage := sprintf("%v", [s.properties.B])\n}\n'
    )
    assert lines_of(derived) == {"seeks /A", "seeks /B"}
    assert derived.findings == ()


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ('deny contains "no"', "a denial must be deny.found"),
        ('deny contains deny.found("s", [], "no")', "a denial must be deny.found"),
        ('deny contains {"kind": "found"}', "a denial must be deny.found"),
        ('deny := "no"', "write `deny contains ...`"),
        ('violation contains "no"', "no rule `deny contains ...`"),
    ],
)
def test_only_denials_of_resources_are_denials(deriving: Deriving, head: str, message: str) -> None:
    body = f"{{\n\t{SOME}\n\ts.properties.A == 1\n}}\n"
    derived = deriving(f"package policy.example\n\n{head.replace('deny.', 'data.lib.deny.')} if {body}")
    assert [finding for finding in derived.findings if finding.fatal and message in finding.message], derived.findings


def test_rules_that_cannot_be_followed_to_the_end_are_an_error(deriving: Deriving) -> None:
    doubling = "".join(f"r{n}(s) if {{\n\tr{n + 1}(s)\n\tr{n + 1}(s)\n}}\n\n" for n in range(25))
    chain = "".join(f"r{n}(s) if r{n + 1}(s)\n\n" for n in range(60))
    for rules, last in ((doubling, 25), (chain, 60)):
        rules += f"r{last}(s) if s.properties.A\n"
        derived = deriving(f'{PACKAGE}deny contains deny.found(s, [], "no") if {{\n\t{SOME}\n\tr0(s)\n}}\n\n{rules}')
        assert [finding.message for finding in derived.findings if finding.fatal] == [
            "too many rules call each other to be followed: split the policy"
        ]


def test_libraries_are_followed_with_the_sign_of_their_use(deriving: Deriving) -> None:
    library = (
        "package lib.acme.tagged\n\nhas_owner(r) if r.tags.Owner\n\n"
        + 'accounts contains a.account if {\n\tsome a in input.resources["Auditor::Account::Account"]\n'
        + "\ta.properties.X\n}\n"
    )
    derived = deriving(
        "package policy.example\n\nimport data.lib.acme.tagged\nimport data.lib.deny\nimport input.resources as all\n\n"
        + 'deny contains deny.missing(s, [], "no") if {\n\tsome s in all["AWS::S3::Bucket"]\n'
        + "\tnot tagged.has_owner(s)\n\ts.account in data.lib.acme.tagged.accounts\n}\n",
        library,
    )
    assert lines_of(derived) == {"needs /tags/Owner", "seeks Account/X"}


# --- words --------------------------------------------------------------------------------------------------------

WORDS = {
    # word, path, condition: what the lint says ("" nothing)
    ("found", '["A"]', "s.properties.A == 1"): "",
    ("found", '["A"]', "not s.properties.A == 1"): "`found` rests on what is not there (AWS::S3::Bucket:/A, line",
    ("found", '["A"]', "count(s.properties.A) > 1"): "`found` rests on",
    ("missing", '["A"]', "not s.properties.A == 1"): "",
    ("missing", '["A"]', "s.properties.A == 1"): "`missing` rests on nothing",
    ("absent", '["A"]', "not s.properties.A == 1"): "",
    ("absent", '["A", "B"]', "not s.properties.A.B == 1"): "",
    ("absent", '["A", "B"]', "not s.properties.A"): "",
    ("absent", '["A"]', "not s.properties.A.B == 1"): "which the denial's path does not name",
    ("absent", '["B"]', "not s.properties.A == 1\n\ts.properties.B"): "which the denial's path does not name",
    ("absent", '["A"]', "not s.properties.A\n\tnot s.properties.B"): "rests on 2 places",
    ("absent", '["A"]', "s.properties.A == 1"): "rests on 0 places, not one: write `found`",
    ("absent", '["P", k]', 'some k in {"A", "B"}\n\tnot s.properties.P[k] == true'): "",
    ("absent", '["P", k]', 'some k in {"A"}\n\tsome j in {"B"}\n\tnot s.properties.P[j]\n\tk == "A"'): "does not name",
    ("absent", '["L", i, "X"]', "some i, r in s.properties.L\n\tnot r.X == 1"): "",
    (
        "absent",
        '["L", i, "X"]',
        "some i, r in s.properties.L\n\tsome j, q in s.properties.L\n\tnot q.X\n\tr.Y == 1",
    ): "does not name",
    ("absent", '["A"]', "not other"): "which the denial's path does not name",
}


@pytest.mark.parametrize(("word", "path", "condition"), WORDS)
def test_the_word_fits_the_reads(deriving: Deriving, word: str, path: str, condition: str) -> None:
    other = 'other if {\n\tsome o in input.resources["AWS::S3::Bucket"]\n\to.properties.A\n}\n'
    derived = deriving(
        f'{PACKAGE}deny contains deny.{word}(s, {path}, "no") if {{\n\t{SOME}\n\t{condition}\n}}\n\n{other}'
    )
    expected = WORDS[word, path, condition]
    assert all(finding.fatal for finding in derived.findings if "rests" in finding.message)
    found = [message for message in messages(derived) if "rests" in message]
    assert bool(found) == bool(expected), found
    assert expected in "".join(found)


def test_a_denial_points_at_what_is_read(deriving: Deriving) -> None:
    policy = (
        PACKAGE
        + 'deny contains deny.found(s, {}, "no") if {{\n\t'
        + SOME
        + "\n\tsome i, r in s.properties.L\n\tr.X == 1\n}}\n"
    )
    for path in ("[]", '["L"]', '["L", i]', '["L", i, "X"]', '["L", i, "X", "below"]'):
        assert messages(deriving(policy.format(path))) == [], path
    (message,) = messages(deriving(policy.format('["M", i]')))
    assert message == "the denial points at /M/*, which the policy does not read"
    (message,) = messages(deriving(policy.format("r.path")))
    assert message == "the denial's path cannot be followed: write it as a list"


# --- messages and evidence ----------------------------------------------------------------------------------------


def test_what_only_tells_is_not_judged(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + f'deny contains deny.with_evidence(deny.found(s, ["A"], message), evidence) if {{\n\t{SOME}\n'
        + "\ts.properties.A == 1\n\tsome r in s.properties.L\n\tnames := {x | some x in s.properties.N; not x == 1}\n"
        + '\ttext := concat(", ", names)\n\tnumber := count(s.properties.L)\n'
        + '\tmessage := sprintf("%v of %d: %s", [s.properties.B, number, text])\n'
        + '\tevidence := {"id": r.id, "pointer": r.pointer}\n}\n'
    )
    assert derived.findings == ()
    assert {line.split()[0] for line in lines_of(derived)} == {"seeks"}
    assert lines_of(derived) >= {"seeks /A", "seeks /B", "seeks /L/*/id", "seeks /L/*/pointer"}


def test_a_template_string_tells_like_sprintf(deriving: Deriving) -> None:
    head = f'deny contains deny.found(s, ["A"], message) if {{\n\t{SOME}\n\ts.properties.A == 1\n'
    derived = deriving(PACKAGE + head + '\tmessage := $"{s.properties.B} has {count(s.properties.L)}"\n}\n')
    assert derived.findings == ()
    assert lines_of(derived) == {"seeks /A", "seeks /B", "seeks /L"}
    derived = deriving(PACKAGE + head + '\tmessage := $"{s.properties.B}"\n\tmessage != "1"\n}\n')
    assert "template string" in messages(derived)[0]
    assert lines_of(derived) == {"seeks /A", "both /B"}


def test_what_also_decides_is_judged(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + f'deny contains deny.missing(s, ["A"], sprintf("%d", [n])) if {{\n\t{SOME}\n'
        + "\tn := count(s.properties.A)\n\tn > 1\n}\n"
    )
    assert lines_of(derived) == {"both /A"}


def test_a_list_index_in_evidence_is_refused(deriving: Deriving) -> None:
    derived = deriving(
        PACKAGE
        + 'deny contains deny.with_evidence(deny.found(s, ["L", i], "no"), evidence) if {\n'
        + f"\t{SOME}\n\tsome i, r in s.properties.L\n\tr.X == 1\n"
        + '\tevidence := {"id": s.id, "pointer": sprintf("/L/%d", [i])}\n}\n'
    )
    assert messages(derived) == ["evidence with a list index: it cannot be mapped back"]


def test_an_identity_is_compared_with_identities_only(deriving: Deriving) -> None:
    for condition in (
        's.name == "logs"',
        'startswith(s.arn, "arn:aws:s3")',
        's.region in {"eu-west-1"}',
        's.id != "x"',
    ):
        derived = deriving(f'{PACKAGE}deny contains deny.found(s, [], "no") if {{\n\t{SOME}\n\t{condition}\n}}\n')
        assert "may be a symbol" in "".join(messages(derived)), condition
    for condition in (
        "s.properties.Target == s.arn",
        "not s.properties.Bucket == s.name",
        's.type == "AWS::S3::Bucket"',
    ):
        derived = deriving(f'{PACKAGE}deny contains deny.missing(s, [], "no") if {{\n\t{SOME}\n\t{condition}\n}}\n')
        assert "may be a symbol" not in "".join(messages(derived)), condition


# --- what the subject owns ----------------------------------------------------------------------------------------

JOINS = {
    f"some p in {POLICIES}\n\tp.properties.Bucket == s.name\n\tp.properties.A": True,
    f"some p in {POLICIES}\n\ts.name == p.properties.Bucket\n\tnot p.properties.A": True,
    "not has_policy(s)": True,
    "good[s.name]": True,
    "not is_good(s)": True,
    "s.name in good": True,
    "by_bucket[s.name] == 1": True,
    "1 in sets[s.name]": True,
    # through another property, another resource, an inequality, a further not, or not at all
    f"some p in {POLICIES}\n\tp.properties.Other == s.name\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tp.properties.Bucket == s.arn\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tp.properties.Bucket == s.properties.LogBucket\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tp.properties.Bucket != s.name\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tnot p.properties.Bucket == s.name\n\tp.properties.A": False,
    f'some p in {POLICIES}\n\tp.properties.Bucket in {{s.name, "x"}}\n\tp.properties.A': False,
    f"some p in {POLICIES}\n\tnot is_of_other(p, s)\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tp.properties.A": False,
    f"some p in {POLICIES}\n\tp.name == s.name\n\tp.properties.A": False,
    "good[s.properties.LogBucket]": False,
    "count(good) > 0": False,
}
JOIN_RULES = f"""
has_policy(b) if {{
	some p in {POLICIES}
	p.properties.Bucket == b.name
	p.properties.A
}}

good := {{p.properties.Bucket | some p in {POLICIES}; p.properties.A}}

is_good(b) if good[b.name]

by_bucket[p.properties.Bucket] := p.properties.A if some p in {POLICIES}

sets[p.properties.Bucket] contains p.properties.A if some p in {POLICIES}

is_of_other(p, b) if p.properties.Bucket == b.name
"""


@pytest.mark.parametrize("condition", JOINS)
def test_only_what_is_attached_to_the_subject_is_owned(deriving: Deriving, condition: str) -> None:
    derived = deriving(
        f'{PACKAGE}deny contains deny.missing(s, [], "no") if {{\n\t{SOME}\n\t{condition}\n}}\n{JOIN_RULES}'
    )
    others = [access for access in derived.accesses if not access.subject]
    assert others
    assert {access.owned for access in others} == {JOINS[condition]}, others


def test_one_use_that_is_not_owned_spoils_the_read(deriving: Deriving) -> None:
    body = f"some p in {POLICIES}\n\tp.properties.A\n\tgood[s.name]"
    derived = deriving(f'{PACKAGE}deny contains deny.missing(s, [], "no") if {{\n\t{SOME}\n\t{body}\n}}\n{JOIN_RULES}')
    assert lines_of(derived) == {"seeks BucketPolicy/A", "seeks BucketPolicy/Bucket owned"}
