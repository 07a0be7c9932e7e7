"""What a rule asks of parameters: with another value it never denies, and nothing that it reads can matter."""

from __future__ import annotations

from rego_support import Deriving
from support import policy

from auditor.catalogue.parameters import as_set
from auditor.model import Access

POLICY = """# METADATA
# title: A
# custom:
#   parameters:
#     mode: {type: string, default: plain, values: [plain, strict]}
#     deep: {type: boolean, default: false}
package policy.a

import data.lib.deny

"""
OWN = "input.parameters.a"


def rule(path: str, *conditions: str) -> str:
    body = "\n\t".join(('some s in input.resources["AWS::S3::Bucket"]', *conditions, f"s.properties.{path} == 1"))
    return f'deny contains deny.found(s, ["{path}"], "no") if {{\n\t{body}\n}}\n\n'


def given(accesses: tuple[Access, ...]) -> dict[str, dict[str, object]]:
    return {str(access.path[0]): dict(access.given) for access in accesses}


def test_a_comparison_of_a_parameter_with_a_constant_limits_what_the_rule_reads(deriving: Deriving) -> None:
    derived = deriving(
        POLICY
        + rule("A")
        + rule("B", f'{OWN}.mode == "strict"')
        + rule("C", f'"strict" == {OWN}.mode', f"{OWN}.deep == true")
        + rule("D", f'{OWN}.mode != "strict"')
        + rule("E", f'not {OWN}.mode == "strict"')
        + rule("F", f'{OWN}.mode in {{"strict"}}')
    )
    strict = {"mode": "strict"}
    assert given(derived.accesses) == {"A": {}, "B": strict, "C": {**strict, "deep": True}, "D": {}, "E": {}, "F": {}}


def test_what_two_rules_read_is_read_where_one_of_them_can_hold(deriving: Deriving) -> None:
    strict, deep = f'{OWN}.mode == "strict"', f"{OWN}.deep == true"
    derived = deriving(POLICY + rule("A", strict) + rule("A") + rule("B", strict, deep) + rule("B", strict))
    assert given(derived.accesses) == {"A": {}, "B": {"mode": "strict"}}


def test_a_policy_reads_what_its_parameters_let_it_read(deriving: Deriving) -> None:
    derived = deriving(POLICY + rule("A") + rule("B", f'{OWN}.mode == "strict"'))
    whole = policy(*derived.accesses)
    assert given(as_set(whole, {"mode": "plain"}).accesses) == {"A": {}}
    assert given(as_set(whole, {"mode": "strict"}).accesses) == {"A": {}, "B": {}}
