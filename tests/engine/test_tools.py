"""The opa program for what is no evaluation, with the real one."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from auditor.engine.tools import OpaTools
from auditor.errors import EngineError, PackError

BUCKET = {"properties": {"properties": {"properties": {"Public": {"type": "boolean"}}}}}
RESOURCES = {"properties": {"AWS::S3::Bucket": {"type": "array", "items": BUCKET}}}
SCHEMA = {"properties": {"resources": RESOURCES}}

TESTS = """package sums_test

test_right if 1 + 1 == 2

test_wrong if 1 + 1 == 3

todo_test_later if false

test_each[name] if {
	some name, sum in {"two": 2, "three": 3}
	sum == 2
}

test_long if {
	count([1 | some _ in numbers.range(1, 5000); some _ in numbers.range(1, 5000)]) == 1
}
"""


@pytest.fixture(scope="module")
def tools(opa: str) -> OpaTools:
    return OpaTools(opa)


def written(folder: Path, text: str, name: str = "policy.rego") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


def test_inspect_tells_of_files_in_any_folders(tools: OpaTools, modules: list[str], tmp_path: Path) -> None:
    other = written(tmp_path, "# METADATA\n# title: Other\npackage policy.other\n", "public.rego")
    found = {item["location"]["file"]: item for item in tools.inspect([*modules, other])}
    public = next(file for file in modules if file.endswith("/public.rego"))
    assert set(found) == {public, other}
    assert found[public]["annotations"] == {
        "scope": "package",
        "title": "Not public",
        "description": "The well-behaved policy of these tests.",
        "custom": {"id": "public"},
    }
    assert found[public]["location"]["row"] == 6
    assert [term["value"] for term in found[other]["path"]] == ["data", "policy", "other"]


def test_inspect_of_relative_files_gives_absolute_ones(
    tools: OpaTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "# METADATA\n# title: T\npackage policy.t\n")
    monkeypatch.chdir(tmp_path)
    assert [item["location"]["file"] for item in tools.inspect(["policy.rego"])] == [file]


def test_inspect_without_annotations(tools: OpaTools, tmp_path: Path) -> None:
    assert tools.inspect([written(tmp_path, "package p\n")]) == []
    assert tools.inspect([]) == []


@pytest.mark.parametrize("what", ["inspect", "check", "test", "unformatted", "parse"])
def test_a_syntax_error_names_file_line_and_column(tools: OpaTools, tmp_path: Path, what: str) -> None:
    file = written(tmp_path, "package p\n\nx := := 1\n")
    with pytest.raises(PackError, match=rf"^{file}:3:6: unexpected assign token"):
        getattr(tools, what)(file if what == "parse" else [file])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("package p\n\nimport data.lib.deny\n", "3:1: import data.lib.deny unused"),
        ("package p\n\nx if y == 1\n", "3:6: var y is unsafe"),
        ("package p\n\nx := upper(1)\n", "3:6: upper: invalid argument"),
        ("# METADATA\n# title: [\npackage p\n", "2:1: yaml:"),
        ("package p\n\nx := data.main.report {\n\ttrue\n}\n", "3:"),
        ("package p\n\nimport rego.v2\n\nx := 1\n", "3:8: invalid import, `rego.v2` is not supported"),
        *(
            (f"package p\n\nx := {call}\n", f"3:6: undefined function {call.partition('(')[0]}")
            for call in (
                'http.send({"method": "get", "url": "http://localhost"})',
                "opa.runtime()",
                "time.now_ns()",
                'rand.intn("", 3)',
                'uuid.rfc4122("")',
                'net.lookup_ip_addr("localhost")',
                "rego.metadata.rule()",
                "rego.metadata.chain()",
                'trace("x")',
                'crypto.x509.parse_and_verify_certificates("")',
                'json.match_schema({}, {"$ref": "http://localhost"})',
            )
        ),
    ],
)
def test_what_a_policy_must_not_be(tools: OpaTools, tmp_path: Path, text: str, says: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(PackError) as caught:
        tools.check([file])
    assert str(caught.value).startswith(f"{file}:{says}")


def test_what_a_policy_may_be(tools: OpaTools, modules: list[str]) -> None:
    tools.check([file for file in modules if "environment" not in file])
    tools.check([])


def test_a_misspelt_property_with_the_right_one(tools: OpaTools, modules: list[str], tmp_path: Path) -> None:
    schema = written(tmp_path, msgspec.json.encode(SCHEMA).decode(), "input.json")
    text = 'package p\n\nx if {\n\tsome b in input.resources["AWS::S3::Bucket"]\n\tb.properties.Publik\n}\n'
    file = written(tmp_path, text)
    with pytest.raises(PackError) as caught:
        tools.check([file], schema)
    assert str(caught.value) == f"{file}:5:2: undefined ref: b.properties.Publik (did you mean Public?)"
    tools.check([file for file in modules if file.endswith(("public.rego", "deny.rego"))], schema)


def test_many_errors_are_counted(tools: OpaTools, tmp_path: Path) -> None:
    rules = "".join(f"x{number} := undefined_{number}\n\n" for number in range(30))
    with pytest.raises(PackError) as caught:
        tools.check([written(tmp_path, f"package p\n\n{rules}")])
    assert str(caught.value).count("is unsafe") == 20 and str(caught.value).endswith("... and 10 more")


def test_two_packages_with_the_same_metadata(tools: OpaTools, tmp_path: Path) -> None:
    text = "# METADATA\n# title: T\npackage policy.t\n"
    files = [written(tmp_path, text, "one.rego"), written(tmp_path, text, "two.rego")]
    with pytest.raises(PackError, match="two.rego:1:1: package annotation redeclared"):
        tools.check(files)


def test_parse_gives_locations(tools: OpaTools, tmp_path: Path) -> None:
    file = written(tmp_path, "package p\n\nx := 1\n")
    tree = tools.parse(file)
    assert tree["rules"][0]["location"] | {"text": ""} == {"file": file, "row": 3, "col": 1, "text": ""}


def test_tests_have_outcomes(tools: OpaTools, tmp_path: Path) -> None:
    file = written(tmp_path, TESTS, "sums_test.rego")
    found = {result.name: result for result in tools.test([file], seconds=0.1)}
    assert {name: result.outcome for name, result in found.items()} == {
        "test_right": "pass",
        "test_wrong": "fail",
        "todo_test_later": "skip",
        "test_each": "fail",
        "test_long": "error",
    }
    assert found["test_each"].failed_cases == ("three",)
    assert (found["test_wrong"].package, found["test_wrong"].file, found["test_wrong"].line) == ("sums_test", file, 5)
    assert found["test_long"].message
    assert [result.name for result in tools.test([file], run="right")] == ["test_right"]


def test_a_test_cannot_reach_the_network_either(tools: OpaTools, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="undefined function http.send"):
        tools.test([written(tmp_path, 'package p_test\n\ntest_x if http.send({"method": "get", "url": "u"})\n')])


def test_no_tests(tools: OpaTools, tmp_path: Path) -> None:
    assert tools.test([written(tmp_path, "package p\n")]) == ()


def test_unformatted_files_are_named_and_left_alone(tools: OpaTools, modules: list[str], tmp_path: Path) -> None:
    file = written(tmp_path, "package p\nx   := 1\n")
    assert tools.unformatted([*modules, file]) == (file,)
    assert Path(file).read_text() == "package p\nx   := 1\n"
    assert tools.unformatted(modules) == ()


def test_eval_with_trace(tools: OpaTools, modules: list[str], buckets: bytes) -> None:
    data = b'{"resources":' + buckets + b"}"
    files = [file for file in modules if file.endswith(("public.rego", "deny.rego"))]
    found = tools.eval("data.policy.public.deny", files, data, "full")
    assert [denial["id"] for denial in found["result"][0]["expressions"][0]["value"]] == ["one", "two"]
    assert {"Op", "Location", "Locals"} <= set(found["explanation"][0])


def test_eval_with_a_builtin_error(tools: OpaTools, modules: list[str], buckets: bytes) -> None:
    files = [file for file in modules if file.endswith(("builtin_error.rego", "deny.rego"))]
    with pytest.raises(PackError, match=r"builtin_error\.rego:7:2: to_number"):
        tools.eval("data.policy.builtin_error.deny", files, b'{"resources":' + buckets + b"}")


def test_a_program_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot run .*/nothing"):
        OpaTools(str(tmp_path / "nothing")).check(["x.rego"])
    program = tmp_path / "opa"
    program.write_text("#!/bin/sh\necho hello\n")
    os.chmod(program, 0o755)
    with pytest.raises(EngineError, match="printed no JSON"):
        OpaTools(str(program)).check(["x.rego"])
