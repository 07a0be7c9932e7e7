"""Nested stacks: which file, what it is given, and what happens where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.sources.template.find import read_nested
from auditor.sources.template.load import MAX_NESTING, MAX_STACKS, Loaded, load, tree_of
from auditor.sources.template.nodes import Settings

BUCKET = "Resources: {Bucket: {Type: AWS::S3::Bucket}}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def loaded(path: str, **given: Any) -> Loaded:
    return load(path, tree_of(path, Path(path).read_bytes()), Settings(**given), read_nested)


def stack(url: str, more: str = "") -> str:
    return (
        f"Resources:\n  Net:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {url}\n{more}"
    )


def test_a_template_beside_its_parent() -> None:
    write("infra/main.yaml", stack("../net/vpc.yaml", "      Parameters: {Cidr: !Ref Range}\n"))
    write("net/vpc.yaml", BUCKET)
    result = loaded("infra/main.yaml")
    assert result.stack is not None
    child = result.stack.children["Net"]
    assert (child.file, child.instance, child.parent) == ("net/vpc.yaml", ("Net",), result.stack)
    assert child.arguments == {"Cidr": {"Ref": "Range"}}
    assert child.id_of("Bucket") == "infra/main.yaml#Net/net/vpc.yaml#Bucket"
    assert result.nested == {str(Path("net/vpc.yaml").resolve())}


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/bucket/vpc.yaml",
        "s3://bucket/vpc.yaml",
        "!Sub https://${Bucket}.s3.amazonaws.com/vpc.yaml",
        "!Ref Url",
        "!Join ['', ['https://', x]]",
    ],
)
def test_a_remote_template_is_counted(url: str) -> None:
    write("main.yaml", stack(url))
    result = loaded("main.yaml")
    assert result.stack is not None
    assert not result.stack.children
    assert not result.problems
    assert result.remote == ["main.yaml#Net"]


def test_a_path_in_a_parameter() -> None:
    write("main.yaml", "Parameters: {Url: {Type: String, Default: vpc.yaml}}\n" + stack("!Ref Url"))
    write("vpc.yaml", BUCKET)
    write("other.yaml", BUCKET)
    for result, file in (
        (loaded("main.yaml"), "vpc.yaml"),
        (loaded("main.yaml", parameters={"Url": "other.yaml"}), "other.yaml"),
    ):
        assert result.stack is not None
        assert result.stack.children["Net"].file == file


def test_a_missing_template_is_a_problem_of_its_parent() -> None:
    write("main.yaml", stack("vpc.yaml"))
    (problem,) = loaded("main.yaml").problems
    assert (problem.subject, problem.line, problem.column) == ("main.yaml", 5, 7)
    assert problem.message == "nested stack Net: vpc.yaml: no such file"


def test_what_is_no_regular_file_is_not_read() -> None:
    write("main.yaml", stack("/dev/zero"))
    assert loaded("main.yaml").problems[0].message == "nested stack Net: /dev/zero: no such file"


def test_a_broken_template_is_a_problem_of_its_own() -> None:
    write("main.yaml", stack("vpc.yaml") + stack("vpc.yaml").replace("Resources:\n", "").replace("Net", "Two"))
    write("vpc.yaml", "a: [")
    result = loaded("main.yaml")
    assert result.stack is not None
    assert [problem.subject for problem in result.problems] == ["vpc.yaml"]


def test_a_circle_is_a_problem() -> None:
    write("a.yaml", stack("b.yaml"))
    write("b.yaml", stack("a.yaml"))
    result = loaded("a.yaml")
    assert result.stack is not None
    assert not result.stack.children["Net"].children
    assert [problem.message for problem in result.problems] == ["nested stack Net: a.yaml includes itself"]


def test_depth_and_number_are_bounded() -> None:
    for level in range(MAX_NESTING + 2):
        write(f"deep{level}.yaml", stack(f"deep{level + 1}.yaml"))
    assert "nested deeper than" in loaded("deep0.yaml").problems[0].message

    twice = "Resources:\n" + "".join(
        f"  S{i}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: wide%d.yaml}}}}\n" for i in range(9)
    )
    for level in range(6):
        write(f"wide{level}.yaml", twice.replace("%d", str(level + 1)))
    write("wide6.yaml", BUCKET)
    assert f"more than {MAX_STACKS} nested stacks" in loaded("wide0.yaml").problems[0].message


NAMES = "Parameters: {Names: {Type: CommaDelimitedList, Default: z}}\n"


def test_loops_in_many_stacks_are_bounded_together() -> None:
    passed = f"{{TemplateURL: loop.yaml, Parameters: {{Names: '{','.join(['x'] * 2000)}'}}}}"
    stacks = "".join(f"  S{i}: {{Type: AWS::CloudFormation::Stack, Properties: {passed}}}\n" for i in range(200))
    write("main.yaml", f"Resources:\n{stacks}")
    loop = "{Fn::ForEach::O: [X, !Ref Names, {'O&{X}': {Value: [1, 2, 3, 4, 5, 6, 7, 8, 9]}}]}"
    write("loop.yaml", f"{NAMES}Outputs: {loop}\nResources: {{}}\n")
    result = loaded("main.yaml")
    assert result.stack is not None
    assert len(result.stack.children) < 20
    assert "loops write more than" in result.problems[-1].message


def test_a_loop_over_what_the_parent_passes() -> None:
    passed = stack("loop.yaml", "      Parameters: {Names: !Join [',', !Ref L]}\n")
    write("main.yaml", "Parameters: {L: {Type: CommaDelimitedList, Default: 'a,b'}}\n" + passed)
    write("loop.yaml", NAMES + "Resources: {Fn::ForEach::R: [X, !Ref Names, {'R${X}': {Type: T::T::T}}]}\n")
    root = loaded("main.yaml").stack
    assert root is not None
    child = root.children["Net"]
    assert not child.unexpanded
    assert list(child.section("Resources")) == ["Ra", "Rb"]


def test_parameters_that_only_a_function_gives_are_not_seen() -> None:
    write("main.yaml", stack("vpc.yaml", "      Parameters: !If [C, {A: 1}, {A: 2}]\n"))
    write("vpc.yaml", "Parameters: {A: {Type: String, Default: x}}\n" + BUCKET)
    result = loaded("main.yaml").stack
    assert result is not None
    assert result.children["Net"].arguments == {"A": {"Fn::Transform": {"Name": "the parameters of the nested stack"}}}


def test_a_sam_application() -> None:
    write("main.yaml", "Resources: {App: {Type: AWS::Serverless::Application, Properties: {Location: app/t.yaml}}}")
    write("app/t.yaml", BUCKET)
    result = loaded("main.yaml").stack
    assert result is not None
    assert result.children["App"].file == "app/t.yaml"


class TestCloudAssembly:
    """What `cdk synth` writes: the nested template lies beside, the URL names it by its hash in the asset bucket."""

    HASH = "ab" * 32
    URL = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, f"/cdk-assets-123/{HASH}.json"]]}

    def parent(self, metadata: dict[str, str]) -> None:
        resource = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": self.URL}, "Metadata": metadata}
        write("cdk.out/App.template.json", json.dumps({"Resources": {"Net": resource}}))
        write("cdk.out/AppNet.nested.template.json", json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}))

    def test_named_in_the_metadata(self) -> None:
        self.parent({"aws:asset:path": "AppNet.nested.template.json", "aws:asset:property": "TemplateURL"})
        result = loaded("cdk.out/App.template.json").stack
        assert result is not None
        assert result.children["Net"].file == "cdk.out/AppNet.nested.template.json"

    def test_found_in_the_asset_manifest(self) -> None:
        self.parent({"aws:cdk:path": "App/Net.NestedStack"})
        files = {self.HASH: {"source": {"path": "AppNet.nested.template.json"}}}
        write("cdk.out/App.assets.json", json.dumps({"version": "36.0.0", "files": files}))
        result = loaded("cdk.out/App.template.json").stack
        assert result is not None
        assert result.children["Net"].file == "cdk.out/AppNet.nested.template.json"

    @pytest.mark.parametrize("manifest", ["", "[]", '{"files": []}', '{"files": {"x": 1}}', "{" * 5000])
    def test_a_manifest_that_is_none_is_passed_over(self, manifest: str) -> None:
        self.parent({})
        write("cdk.out/App.assets.json", manifest)
        assert loaded("cdk.out/App.template.json").remote == ["cdk.out/App.template.json#Net"]
