"""What the analysis derives, construct by construct. Whether it is true is asked in `test_reads_law`."""

from __future__ import annotations

import pytest
from rego_support import Deriving, lines_of

HEAD = """# METADATA
# title: An example
# custom:
#   applies: both
#   parameters:
#     limit: {type: integer, default: 1}
#     name: {type: string, default: a}
#     names: {type: array, default: [a]}
#     mixed: {type: array, default: [1, a]}
package policy.example

import data.lib.deny

deny contains deny.missing(s, [], "no") if {
	some s in input.resources["AWS::S3::Bucket"]
"""
POLICIES = 'input.resources["AWS::S3::BucketPolicy"]'
BLOCKS = 'input.resources["Auditor::S3::AccountPublicAccessBlock"]'

# body of `deny` (s is the subject) / further rules / what is read
FOLLOWED: dict[str, tuple[str, str, set[str]]] = {
    "a comparison": ("s.properties.A == 1", "", {"seeks /A"}),
    "a longer reference": ("s.properties.A.B.C != 1", "", {"seeks /A/B/C"}),
    "brackets": ('s.properties["a/b"]["c~d"] > 1', "", {"seeks /a~1b/c~0d"}),
    "truth": ("s.properties.A", "", {"seeks /A"}),
    "not truth": ("not s.properties.A", "", {"needs /A"}),
    "not equal to": ("not s.properties.A.B == 1", "", {"needs /A/B"}),
    "not over a helper": ("not ok(s)", "ok(r) if r.properties.A == 1", {"needs /A"}),
    "two nots": ("not ok(s)", "ok(r) if not r.properties.A == 1", {"seeks /A"}),
    "both signs": ("s.properties.A\n\tnot s.properties.A == 1", "", {"both /A"}),
    "identities are not read": ('s.type == "AWS::S3::Bucket"', "", set()),
    "facts": ('s.facts["net.rules"].public', "", {"seeks /facts/net.rules/public"}),
    "tags": ("s.tags.Owner", "", {"seeks /tags/Owner"}),
    "a tag by parameter": ("not s.tags[input.parameters.example.name]", "", {"needs /tags/*"}),
    "some in": ("some r in s.properties.L\n\tr.X == 1", "", {"seeks /L/*/X"}),
    "some in a fact": (
        'some r in s.facts["net.rules"].public\n\tr.from == 22',
        "",
        {"seeks /facts/net.rules/public/*/from"},
    ),
    "some key and value": ("some i, r in s.properties.L\n\tr.X == 1", "", {"seeks /L/*/X"}),
    "a wildcard": ("s.properties.L[_].X == 1", "", {"seeks /L/*/X"}),
    "one index, one list": (
        "some i\n\ts.properties.L[i].X == 1\n\ts.properties.L[i].Y == 2",
        "",
        {"seeks /L/*/X", "seeks /L/*/Y"},
    ),
    "an element that must lack something": (
        "some r in s.properties.L\n\tnot r.X == 1",
        "",
        {"seeks /L/*", "needs /L/*/X"},
    ),
    "an alias": ("p := s.properties.A\n\tp.B == 1\n\tp.C == 2", "", {"seeks /A/B", "seeks /A/C"}),
    "an alias that must be there": ("p := s.properties.A\n\tnot p.B == 1", "", {"seeks /A", "needs /A/B"}),
    "statements in any order": ("v == 1\n\tv = s.properties.A", "", {"seeks /A"}),
    "a dynamic key": ('some k in {"A", "B"}\n\tnot s.properties.P[k] == true', "", {"needs /P/*"}),
    "a key that is text": ('some k, v in s.properties.P\n\tstartswith(k, "a")\n\tv == 1', "", {"seeks /P/*"}),
    "a key said to be text": (
        "some k, v in s.properties.P\n\tis_string(k)\n\ts.properties.Q[k] == 1\n\tv == 1",
        "",
        {"seeks /P/*", "seeks /Q/*"},
    ),
    "member of constants": ('s.properties.A in {"a", "b"}', "", {"seeks /A"}),
    "a constant as member": ('"a" in s.properties.L', "", {"seeks /L/*"}),
    "string functions": ('startswith(lower(s.properties.A), "a")', "", {"seeks /A"}),
    "numbers": ("to_number(s.properties.A) + 1 <= input.parameters.example.limit", "", {"seeks /A"}),
    "split": ('split(s.properties.A, "/")[0] == "a"', "", {"seeks /A"}),
    "parameters are constants": ("some n in input.parameters.example.names\n\tn == s.properties.A", "", {"seeks /A"}),
    "elements of parameters are scalars": ("s.properties.A in input.parameters.example.mixed", "", {"seeks /A"}),
    "the time": ("time.parse_rfc3339_ns(s.properties.A) < time.parse_rfc3339_ns(input.taken_at)", "", {"seeks /A"}),
    "two values known to be scalars": (
        "is_string(s.properties.A)\n\ts.properties.A == s.properties.B",
        "",
        {"seeks /A", "seeks /B"},
    ),
    "a complete rule": (
        "good",
        f"good if {{\n\tsome p in {POLICIES}\n\tp.properties.A == 1\n}}",
        {"seeks BucketPolicy/A"},
    ),
    "several definitions": (
        "ok(s)",
        "ok(r) if r.properties.A == 1\n\nok(r) if not r.properties.B",
        {"seeks /A", "needs /B"},
    ),
    "a function with a value": (
        "kind(s) == 1",
        "kind(r) := r.properties.A if r.properties.B",
        {"seeks /A", "seeks /B"},
    ),
    "a function of a part": ("ok(s.properties.A)", "ok(a) if not a.B", {"seeks /A", "needs /A/B"}),
    "a constant argument": (
        'ok(s, "x")',
        'ok(r, "x") if r.properties.A\n\nok(r, "y") if r.properties.B',
        {"seeks /A", "seeks /B"},
    ),
    "a set as value": ("1 in set(s)", "set(r) := {x | some x in r.properties.L; x != 2}", {"seeks /L/*"}),
    "a comprehension": ("some x in {v | v := s.properties.L[_].X}\n\tx == 1", "", {"seeks /L/*/X"}),
    "not in a comprehension": ("not 1 in {v | v := s.properties.L[_].X}", "", {"needs /L/*/X"}),
    "a partial set": (
        "some b in bad\n\tb.id == s.id\n\tb.properties.B",
        f"bad contains p if {{\n\tsome p in {POLICIES}\n\tnot p.properties.A\n}}",
        {"needs BucketPolicy/A", "seeks BucketPolicy/B"},
    ),
    "a partial object": (
        "not by_id[s.id].A == 1",
        f"by_id[p.id] := p.properties if some p in {POLICIES}",
        {"needs BucketPolicy/A"},
    ),
    "an object of sets": (
        "1 in values[s.name]",
        f"values[p.properties.Bucket] contains p.properties.A if some p in {POLICIES}",
        {"seeks BucketPolicy/A owned", "seeks BucketPolicy/Bucket owned"},
    ),
    "pairs": (
        "[s.name, 1] in pairs",
        f"pairs contains [p.name, p.properties.A] if some p in {POLICIES}",
        {"seeks BucketPolicy/A"},
    ),
    "union of sets": ("1 in ({s.properties.A} | {s.properties.B})", "", {"seeks /A", "seeks /B"}),
    "existence": (f"some p in {BLOCKS}\n\tp.account == s.account", "", {"seeks AccountPublicAccessBlock[]"}),
    "nothing of a type": ("not any_block", f"any_block if some p in {BLOCKS}", {"needs AccountPublicAccessBlock[]"}),
    "others of the subject's type": (
        'some o in input.resources["AWS::S3::Bucket"]\n\to.id != s.id\n\to.properties.A\n\tnot s.properties.A',
        "",
        {"seeks Bucket/A", "needs /A"},
    ),
}

