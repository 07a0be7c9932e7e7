"""Which files are read: named, found in folders, matched by patterns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sources.template.decode import MAX_BYTES, decode
from auditor.sources.template.find import Found, find, is_template, looks_like_template, read, read_nested

TEMPLATE = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {A: {Type: AWS::S3::Bucket}}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(TEMPLATE)


def paths(found: Found) -> list[str]:
    assert not found.problems
    return [file.path for file in found.files]


class TestFolders:
    def test_are_walked_in_order_without_what_is_nobodys(self) -> None:
        touch("b/2.yaml", "b/1.yml", "a.json", "c.template", "c.template.yaml", "d.CFN", "e.txt", "f.py", "README.md")
        touch(".git/x.yaml", "node_modules/p/x.yaml", ".aws-sam/build/t.yaml", "env/x.yaml", ".hidden.yaml")
        touch("env/pyvenv.cfg")
        assert paths(find(["."])) == [
            ".hidden.yaml", "a.json", "b/1.yml", "b/2.yaml", "c.template", "c.template.yaml", "d.CFN",
        ]  # fmt: skip

    def test_that_are_named_are_walked_even_if_hidden(self) -> None:
        touch(".aws-sam/build/t.yaml")
        assert paths(find([".aws-sam"])) == [".aws-sam/build/t.yaml"]

    def test_that_loop_by_links_end(self) -> None:
        touch("a/x.yaml")
        os.symlink("..", "a/up")
        os.symlink(".", "a/self")
        found = find(["."])
        assert (paths(found), found.linked) == (["a/x.yaml"], 2)
        assert paths(find(["**/*.yaml"])) == ["a/x.yaml"]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_that_cannot_be_read_are_problems(self) -> None:
        touch("a/x.yaml", "b/x.yaml")
        os.chmod("b", 0)
        found = find(["."])
        os.chmod("b", 0o700)
        assert [problem.subject for problem in found.problems] == ["b"]

    def test_hold_files_that_are_no_files(self) -> None:
        touch("a/x.yaml")
        os.mkfifo("a/pipe.yaml")
        os.symlink("nowhere", "a/dangling.yaml")
        assert paths(find(["a"])) == ["a/x.yaml"]


class TestNames:
    def test_are_shown_as_given(self, here: Path) -> None:
        touch("a/x.yaml")
        assert paths(find(["./a/../a/x.yaml"])) == ["a/x.yaml"]
        assert paths(find([str(here / "a")])) == ["a/x.yaml"]
        os.chdir("a")
        assert paths(find(["../a/x.yaml"])) == ["../a/x.yaml"]
        outside = find([os.path.abspath(os.sep.join([str(here), "a", "x.yaml"]))])
        assert paths(outside) == ["x.yaml"]

    def test_of_one_file_count_once(self) -> None:
        touch("a/x.yaml")
        os.symlink("x.yaml", "a/b.yaml")
        (file,) = find(["a", "a/x.yaml", "./a/x.yaml", "a/*.yaml"]).files
        assert (file.path, file.named) == ("a/x.yaml", True)
        assert paths(find(["a"])) == ["a/x.yaml"]
        assert paths(find(["a/b.yaml"])) == ["a/b.yaml"]

    def test_may_hold_what_looks_like_a_pattern(self) -> None:
        touch("a[1].yaml")
        assert [file.named for file in find(["a[1].yaml"]).files] == [True]

    def test_of_nothing_are_problems(self) -> None:
        found = find(["nowhere.yaml", "none/*.yaml", "none/**/x"])
        assert [(problem.subject, problem.message) for problem in found.problems] == [
            ("nowhere.yaml", "no such file or folder"),
            ("none/*.yaml", "no file matches"),
            ("none/**/x", "no file matches"),
        ]

    def test_standard_input(self) -> None:
        assert [(file.path, file.named) for file in find(["-"]).files] == [("-", True)]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("a/*.yaml", ["a/1.yaml", "a/2.yaml"]),
        ("a/?.tmpl", ["a/1.tmpl"]),
        ("a/[12].yaml", ["a/1.yaml", "a/2.yaml"]),
        ("**/1.yaml", ["a/1.yaml", "a/b/1.yaml"]),
        ("./**/1.yaml", ["a/1.yaml", "a/b/1.yaml"]),
        ("a/**", ["a/1.yaml", "a/2.yaml", "a/b/1.yaml", "a/b/c/3.yaml"]),
        ("a/**/c/*.yaml", ["a/b/c/3.yaml"]),
        ("a/*", ["a/1.tmpl", "a/1.yaml", "a/2.yaml", "a/b/1.yaml", "a/b/c/3.yaml"]),
        ("**/b/**/*.yaml", ["a/b/1.yaml", "a/b/c/3.yaml"]),
        ("**/*.tmpl", ["a/1.tmpl"]),
    ],
)
def test_patterns(pattern: str, matches: list[str]) -> None:
    """A pattern that names a folder means what is in it; what it matches is a candidate, not named."""
    touch("a/1.yaml", "a/2.yaml", "a/1.tmpl", "a/b/1.yaml", "a/b/c/3.yaml", "a/node_modules/1.yaml", "a/.x/1.yaml")
    found = find([pattern])
    assert paths(found) == matches
    assert not any(file.named for file in found.files)


class TestReading:
    def test_what_cannot_be_read_is_a_problem(self) -> None:
        Path("folder").mkdir()
        assert getattr(read("nowhere"), "message", "") == "cannot be read: No such file or directory"
        assert getattr(read("folder"), "message", "") == "cannot be read: Is a directory"

    def test_is_bounded(self) -> None:
        assert len(bytes(read("/dev/zero"))) == MAX_BYTES + 1  # type: ignore[arg-type]

    def test_of_a_nested_template_takes_a_regular_file(self) -> None:
        os.mkfifo("pipe.yaml")
        assert getattr(read_nested("pipe.yaml"), "message", "") == "no such file"


COMPOSE = """version: '3'
services:
  web:
    image: x
    deploy:
      Resources:
        Type: AWS::S3
