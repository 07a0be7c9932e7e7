"""The `not` that OPA silences: the lint refuses exactly the forms in which the real OPA says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rego_support import Deriving

from auditor.engine.tools import OpaTools

PACKAGE = "package policy.example\n\nimport data.lib.deny\n\n"
RULES = """
is_on(x) if x == 1

is_on_in(_, x) if x == "q"

value(r) := r.properties.A

names contains p.name if some p in input.resources["AWS::S3::BucketPolicy"]

maybe := 1 if some p in input.resources["AWS::S3::BucketPolicy"]

always := {"x", "y"}
"""
# Nothing of what s is asked for is there: each of these should hold.
MEANT = (
    "not s.properties.A",
    "not s.properties.A.B.C",
    "not s.properties.A == 1",
    "not 1 == s.properties.A",
    "not s.properties.A.B == true",
    "not s.properties.A == s.properties.B",
    "not s.properties.A == input.parameters.example.limit",
    "not s.properties.A == count({1})",
    "not s.properties[k] == 1",
    "not has(s)",
    "not is_on_in(s, k)",
    "not maybe",
    "not maybe == 1",
    "not s.name in names",
    "not names[s.name]",
    "not 1 in {x | x := s.properties.A}",
    'not startswith(s.name, "x")',
    "not k in always",
    'not startswith(lower(k), "x")',
)
SILENT = (
    'not startswith(s.properties.A, "x")',
    "not s.properties.A in {1, 2}",
    'not "a" in s.properties.A',
    "not s.properties.A > 3",
    "not s.properties.A != 3",
    "not count(s.properties.A) > 3",
    "not count(s.properties.A) == 3",
    'not lower(s.properties.A) == "a"',
    'not regex.match("a", s.properties.A)',
    "not is_string(s.properties.A)",
    "not is_on(s.properties.A)",
    "not is_on_in(s, s.properties.A)",
    "not is_on(value(s))",
    "not value(s) == 1",
    "not names[s.properties.A]",
    "not s.properties[s.properties.A]",
    "not s.properties[s.properties.A] == 1",
    "not s.properties.A == value(s)",
    "not k in maybe_set",
    "not [s.properties.A] == [1]",
)


def policy(condition: str) -> str:
    if "[1]" in condition:
        condition = f"one := [1]\n\t{condition.replace('[1]', 'one')}"
    return f"""{PACKAGE}deny contains deny.missing(s, [], "no") if {{
	some s in input.resources["AWS::S3::Bucket"]
	some k in ["A", "a"]
	is_string(k)
	{condition}
}}
{RULES}
has(r) if r.properties.A == 1

maybe_set := {{"A"}} if some p in input.resources["AWS::S3::BucketPolicy"]
"""


@pytest.mark.parametrize("condition", MEANT + SILENT)
def test_refused_is_what_opa_silences(
    deriving: Deriving, tools: OpaTools, words: tuple[str, Any], tmp_path: Path, condition: str
) -> None:
    metadata = "# METADATA\n# title: T\n# custom:\n#   parameters:\n#     limit: {type: integer, default: 1}\n"
    findings = deriving(metadata + policy(condition)).findings
    refused = any("takes this operand out" in finding.message for finding in findings)
    bucket = {"type": "AWS::S3::Bucket", "id": "b", "name": "b", "properties": {}}
    data = {"resources": {"AWS::S3::Bucket": [bucket]}, "parameters": {"example": {"limit": 1}}}
    files = [str(tmp_path / "policy.rego"), words[0]]
    answer = tools.eval("data.policy.example.deny", files, json.dumps(data).encode())
    denials = answer["result"][0]["expressions"][0]["value"]
    assert bool(denials) == (condition in MEANT)
    assert refused == (condition in SILENT)
