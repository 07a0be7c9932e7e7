"""Fingerprints survive what does not matter, and change with what does."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import resource

from auditor.fingerprint import content_fingerprint, fingerprint, logical_id

RULES = [{"CidrIp": "10.0.0.0/8", "FromPort": 22}, {"CidrIp": "0.0.0.0/0", "FromPort": 22}]


def bucket(properties: dict[str, Any], id: str = "app.yaml#Bucket") -> Any:
    return resource(id=id, properties=properties)


def test_reordering_and_insertion_change_nothing() -> None:
    before, after = bucket({"Rules": RULES}), bucket({"Rules": [{"CidrIp": "192.0.2.0/24"}, *reversed(RULES)]})
    path_before, path_after = ("Rules", 1, "CidrIp"), ("Rules", 1, "CidrIp")
    assert fingerprint("p", before, path_before) == fingerprint("p", after, path_after)


def test_a_tag_is_named_by_its_key_so_its_value_may_change() -> None:
    one = bucket({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]})
    two = bucket({"Tags": [{"Key": "b", "Value": "2"}]})
    assert fingerprint("p", one, ("Tags", 1, "Value")) == fingerprint("p", two, ("Tags", 0, "Value"))


def test_twins_are_two_findings() -> None:
    twins = bucket({"Rules": [RULES[1], RULES[1]]})
    assert fingerprint("p", twins, ("Rules", 0)) != fingerprint("p", twins, ("Rules", 1))


def test_another_policy_resource_or_path_is_another_finding() -> None:
    one = bucket({"A": 1, "B": 1})
    prints = {
        fingerprint("p", one, ("A",)),
        fingerprint("q", one, ("A",)),
        fingerprint("p", one, ("B",)),
        fingerprint("p", bucket({"A": 1}, "app.yaml#Other"), ("A",)),
        fingerprint("p", bucket({"A": 1}, "b.yaml#Bucket"), ("A",)),
    }
    assert len(prints) == 5


def test_the_content_fingerprint_survives_a_renamed_file_and_sees_changed_content() -> None:
    one, renamed = bucket({"A": {"B": 1}}), bucket({"A": {"B": 1}}, "renamed.yaml#Bucket")
    changed = bucket({"A": {"B": 1, "C": 2}})
    assert content_fingerprint("p", one, ("A", "B")) == content_fingerprint("p", renamed, ("A", "B"))
    assert content_fingerprint("p", one, ("A", "B")) != content_fingerprint("p", changed, ("A", "B"))


def test_the_content_fingerprint_survives_reordered_lists_at_every_depth() -> None:
    rule = {"Ports": [1, 2], "Cidr": ["a", "b"]}
    one = bucket({"Rules": [{"Other": 1}, rule]})
    two = bucket({"Rules": [{"Cidr": ["b", "a"], "Ports": [2, 1]}, {"Other": 1}, {"More": 2}]})
    for tail in ((), ("Cidr",), ("Cidr", 0), ("Absent",)):
        place = ("Rules", 1, *tail), ("Rules", 0, *tail[:1], *((1,) if tail[1:] else ()))
        assert content_fingerprint("p", one, place[0]) == content_fingerprint("p", two, place[1]), tail
    other = bucket({"Rules": [{"Cidr": ["a", "c"], "Ports": [1, 2]}]})
    assert content_fingerprint("p", one, ("Rules", 1, "Ports")) != content_fingerprint(
        "p", other, ("Rules", 0, "Ports")
    )


def test_a_new_property_at_the_top_makes_no_finding_new_but_another_value_does() -> None:
    one, tagged = bucket({"A": 1}), bucket({"A": 1, "Tags": [{"Key": "a"}]})
    for path in (("A",), ("Absent", "Below"), ()):
        assert content_fingerprint("p", one, path) == content_fingerprint("p", tagged, path)
    assert content_fingerprint("p", one, ("A",)) != content_fingerprint("p", bucket({"A": 2}), ("A",))


def test_the_logical_id_is_without_files() -> None:
    assert logical_id("a/b.yaml#Bucket") == "Bucket"
    assert logical_id("a/b.yaml#Stack/c/d.yaml#Bucket") == "Stack/Bucket"
    assert logical_id("arn:aws:s3:::logs") == "arn:aws:s3:::logs"


@given(st.lists(st.fixed_dictionaries({"P": st.integers(0, 2)}), max_size=5), st.randoms())
def test_a_list_has_the_same_set_of_fingerprints_in_any_order(rules: list[dict[str, int]], random: Any) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)
    one, two = bucket({"R": rules}), bucket({"R": shuffled})
    assert {fingerprint("p", one, ("R", i)) for i in range(len(rules))} == {
        fingerprint("p", two, ("R", i)) for i in range(len(rules))
    }
