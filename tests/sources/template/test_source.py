"""The template source as a whole: what it yields, in which order, and what it counts and notes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from auditor.model import Plan, Problem, Scope
from auditor.sources.template.nodes import Settings
from auditor.sources.template.source import TemplateSource

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
PLAN = Plan({"AWS::S3::Bucket": (("*",),), "AWS::EC2::SecurityGroup": (("*",),)})

BUCKET = "Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n"
CONDITIONAL = """
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Condition: IsProd}
  Queue: {Type: AWS::SQS::Queue}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def stack(url: str) -> str:
    return f"Resources:\n  Net:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {url}}}\n"


def run(*paths: str, stdin: bytes | None = None, **given: Any) -> tuple[TemplateSource, list[Scope], list[Problem]]:
    source = TemplateSource(paths, Settings(**given), None if stdin is None else lambda: stdin)
    items = list(source.scopes(PLAN))
    problems = [item for item in items if isinstance(item, Problem)]
    return source, [item for item in items if not isinstance(item, Problem)], problems


def ids(scopes: Sequence[Scope]) -> list[str]:
    return [resource.id for scope in scopes for resource in scope.resources()]


class TestScopes:
    def test_come_by_root_in_order_and_by_world(self) -> None:
        write("b.yaml", BUCKET)
        write("a/x.yaml", CONDITIONAL)
        source, scopes, problems = run(".")
        assert not problems
        assert [(scope.root, scope.world and scope.world.label) for scope in scopes] == [
            ("a/x.yaml", "Env is dev"),
            ("a/x.yaml", "Env is prod"),
            ("b.yaml", ""),
        ]
        assert ids(scopes) == ["a/x.yaml#Bucket", "b.yaml#Bucket"]
        assert source.header.scope == ("a/x.yaml", "b.yaml")
        assert source.header.kind == "template"

    def test_are_read_one_root_at_a_time(self) -> None:
        write("a.yaml", BUCKET)
        write("b.yaml", BUCKET)
        items = TemplateSource(["."], Settings()).scopes(PLAN)
        next(items)
        os.remove("b.yaml")
        assert isinstance(next(items), Problem)

    def test_of_standard_input(self) -> None:
        source, scopes, problems = run("-", stdin=BUCKET.encode())
        assert (ids(scopes), problems, source.header.scope) == (["-#Bucket"], [], ("-",))
        assert run("-")[2][0].message == "there is no standard input"

    def test_may_be_asked_for_again(self) -> None:
        write("a.yaml", BUCKET)
        source = TemplateSource(["."], Settings())
        assert len(list(source.scopes(PLAN))) == len(list(source.scopes(PLAN))) == 1
        assert source.tally()["templates"] == 1

    def test_of_the_demonstration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        source, scopes, problems = run("fixtures/templates")
        assert not problems
        assert not source.notes()
        assert len({scope.root for scope in scopes}) == source.tally()["templates"] == 6
        assert source.tally()["nested stacks"] == 1
        assert "fixtures/templates/network/bastion.yaml" not in source.header.scope


class TestNesting:
    def test_a_template_that_another_includes_is_judged_there(self) -> None:
        write("main.yaml", stack("net/vpc.yaml"))
        write("net/vpc.yaml", BUCKET)
        source, scopes, _ = run(".")
        assert ids(scopes) == ["main.yaml#Net/net/vpc.yaml#Bucket"]
        assert source.tally() == {
            "templates": 1, "other files": 0, "nested stacks": 1, "resources": 2, "resources that no policy reads": 1,
        }  # fmt: skip

    def test_unless_the_user_names_it(self) -> None:
        write("main.yaml", stack("vpc.yaml"))
        write("vpc.yaml", BUCKET)
        assert ids(run(".", "vpc.yaml")[1]) == ["main.yaml#Net/vpc.yaml#Bucket", "vpc.yaml#Bucket"]

    def test_or_the_other_cannot_be_judged(self) -> None:
        write("main.yaml", "Parameters: [x]\n" + stack("vpc.yaml"))
        write("vpc.yaml", BUCKET)
        _, scopes, problems = run(".")
        assert (ids(scopes), [problem.subject for problem in problems]) == (["vpc.yaml#Bucket"], ["main.yaml"])

    def test_templates_that_include_each_other_are_judged_from_the_first(self) -> None:
        write("a.yaml", stack("b.yaml") + "  Bucket: {Type: AWS::S3::Bucket}\n")
        write("b.yaml", stack("a.yaml"))
        _, scopes, problems = run(".")
        assert [scope.root for scope in scopes] == ["a.yaml"]
        assert [problem.message for problem in problems] == ["nested stack Net: a.yaml includes itself"]

    def test_a_broken_template_in_two_stacks_is_one_problem(self) -> None:
        for parent in ("a.yaml", "b.yaml"):
            write(parent, stack("broken.yaml"))
        write("broken.yaml", BUCKET + "Outputs: [x]\n")
        assert [problem.subject for problem in run(".")[2]] == ["broken.yaml"]

    def test_a_remote_one_is_counted_and_named(self) -> None:
        write("main.yaml", stack("https://example.com/vpc.yaml"))
        source, _, problems = run(".")
        assert not problems
        assert source.tally()["remote nested stacks"] == 1
        assert source.notes() == ("not judged, since their templates lie elsewhere: main.yaml#Net",)


