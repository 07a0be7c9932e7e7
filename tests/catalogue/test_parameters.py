"""Parameters: default < configuration file < flag, and where a wrong value came from."""

from __future__ import annotations

from typing import Any

import pytest
import support

from auditor.catalogue.parameters import resolve
from auditor.errors import UsageError
from auditor.model import Parameter

ID = "s3-bucket-example"
POLICY = support.policy(
    parameters={
        "on": Parameter("boolean", True),
        "days": Parameter("integer", 90, minimum=1, maximum=365),
        "tls": Parameter("number", 1.2, values=(1.2, 1.3)),
        "tag": Parameter("string", "Owner"),
        "ports": Parameter("array", [22, 3389], minimum=0, maximum=65535),
        "names": Parameter("array", ["a"]),
        "sizes": Parameter("array", ["s", "m"], values=("s", "m", "l")),
    }
)
OTHER = support.policy(id="ec2-other", key="ec2_other")
DEFAULTS = {name: parameter.default for name, parameter in POLICY.parameters.items()}


def resolved(configured: dict[str, Any] | None = None, flags: dict[str, Any] | None = None) -> dict[str, Any]:
    values = resolve([POLICY, OTHER], {ID: configured} if configured else {}, {ID: flags} if flags else {})
    assert values["ec2_other"] == {}
    return values["s3_bucket_example"]


def test_flags_win_over_the_file_and_the_file_over_defaults() -> None:
    assert resolved() == DEFAULTS
    assert resolved({"days": 30, "on": False}) == {**DEFAULTS, "days": 30, "on": False}
    assert resolved({"days": 30, "on": False}, {"days": "7"}) == {**DEFAULTS, "days": 7, "on": False}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("on", "false", False),
        ("days", "1", 1),
        ("tls", "1.3", 1.3),
        ("tag", "true", "true"),
        ("tag", "", ""),
        ("ports", "[80]", [80]),
        ("ports", "80, 443", [80, 443]),
        ("ports", "[]", []),
        ("names", "b,c", ["b", "c"]),
        ("names", "7", ["7"]),
        ("names", '["x,y"]', ["x,y"]),
    ],
)
def test_the_text_of_a_flag_is_read_as_the_parameter(name: str, text: str, value: Any) -> None:
    assert resolved(flags={name: text})[name] == value


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("on", "yes", "must be of type boolean"),
        ("on", 1, "must be of type boolean"),
        ("days", True, "must be of type integer"),
        ("days", 1.5, "must be of type integer"),
        ("days", 0, "must be at least 1"),
        ("days", 366, "must be at most 365"),
        ("tls", 1.1, "must be one of [1.2, 1.3]"),
        ("tag", 3, "must be of type string"),
        ("ports", 22, "must be of type array"),
        ("ports", [70000], "must be at most 65535"),
        ("ports", [None], "elements must be strings, numbers or booleans"),
        ("ports", [[1]], "elements must be strings, numbers or booleans"),
        ("names", [1], "elements must be strings"),
        ("sizes", ["xl"], 'must be one of ["s", "m", "l"]'),
    ],
)
def test_a_wrong_value_says_where_it_came_from(name: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        resolved({name: value})
    assert str(error.value).startswith(f'[policies."{ID}".parameters] {name} = ')
    assert str(error.value).endswith(f": {message}")


def test_a_wrong_flag_is_named_as_it_was_written() -> None:
    with pytest.raises(UsageError, match=rf'^--set {ID}.days = "soon": must be of type integer$'):
        resolved(flags={"days": "soon"})


def test_what_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r'--set s3-bucket-exampel: no policy .* \(did you mean "s3-bucket-example"\?\)'
    ):
        resolve([POLICY], {}, {"s3-bucket-exampel": {"days": 1}})
    with pytest.raises(UsageError, match=r'parameters\] dais: no parameter "dais" \(did you mean "days"\?\)'):
        resolved({"dais": 1})
    with pytest.raises(UsageError, match=r'no parameter "x" \(it has none\)'):
        resolve([OTHER], {"ec2-other": {"x": 1}}, {})