# not followed: signed both, and a finding says why
DISTRUSTED: dict[str, tuple[str, str, set[str], str]] = {
    "count": ("count(s.properties.L) > 1", "", {"both /L"}, "count of what can grow"),
    "count of a comprehension": ("count({x | some x in s.properties.L; x.A}) == 0", "", {"both /L/*"}, "count of what"),
    "every": ("every x in s.properties.L { x.A == 1 }", "", {"both /L/*/A"}, "`every`"),
    "default": (
        "p == false",
        f"default p := false\n\np if {{ some b in {BLOCKS}; b.properties.A }}",
        {"both AccountPublicAccessBlock/A"},
        "`default`",
    ),
    "else": ("f(s) == 2", "f(r) := 1 if { r.properties.A } else := 2", {"both /A"}, "`else`"),
    "with": ("ok(s) with input.parameters as {}", "ok(r) if r.properties.A", {"both /A"}, "`with`"),
    "walk": ("walk(s.properties.A, [_, v])\n\tv == 1", "", {"both /A"}, "walk of what can grow"),
    "object.get": ('object.get(s.properties, "A", false) == false', "", {"both /*"}, "object.get of what can grow"),
    "set difference": ("{1} - {x | some x in s.properties.L} == {1}", "", {"both /L/*"}, "set difference"),
    "a composite": ("s.properties.A == {}", "", {"both /A"}, "composite"),
    "a composite by parameter": ("s.properties.A == input.parameters.example.names", "", {"both /A"}, "composite"),
    "two values": ("s.properties.A == s.properties.B", "", {"both /A", "both /B"}, "is_string"),
    "a position": ("s.properties.L[0].A == 1", "", {"both /L/*/A"}, "list index"),
    "an index compared": ("some i, x in s.properties.L\n\tx.A\n\ti > 0", "", {"both /L/*"}, "list index"),
    "an index of another list": (
        "some i, x in s.properties.L\n\tx.A == 1\n\ts.properties.M[i] == 2",
        "",
        {"both /L/*", "both /M/*"},
        "list index",
    ),
    "a key from the input": ("s.properties.P[s.properties.K] == 1", "", {"seeks /K", "both /P/*"}, "key"),
    "a whole resource": ("s == {}", "", {"both /*"}, "whole resources"),
    "membership as a value": ("b := 1 in s.properties.L\n\tb == false", "", {"both /L"}, "kept as a value"),
    "a pattern": ("[a, _] := s.properties.L\n\ta == 1", "", {"both /L"}, "pattern"),
    "sprintf": ('sprintf("%v", [s.properties.A]) == "{}"', "", {"both /A"}, "is_string"),
}