"""
HELM = """apiVersion: v1
kind: ConfigMap
data:
  template: |
    AWSTemplateFormatVersion: '2010-09-09'
    Resources:
      A:
        Type: AWS::S3::Bucket
"""


class TestLooks:
    @pytest.mark.parametrize(
        "text",
        [
            TEMPLATE,
            "Resources:\n  A:\n    Type: AWS::S3::Bucket\n",
            "---\nResources:\n  A:\n    Type: 'Custom::Thing'\n",
            "# a comment\n\nResources:\n  A: {Type: MongoDB::Atlas::Cluster}\n",
            "  Resources:\n    A:\n      Type: AWS::S3::Bucket\n",
            "Transform: AWS::Serverless-2016-10-31\nGlobals: {}\n",
            "Transform:\n  - AWS::LanguageExtensions\nResources:\n  Fn::ForEach::X: []\n",
            "Resources:\n  A:\n    Type: !Rain::Module x\n",
            '{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}',
            '{\n\t"AWSTemplateFormatVersion" : "2010-09-09"}',
            "\ufeffAWSTemplateFormatVersion: x\r\n",
            "AWSTemplateFormatVersion: x\n  broken: [",
        ],
    )
    def test_like_a_template(self, text: str) -> None:
        assert looks_like_template(text.encode())
        assert looks_like_template(text.lstrip("\ufeff").encode("utf-16"))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hello",
            COMPOSE,
            HELM,
            '{"name": "x", "version": "1", "dependencies": {"aws-sdk": "*"}}',
            "service: x\nprovider: {name: aws}\nresources:\n  Resources:\n    A:\n      Type: AWS::S3::Bucket\n",
            "AWSTemplateFormatVersionOfMine\n",
            '{"body": "{\\"AWSTemplateFormatVersion\\": \\"2010-09-09\\"}"}',
            '{"typeName": "AWS::S3::Bucket", "properties": {}}',
            "Resources:\n  limits: {cpu: 1}\n",
            "Transform: scale\nother: 1\n",
        ],
    )
    def test_like_something_else(self, text: str) -> None:
        assert not looks_like_template(text.encode())

    @given(st.binary(max_size=300))
    def test_at_anything(self, raw: bytes) -> None:
        looks_like_template(raw)

    @pytest.mark.parametrize("raw", [b" " * 2_000_000, b"#\n" * 1_000_000, b"---\n" * 500_000, b'{"' * 1_000_000])
    def test_quickly(self, raw: bytes) -> None:
        assert not looks_like_template(raw)

    @pytest.mark.parametrize(
        ("text", "is_one"),
        [
            (TEMPLATE, True),
            ("Resources: {A: {Type: x}}", True),
            ("Resources: {Fn::ForEach::A: [x]}", True),
            ("Transform: x", True),
            ("fragment: {Resources: {A: {Type: AWS::S3::Bucket}}}", False),
            ("Resources: {A: 1}", False),
            ("Resources: [a]", False),
            ("- a", False),
        ],
    )
    def test_of_a_decoded_file(self, text: str, is_one: bool) -> None:
        tree: Any = decode(text.encode())
        assert is_template(tree) is is_one
