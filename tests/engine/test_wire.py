"""What goes to OPA and what comes back, for any text and any shape."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import wire
from auditor.errors import EngineError
from auditor.model import Denial, Evidence, Word

GOOD = {"kind": "found", "type": "AWS::S3::Bucket", "id": "b", "path": ["A", 0], "message": "m"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.text(max_size=8)), st.dictionaries(st.text(max_size=8), JSON, max_size=3), st.text(max_size=8))
def test_a_body_is_the_input_of_the_contract(keys: list[str], resources: dict[str, object], taken_at: str) -> None:
    shard = wire.Shard(json.dumps(resources).encode(), b'{"k":{"p":1}}', taken_at)
    assert json.loads(shard.body(keys)) == {
        "input": {"policies": keys, "resources": resources, "parameters": {"k": {"p": 1}}, "taken_at": taken_at}
    }


@given(
    st.sampled_from(list(Word)),
    st.text(),
    st.lists(st.text() | st.integers(0, 2**53)),
    st.none() | st.tuples(st.text(), st.text()),
)
def test_a_denial_survives(word: Word, text: str, path: list[str | int], evidence: tuple[str, str] | None) -> None:
    extra = {"evidence": {"id": evidence[0], "pointer": evidence[1]}} if evidence else {}
    row = {"kind": word.value, "type": text, "id": text, "path": path, "message": text, **extra}
    assert wire.denials(msgspec.Raw(json.dumps([row]).encode())) == (
        Denial(word, text, text, tuple(path), text, Evidence(*evidence) if evidence else None),
    )


@pytest.mark.parametrize(
    "row",
    [
        *({key: value for key, value in GOOD.items() if key != missing} for missing in GOOD),
        GOOD | {"kind": "denied"},
        GOOD | {"path": "A"},
        GOOD | {"path": ["A", 1.5]},
        GOOD | {"path": ["A", None]},
        GOOD | {"path": ["A", True]},
        GOOD | {"id": None},
        GOOD | {"severity": "high"},
        GOOD | {"evidence": {"id": "x"}},
        GOOD | {"evidence": {"id": "x", "pointer": "/", "line": 3}},
        "denied",
        None,
    ],
)
def test_any_other_shape_is_refused(row: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        wire.denials(msgspec.Raw(json.dumps([GOOD, row]).encode()))


@pytest.mark.parametrize("whole", [GOOD, True, "denied", None, {"b": GOOD}])
def test_what_is_no_set_is_refused(whole: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        wire.denials(msgspec.Raw(json.dumps(whole).encode()))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"result": []}', b'{"result": {}', b'{"metrics": 3}'])
def test_an_answer_that_is_not_opas(content: bytes) -> None:
    with pytest.raises(EngineError, match="OPA at x did not answer as OPA does"):
        wire.answer(content, "OPA at x")


def test_an_undefined_report_is_no_empty_one() -> None:
    with pytest.raises(EngineError, match="no data.main.report"):
        wire.result(wire.answer(b"{}", "OPA"))
    assert wire.result(wire.answer(b'{"result":{}}', "OPA")) == {}


@given(JSON)
def test_a_refusal_is_read_or_empty(value: object) -> None:
    refusal = wire.refusal(json.dumps(value).encode())
    assert isinstance(refusal.text(), str) and refusal.culprit(["x"]) is None


def test_the_culprit_is_the_innermost_policy_of_those_asked() -> None:
    files = ["/p/lib/text.rego", "/p/aws/s3/inner/inner.rego", "/p/aws/s3/outer/outer.rego", "/p/main/main.rego", ""]
    trace = [{"location": {"file": file, "row": 3, "col": 1}} for file in files]
    error = {"code": "c", "message": "m", "location": {"file": files[0], "row": 9, "col": 2}, "stack_trace": trace}
    refusal = wire.refusal(json.dumps({"code": "internal_error", "message": "", "errors": [error]}).encode())
    assert refusal.culprit(["outer", "inner"]) == "inner"
    assert refusal.culprit(["outer"]) == "outer"
    assert refusal.culprit(["text_policy"]) is None
    assert refusal.text() == (
        "/p/lib/text.rego:9:2: c: m (called from /p/aws/s3/inner/inner.rego:3:1, /p/aws/s3/outer/outer.rego:3:1)"
    )
