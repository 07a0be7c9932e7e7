"""Declared reads: compared with the derived ones, rendered, and written without touching anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rego_support import Deriving

from auditor.catalogue.reads import compare, declared, render, write
from auditor.engine.tools import OpaTools
from auditor.errors import PackError
from auditor.model import Access, Sign, pointer

TRAIL = "AWS::CloudTrail::Trail"
POLICY = """# METADATA
# title: Trails log
# description: |
#   reads: are not here
# custom:
#   id: trail
#   subject: AWS::CloudTrail::Trail{reads}
#   parameters:
#     reads: {{type: boolean, default: true}}
#
# authors: [somebody]
package policy.trail

import data.lib.deny

deny contains deny.missing(trail, ["IsLogging"], "no") if {{
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.IsLogging == true
	trail.properties.Enabled
}}
"""


def read(*paths: tuple[str, ...], type: str = TRAIL, sign: str = "needs") -> tuple[Access, ...]:
    return tuple(Access(type, path, Sign(sign), True) for path in paths)


def test_a_difference_names_path_sign_file_and_line(deriving: Deriving) -> None:
    derived = deriving(POLICY.format(reads="").replace("# METADATA", "# ----"))
    written = declared({TRAIL: {"needs": ["/Enabled"], "seeks": ["/Enabled"]}, "AWS::A::B": {"seeks": [[]]}}, "x")
    assert compare(derived, written) == [
        "reads lacks needs AWS::CloudTrail::Trail:/IsLogging (policy.rego:18)",
        "reads has seeks AWS::A::B:[], which the policy does not read",
        "reads has needs AWS::CloudTrail::Trail:/Enabled, which the policy does not read",
    ]


def test_equal_reads_have_no_difference(deriving: Deriving) -> None:
    derived = deriving(POLICY.format(reads=""))
    assert compare(derived, declared({TRAIL: {"needs": ["/IsLogging"], "seeks": ["/Enabled"]}}, "x")) == []
    assert compare(derived, declared(yaml.safe_load(render(derived.accesses))["reads"], "x")) == []


paths = st.lists(st.sampled_from(["A", "*", "a/b", "~", "net.rules", "x y", "0", "aws:tag", "ö", "- q"]), max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["AWS::A::B", "Auditor::C::D"]), paths, st.sampled_from(list(Sign)))))
def test_rendered_reads_say_the_same(rows: list[tuple[str, list[str], Sign]]) -> None:
    accesses = [Access(type, tuple(path), sign, True) for type, path, sign in rows]
    signs = {(a.type, a.path, s) for a in accesses for s in (list(Sign)[:2] if a.sign is Sign.BOTH else [a.sign])}
    assert declared(yaml.safe_load(render(accesses))["reads"], "x") == signs


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        ([], "reads must be an object"),
        ({"AWS::A::B": ["/A"]}, "reads of AWS::A::B must be {needs"),
        ({"AWS::A::B": {"need": ["/A"]}}, '"need" is no sign (did you mean "needs"?)'),
        ({"AWS::A::B": {"needs": "/A"}}, "needs must be a list of pointers"),
        ({"AWS::A::B": {"needs": ["A"]}}, '"A" is no pointer: write "/Property/..."'),
    ],
)
def test_wrong_reads_say_what_is_wrong(reads: object, message: str) -> None:
    with pytest.raises(PackError, match="^policy.rego:3:1: ") as error:
        declared(reads, "policy.rego:3:1")
    assert message in str(error.value)


BLOCK = """
#   reads:
#     AWS::CloudTrail::Trail:
#       needs: [/A/*, /IsLogging]
#       seeks: [/A/*]"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", BLOCK),
        ("\n#   reads: {}", BLOCK),
        (
            "\n#   reads:\n#     AWS::A::B:\n#       needs:\n#         - /Old\n#\n#   applies: live",
            f"{BLOCK}\n#\n#   applies: live",
        ),
        ("\n#   reads:\n#     AWS::A::B: {needs: [/Old]}\n#   scope: region", f"{BLOCK}\n#   scope: region"),
        ("\n#   scope: region", f"\n#   scope: region{BLOCK}"),
    ],
)
def test_writing_changes_the_reads_and_nothing_else(tmp_path: Path, before: str, after: str, ending: str) -> None:
    file = tmp_path / "trail.rego"
    file.write_bytes(POLICY.format(reads=before).replace("\n", ending).encode())
    file.chmod(0o640)
    accesses = (*read(("IsLogging",)), *read(("A", "*"), sign="both"))
    assert write(file, accesses)
    assert file.read_bytes().decode() == POLICY.format(reads=after).replace("\n", ending)
    assert file.stat().st_mode & 0o777 == 0o640
    assert not write(file, accesses)


def test_what_is_written_is_what_opa_reads(tmp_path: Path, tools: OpaTools) -> None:
    file = tmp_path / "trail.rego"
    file.write_text(POLICY.format(reads=""))
    write(file, (*read(("A", "*", "b c"), ("aws:x",)), *read((), type="AWS::A::B")))
    (annotation,) = tools.parse(str(file))["annotations"]
    reads = annotation["custom"]["reads"]
    assert declared(reads, "x") == {
        (TRAIL, ("A", "*", "b c"), Sign.NEEDS),
        (TRAIL, ("aws:x",), Sign.NEEDS),
        ("AWS::A::B", (), Sign.NEEDS),
    }


def test_long_lists_are_written_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "trail.rego"
    file.write_text(POLICY.format(reads=""))
    long = [(f"{'Property' * 3}{number}",) for number in range(9)]
    write(file, read(*long))
    lines = file.read_text().splitlines()
    assert max(map(len, lines)) <= 120
    assert [line for line in lines if line.startswith("#         - ")] == [
        f"#         - {pointer(path)}" for path in long
    ]


@pytest.mark.parametrize("text", ["package policy.trail\n", "# METADATA\n# title: x\npackage policy.trail\n"])
def test_without_metadata_there_is_nowhere_to_write(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trail.rego"
    file.write_text(text)
    with pytest.raises(PackError, match=r"trail.rego:\d:1: "):
        write(file, read(("A",)))
    assert file.read_text() == text
