"""Loops written out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.sources.template.builder import Malformed
from auditor.sources.template.constants import Constants
from auditor.sources.template.decode import decode
from auditor.sources.template.foreach import Loops
from auditor.sources.template.nodes import Settings


def written(source: str, **given: Any) -> tuple[dict[str, Any], Loops]:
    template = decode(source.encode())
    loops = Loops(Constants(template, Settings(**given)), "a.yaml")
    return dict(loops.expanded(template)), loops


def resources(source: str, **given: Any) -> Any:
    template, loops = written(source, **given)
    assert not loops.problems
    assert not loops.unexpanded
    return template["Resources"]


BUCKETS = """
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a, b-c"}
  Env: {Type: String, Default: dev}
  Unset: {Type: CommaDelimitedList}
Mappings:
  Zones: {eu: {Names: [x, y]}}
Resources:
  Before: {Type: T}
  Fn::ForEach::Loop:
    - Name
    - COLLECTION
    - Bucket&{Name}: BODY
  After: {Type: T}
"""


def loop(collection: str, body: str = "{Type: T, Properties: {Name: !Ref Name}}") -> str:
    return BUCKETS.replace("COLLECTION", collection).replace("BODY", body)


@pytest.mark.parametrize(
    ("collection", "names"),
    [
        ("[a, b-c]", {"Bucketa": "a", "Bucketbc": "b-c"}),
        ("!Ref Names", {"Bucketa": "a", "Bucketbc": "b-c"}),
        ("!FindInMap [Zones, eu, Names]", {"Bucketx": "x", "Buckety": "y"}),
        ("!FindInMap [Zones, us, Names, {DefaultValue: [z]}]", {"Bucketz": "z"}),
        ("!Split ['-', p-q]", {"Bucketp": "p", "Bucketq": "q"}),
        ("[1, true]", {"Bucket1": "1", "Buckettrue": "true"}),
        ("[]", {}),
    ],
)
def test_a_collection_that_is_known(collection: str, names: dict[str, str]) -> None:
    made = resources(loop(collection))
    assert list(made) == ["Before", *names, "After"]
    assert {name: made[name]["Properties"]["Name"] for name in names} == names


def test_a_given_value_wins_over_the_default() -> None:
    assert list(resources(loop("!Ref Names"), parameters={"Names": "k"})) == ["Before", "Bucketk", "After"]


def test_a_parameter_in_the_collection_stays_a_reference() -> None:
    """Its default makes the name; what the bucket holds still depends on the world."""
    made = resources(loop("[!Ref Env]", "{Type: T, Properties: {A: !Ref Name, B: !Sub 'x-${Name}', C: '${Name}'}}"))
    assert made["Bucketdev"]["Properties"] == {"A": {"Ref": "Env"}, "B": {"Fn::Sub": "x-${Env}"}, "C": "dev"}


def test_every_place_of_the_identifier() -> None:
    body = """{
        Type: T, Condition: "Is${Name}", DependsOn: ["Other${Name}"],
        Properties: {
            "Key${Name}": "${Name}/${Other}", Get: !GetAtt "Q${Name}.Arn", Ref: !Ref "Q${Name}",
            Sub: !Sub "${Name}-${AWS::Region}", Both: !Sub ["${Name}-${Own}", {Own: !Ref Name}],
            Shadowed: !Sub ["${Name}", {Name: 1}], Escaped: !Sub "${!Name}"}}"""
    assert resources(loop("[b-c]", body))["Bucketbc"] == {
        "Type": "T",
        "Condition": "Isb-c",
        "DependsOn": ["Otherb-c"],
        "Properties": {
            "Keyb-c": "b-c/${Other}",
            "Get": {"Fn::GetAtt": ["Qb-c", "Arn"]},
            "Ref": {"Ref": "Qb-c"},
            "Sub": {"Fn::Sub": "b-c-${AWS::Region}"},
            "Both": {"Fn::Sub": ["b-c-${Own}", {"Own": "b-c"}]},
            "Shadowed": {"Fn::Sub": ["${Name}", {"Name": 1}]},
            "Escaped": {"Fn::Sub": "${!Name}"},
        },
    }


def test_loops_in_loops_and_in_properties() -> None:
    source = """
Resources:
  Fn::ForEach::Outer:
    - X
    - [a, b]
    - Fn::ForEach::Inner:
        - Y
        - [1, 2]
        - "R${X}${Y}":
            Type: T
            Properties:
              Fn::ForEach::Tags: [Z, [p, q], {"${X}${Z}": !Ref Y}]