FATAL: dict[str, tuple[str, str, str]] = {
    "a dynamic type": (
        'some t in ["AWS::A::B"]\n\tsome o in input.resources[t]\n\tnot o.properties.A',
        "",
        "dynamic type name",
    ),
    "all types": ("some t, o in input.resources\n\tnot o[0].properties.A", "", "iterates over no list"),
    "a resource by position": ('not input.resources["AWS::A::B"][0].properties.A == 1', "", "by its position"),
    "a dynamic fact": ("not s.facts[input.parameters.example.name] == 1", "", "fact by a dynamic name"),
    "an unknown field": ("not s.propertis.A", "", 'no field "propertis" (did you mean "properties"?)'),
    "an unknown parameter": (
        "not s.properties.A == input.parameters.example.limt",
        "",
        'no parameter "limt" (did you mean "limit"?)',
    ),
    "parameters of another policy": ("not s.properties.A == input.parameters.other.limit", "", "parameters of other"),
    "other input": ("not s.properties.A == input.foo", "", 'input has no "foo"'),
    "another policy's rules": ("not data.policy.other.ok", "", "no rule of a library"),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_reads_are_followed(deriving: Deriving, name: str) -> None:
    body, rules, expected = FOLLOWED[name]
    derived = deriving(f"{HEAD}\t{body}\n}}\n\n{rules}\n")
    assert [str(finding) for finding in derived.findings if "`missing` rests" not in finding.message] == []
    assert lines_of(derived) == expected


@pytest.mark.parametrize("name", DISTRUSTED)
def test_what_cannot_be_followed_is_both(deriving: Deriving, name: str) -> None:
    body, rules, expected, message = DISTRUSTED[name]
    derived = deriving(f"{HEAD}\t{body}\n}}\n\n{rules}\n")
    found = [finding for finding in derived.findings if message in finding.message]
    assert found and not found[0].fatal, derived.findings
    assert found[0].file.endswith("policy.rego") and found[0].line >= 16
    assert lines_of(derived) == expected


@pytest.mark.parametrize("name", FATAL)
def test_what_cannot_be_planned_is_an_error(deriving: Deriving, name: str) -> None:
    body, rules, message = FATAL[name]
    derived = deriving(f"{HEAD}\t{body}\n}}\n\n{rules}\n")
    assert [finding for finding in derived.findings if message in finding.message and finding.fatal], derived.findings