class TestOtherFiles:
    def test_of_a_repository_are_counted_and_are_no_errors(self) -> None:
        write("chart/Chart.yaml", "apiVersion: v2\nname: x\n")
        write("chart/templates/deployment.yaml", "apiVersion: v1\n{{- if .Values.x }}\nkind: Y\n{{- end }}\n")
        write("compose.yaml", "services: {web: {image: x}}\n")
        write("package.json", '{"name": "x"}')
        write("broken.json", "{")
        write("image.template", b"\x00\x01\x02")
        write("main.py", "print()")
        source, scopes, problems = run(".")
        assert (scopes, problems) == ([], [])
        assert source.tally() == {"templates": 0, "other files": 6}
        assert source.notes() == ("no template found in . (6 other files)",)

    def test_that_look_like_templates_and_are_none_are_named(self) -> None:
        write("event.json", '{"fragment": {"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}}')
        write("a.yaml", BUCKET)
        source, _, problems = run(".")
        assert not problems
        assert source.tally()["other files"] == 1
        assert source.notes() == ("not judged, since their top is no template's: event.json",)

    def test_that_are_named_must_be_templates(self) -> None:
        write("package.json", '{"name": "x"}')
        (problem,) = run("package.json")[2]
        assert (problem.subject, problem.message) == ("package.json", "no Resources: not a CloudFormation template")


BAD = {
    "alias-bomb.yaml": b"Resources: {A: {Type: AWS::X}}\na: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (i, i + 1, b",".join([b"*a%d" % i] * 10)) for i in range(9)),
    "array.json": b'["AWSTemplateFormatVersion"]\n{"AWSTemplateFormatVersion": 1}',
    "deep.json": b'{"AWSTemplateFormatVersion": ' + b"[" * 100_000,
    "duplicate.yaml": b"AWSTemplateFormatVersion: x\nResources:\n  A: {Type: T}\n  A: {Type: T}\n",
    "latin.yaml": BUCKET.encode() + "Description: né\n".encode("latin-1"),
    "list.yaml": b"AWSTemplateFormatVersion: x\nResources: [a]\n",
    "no-yaml.yaml": b"AWSTemplateFormatVersion: x\nResources: [a\n",
    "null.yaml": b"AWSTemplateFormatVersion: x\nResources:\n",
    "text.yaml": b"AWSTemplateFormatVersion: x\nResources: text\n",
    "too-large.yaml": b"AWSTemplateFormatVersion: x\n" + b"#" * 5_000_000,
    "wrong-entry.yaml": b"Resources: {A: {Type: [AWS::S3::Bucket]}, B: {Type: AWS::S3::Bucket, Properties: []}}\n",
}


class TestBadInput:
    @pytest.mark.parametrize("name", sorted(set(BAD) - {"array.json", "wrong-entry.yaml"}))
    def test_gives_one_error_and_the_other_files_are_judged(self, name: str) -> None:
        write(name, BAD[name])
        write("zz-good.yaml", BUCKET)
        _, scopes, problems = run(".")
        assert ids(scopes) == ["zz-good.yaml#Bucket"]
        assert [(problem.kind, problem.subject) for problem in problems] == [("file", name)]
        assert problems[0].line is not None or name == "too-large.yaml"

    def test_gives_the_same_error_when_it_is_named(self) -> None:
        for name, content in BAD.items():
            write(name, content)
        in_folder = {problem for problem in run(".")[2] if problem.subject != "array.json"}
        assert in_folder < set(run(*BAD)[2])

    def test_in_two_entries_gives_two_errors(self) -> None:
        write("wrong-entry.yaml", BAD["wrong-entry.yaml"])
        assert len(run(".")[2]) == 2

    def test_that_is_not_there(self) -> None:
        write("a.yaml", BUCKET)
        os.symlink("loop.yaml", "loop.yaml")
        _, scopes, problems = run("nowhere.yaml", "loop.yaml", "a.yaml")
        assert len(scopes) == 1
        assert [problem.message for problem in problems] == [
            "no such file or folder", "cannot be read: Too many levels of symbolic links",
        ]  # fmt: skip

    @pytest.mark.parametrize("text", [BUCKET.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + BUCKET.encode()])
    def test_of_windows_is_no_bad_input(self, text: bytes) -> None:
        write("a.yaml", text)
        assert ids(run(".")[1]) == ["a.yaml#Bucket"]


class TestNotes:
    def test_a_parameter_that_no_template_has(self) -> None:
        write("a.yaml", CONDITIONAL)
        source, scopes, _ = run(".", parameters={"Evn": "prod", "Env": "prod"})
        assert len(scopes) == 1
        assert source.notes() == ('no template has a parameter "Evn" (did you mean "Env"?)',)

    def test_more_worlds_than_asked_for(self) -> None:
        names = "ABCD"
        parameters = ", ".join(f"{name}: {{Type: String, Default: x}}" for name in names)
        conditions = ", ".join(f"Is{name}: !Equals [!Ref {name}, y]" for name in names)
        resources = "".join(f"  R{name}: {{Type: AWS::S3::Bucket, Condition: Is{name}}}\n" for name in names)
        write("a.yaml", f"Parameters: {{{parameters}}}\nConditions: {{{conditions}}}\nResources:\n{resources}")
        source, scopes, _ = run(".", max_worlds=4)
        assert 4 <= len(scopes) <= 5
        assert source.notes() == (
            "a.yaml: more than 4 combinations of parameters; the others are judged as one that is not decided",
        )


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real templates is not part of the repository")
def test_the_corpus() -> None:
    """All of it runs; what cannot be judged is what is no CloudFormation template."""
    source, scopes, problems = run(str(CORPUS))
    assert not problems
    assert source.tally()["templates"] == 139
    unrecognised, remote = source.notes()
    assert unrecognised.startswith("not judged, since their top is no template's: ")
    assert unrecognised.endswith("/event_bad.json")
    assert remote.count("VPCPeering-Requester.main.cfn") == source.tally()["remote nested stacks"] == 4
    for scope in scopes:
        for resource in scope.resources():
            assert scope.locate(resource.id, ()) is not None