"""
    made = resources(source)
    assert list(made) == ["Ra1", "Ra2", "Rb1", "Rb2"]
    assert made["Rb2"]["Properties"] == {"bp": "2", "bq": "2"}


def test_conditions_and_outputs() -> None:
    template, _ = written(
        """
Conditions: {Fn::ForEach::C: [X, [a], {"Is${X}": !Equals [!Ref X, a]}]}
Resources: {}
Outputs: {Fn::ForEach::O: [X, [a], {"Out${X}": {Value: !Ref X}}]}
"""
    )
    assert template["Conditions"] == {"Isa": {"Fn::Equals": ["a", "a"]}}
    assert template["Outputs"] == {"Outa": {"Value": "a"}}


@pytest.mark.parametrize(
    ("collection", "why"),
    [
        ("!Ref Unset", "parameter Unset has no value"),
        ("!Ref Nowhere", "Nowhere is no parameter"),
        ("[!Ref AWS::AccountId]", "AWS::AccountId is not set"),
        ("!FindInMap [Zones, us, Names]", "the mapping Zones has no us/Names"),
        ("!GetAZs eu", "Fn::GetAZs is not known before the stack is made"),
        ("[!Ref Names]", "a list stands where text belongs"),
        ("!Ref Env", "text stands where a list belongs"),
    ],
)
def test_a_collection_that_is_not_known_is_named(collection: str, why: str) -> None:
    template, loops = written(loop(collection))
    assert list(template["Resources"]) == ["Before", "After"]
    (unexpanded,) = loops.unexpanded
    assert (unexpanded.name, unexpanded.detail) == ("Fn::ForEach::Loop", why)


def test_inside_a_resource_it_hides_its_mapping() -> None:
    source = loop("[a]", "{Type: T, Properties: {P: {x: 1, Fn::ForEach::In: [Y, !Ref Unset, {'${Y}': 1}]}, Q: 1}}")
    properties = resources(source)["Bucketa"]["Properties"]
    assert list(properties["P"]) == ["Fn::ForEach::In"]
    assert properties["Q"] == 1


def test_what_is_no_loop_is_a_problem() -> None:
    _, loops = written("Resources:\n  Fn::ForEach::A: [X, y, {}]\n  Fn::ForEach::B: [X]\n  Fn::ForEach::C: x\n")
    assert [problem.line for problem in loops.problems] == [2, 3, 4]
    assert "must be a list of an identifier, a collection and a mapping" in loops.problems[0].message


def test_the_same_name_twice_is_a_problem() -> None:
    template, loops = written(loop("[a-b, ab]"))
    assert list(template["Resources"]) == ["Before", "Bucketab", "After"]
    assert [problem.message for problem in loops.problems] == ["Fn::ForEach makes 'Bucketab' twice"]


def test_marks_are_those_of_the_source() -> None:
    made = resources(loop("[a, b]"))
    for name in made:
        if name.startswith("Bucket"):
            assert (name.start_mark.line, name.start_mark.column) == (12, 6)
            assert made[name]["Properties"]["Name"].start_mark.line == 12


@pytest.mark.parametrize("output", ['{"R${A}${B}${C}${D}": {Type: T}}', "{}"])
def test_what_would_not_end_is_refused(output: str) -> None:
    values = ", ".join(str(number) for number in range(100))
    body = output
    for identifier in "ABCD":
        body = f"{{Fn::ForEach::L{identifier}: [{identifier}, [{values}], {body}]}}"
    with pytest.raises(Malformed, match="Fn::ForEach writes more than"):
        written(f"Resources: {body}")


@given(st.lists(st.text("ab1", min_size=1, max_size=3), unique=True, max_size=4), st.integers(0, 2))
@settings(max_examples=60)
def test_a_loop_is_its_body_once_per_value(values: list[str], indent: int) -> None:
    """Against the plainest reading: replace the text, then decode."""
    body = "B${X}: {Type: T, Properties: {N: !Ref X, L: [{K: '-${X}-'}]}}"
    made = resources(f"Resources:\n  Fn::ForEach::L: [X, {values!r}, {{'{body[:5]}'{body[5:]}}}]")
    plain = [re.sub(r"!Ref X", repr(value), body).replace("${X}", value) for value in values]
    assert made == (decode("\n".join(plain).encode()) or {})
