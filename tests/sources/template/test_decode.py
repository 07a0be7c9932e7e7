"""Bytes to a tree: equal to cfn-lint's where that has one, with marks that point at the text, hard to break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.sources.template.builder import MAX_NODES, Malformed
from auditor.sources.template.decode import MAX_BYTES, decode
from auditor.sources.template.tree import MapNode, TextNode

ROOT = Path(__file__).parents[3]
FIXTURES = sorted(path for path in (ROOT / "fixtures/templates").rglob("*.*") if path.suffix in (".yaml", ".json"))
CORPUS = ROOT.parent / "shared" / "corpus"


def refusal(raw: bytes) -> tuple[str, int | None, int | None]:
    with pytest.raises(Malformed) as caught:
        decode(raw)
    return caught.value.message, caught.value.line, caught.value.column


def texts(node: Any) -> list[TextNode]:
    """Every text in a tree, keys included."""
    if isinstance(node, dict):
        return [text for pair in node.items() for side in pair for text in texts(side)]
    if isinstance(node, list):
        return [text for item in node for text in texts(item)]
    return [node] if isinstance(node, TextNode) else []


def laughs(first: bytes, other: bytes) -> bytes:
    """Each line holds the line before nine times."""
    lines = [b"a: &a0 " + first]
    lines += [b"%c: &a%d " % (98 + i, i + 1) + other % b",".join([b"*a%d" % i] * 9) for i in range(20)]
    return b"\n".join(lines)


class TestMeaning:
    @pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
    def test_is_cfn_lints_tree(self, path: Path) -> None:
        import cfnlint.decode

        theirs, errors = cfnlint.decode.decode(str(path))
        assert not errors
        assert decode(path.read_bytes()) == theirs

    @pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real templates is not part of the repository")
    def test_decodes_the_corpus_as_cfn_lint_does(self) -> None:
        import cfnlint.decode

        paths = [path for path in CORPUS.rglob("*.*") if path.suffix in (".yaml", ".yml", ".json")]
        different = [path.name for path in paths if decode(path.read_bytes()) != cfnlint.decode.decode(str(path))[0]]
        # its `Version: 2012-10-17` is a date to cfn-lint, and text to CloudFormation
        assert different == ["cloudformation-codepipeline-template.yaml"]

    @pytest.mark.parametrize(
        ("source", "meaning"),
        [
            ("a: !Ref B", {"a": {"Ref": "B"}}),
            ("a: !Condition B", {"a": {"Condition": "B"}}),
            ("a: !GetAtt B.C.D", {"a": {"Fn::GetAtt": ["B", "C.D"]}}),
            ("a: !GetAtt [B, C]", {"a": {"Fn::GetAtt": ["B", "C"]}}),
            ("a: !Sub ['${x}', {x: 1}]", {"a": {"Fn::Sub": ["${x}", {"x": 1}]}}),
            ("a: !Ref 12", {"a": {"Ref": "12"}}),
            ("a: !Select [0, !Split [',', b]]", {"a": {"Fn::Select": [0, {"Fn::Split": [",", "b"]}]}}),
            ("Version: 2012-10-17", {"Version": "2012-10-17"}),
            ("123456789012: x\nOn: y\n1.5: z", {"123456789012": "x", "On": "y", "1.5": "z"}),
            ("a: yes\nb: 0x10\nc: 010\nd: 1_000\ne: 1.5\nf: ~\ng: .inf\nh: 1:30", {
                "a": True, "b": 16, "c": 8, "d": 1000, "e": 1.5, "f": None, "g": ".inf", "h": 90}),
            ('a: "yes"\nb: \'1\'\nc: !!str 1\nd: ! 1', {"a": "yes", "b": "1", "c": "1", "d": "1"}),
            ("a: " + "9" * 5000, {"a": "9" * 5000}),
            ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}),
            ("x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z]}",
             {"x": {"a": 1}, "z": {"a": 2, "c": 3}, "y": {"a": 1, "c": 3}}),
            ("x: &x [1, 2]\ny: *x", {"x": [1, 2], "y": [1, 2]}),
            ('{"a":\t"\\ud83d\\ude00",\n\t"b": "x\\/y", "c": "\\t"}', {"a": "😀", "b": "x/y", "c": "\t"}),
            ("", None),
            ("# only a comment\n", None),
        ],
    )  # fmt: skip
    def test_reads(self, source: str, meaning: Any) -> None:
        assert decode(source.encode()) == meaning

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_reads_encodings_with_a_byte_order_mark(self, encoding: str) -> None:
        tree = decode("Resources:\n  Bücket: {Type: x}".encode(encoding))
        assert tree == {"Resources": {"Bücket": {"Type": "x"}}}
        assert next(iter(tree)).start_mark.column == 0

    def test_reads_windows_line_ends(self) -> None:
        tree = decode(b"a: 1\r\nb:\r\n  - c\r\n")
        assert tree == {"a": 1, "b": ["c"]}
        assert tree["b"][0].start_mark.line == 2

    _json = st.recursive(
        st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(codec="utf-8"), max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )

    @given(
        st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), _json, max_size=4),
        st.sampled_from([None, "\t", 2]),
    )
    @settings(max_examples=80)
    def test_reads_any_json_object(self, tree: dict[str, Any], indent: Any) -> None:
        assert decode(json.dumps(tree, indent=indent).encode()) == tree

    @given(st.dictionaries(st.text("abc<=~'\": -#&*!|>%@`\n1.", max_size=6), _json, max_size=4))
    @settings(max_examples=60)
    def test_reads_any_yaml_that_is_json(self, tree: dict[str, Any]) -> None:
        assert decode(yaml.safe_dump(tree, allow_unicode=False).encode()) == tree


class TestMarks:
    @pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
    def test_point_at_the_text(self, path: Path) -> None:
        lines = path.read_text().splitlines()
        for text in texts(decode(path.read_bytes())):
            rest = lines[text.start_mark.line][text.start_mark.column :]
            assert rest.lstrip("\"'").startswith((text.split("\n")[0], "!", "|", ">")), text

    def test_hold_for_functions_and_lists(self) -> None:
        tree = decode(b"a:\n  b: !Sub x\n  c: [1, {d: 2}]\n")
        function = tree["a"]["b"]
        assert isinstance(function, MapNode)
        name: Any = next(iter(function))
        assert (name, name.start_mark.line, name.start_mark.column, name.end_mark.column) == ("Fn::Sub", 1, 5, 9)
        assert (tree["a"]["c"].start_mark.column, tree["a"]["c"][1].start_mark.column) == (5, 9)


class TestRefusals:
    @pytest.mark.parametrize(
        ("source", "message", "line"),
        [
            ("a: [1\nb: 2", "not valid YAML or JSON: while parsing a flow sequence", 2),
            ('{"a": 1,,}', "not valid YAML or JSON", 1),
            ("a: 1\n\tb: 2", "found a tab character that violates indentation", 2),
            ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3", "the key 'c' stands twice (first in line 3)", 5),
            ("a: &a [*a]", "the alias *a stands inside itself", 1),
            ("x: 1\na: *b", "the alias *b has no anchor", 2),
            ("a: 1\n---\nb: 2", "more than one YAML document", 2),
            ("? [a]\n: 1", "a key must be text", 1),
            ("a: 1\n~: 2", "a key is missing (null)", 2),
            ("!Sub a: 1", "a key cannot be a function (!Sub)", 1),
            ("a: !!set {b}", "the YAML tag 'set' is not for templates", 1),
            ("a: !!binary aGVsbG8=", "the YAML tag 'binary' is not for templates", 1),
            ("a: !!python/object/apply:os.system [x]", "is not for templates", 1),
            ("<<: 1\na: 2", "<< takes a mapping", 1),
            ('{"a": "\\ud83d"}', "found invalid Unicode character escape code", 1),
            ("a: 1\nb: \x01", "control characters are not allowed", 2),
        ],
    )
    def test_name_the_place(self, source: str, message: str, line: int) -> None:
        found, at, _ = refusal(source.encode())
        assert message in found
        assert at == line

    def test_of_what_is_no_text(self) -> None:
        assert refusal("a: 1\nb: é".encode("latin-1")) == ("not UTF-8: byte 0xE9 (save the file as UTF-8)", 2, 4)
        assert refusal(b"PK\x03\x04\x00\x00") == ("a binary file", None, None)
        assert "larger than 5,000,000 bytes" in refusal(b"a: 1\n" + b"#" * MAX_BYTES)[0]

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            (b"[" * 200_000, "nested deeper than 100 levels"),
            (b"{a: " * 200_000, "nested deeper than 100 levels"),
            (b"- " * 200_000, "nested deeper than 100 levels"),
            (b'{"a":' * 200_000, "nested deeper than 100 levels"),
            (b"[" + b"1," * (MAX_NODES + 1) + b"]", f"more than {MAX_NODES:,} values"),
            (laughs(b"[1,1,1,1,1,1,1,1,1]", b"[%s]"), "its aliases followed"),
            (laughs(b"{k: 1}", b"{<<: [%s]}"), "its aliases followed"),
            (b'{\t"a": "' + b'\\"\t' * 1_000_000, "not valid YAML or JSON"),
            (b'{"a": "' + b'\t"' * 1_000_000, "not valid YAML or JSON"),
        ],
        ids=["lists", "mappings", "dashes", "json", "values", "aliases", "merges", "open string", "quotes"],
    )  # fmt: skip
    def test_of_what_would_not_end(self, source: bytes, message: str) -> None:
        assert message in refusal(source)[0]

    def test_many_keys_are_no_problem(self) -> None:
        """cfn-lint compares each key with each other one: a quarter of a minute for this file."""
        assert len(decode(b"\n".join(b"k%d: 1" % i for i in range(30_000)))) == 30_000

    @given(st.binary(max_size=200) | st.text("{}[]\"'&*!|>%@`:,#-? \n\tab<~", max_size=60).map(str.encode))
    @settings(max_examples=400)
    def test_nothing_else_is_raised(self, raw: bytes) -> None:
        try:
            decode(raw)
        except Malformed as error:
            assert error.message
