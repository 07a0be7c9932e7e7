"""What a check of a policy found: one thing that does not hold, at its place."""

from __future__ import annotations

import re

import msgspec

_PLACE = re.compile(r"(?P<file>/?[^:\n]+?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<message>.*)", re.DOTALL)


class Failure(msgspec.Struct, frozen=True):
    """`check` names what was asked. `policy` is an id, empty for what concerns the pack.

    `broken`: the file cannot be used at all (a syntax error), so that nothing could be asserted.
    """

    check: str
    message: str
    policy: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    case: str = ""
    form: str = ""
    expected: str = ""
    got: str = ""
    broken: bool = False


def parsed(text: str, check: str, policy: str = "", broken: bool = True) -> tuple[Failure, ...]:
    """An error message with a line per mistake (`file:line:column: message`) as failures."""
    found: list[Failure] = []
    for line in text.splitlines():
        match = _PLACE.fullmatch(line)
        if match is not None:
            place = (match["file"], int(match["line"]), int(match["column"] or 0))
            found.append(Failure(check, match["message"], policy, *place, broken=broken))
        elif found and line.startswith(" "):
            before = found.pop()
            found.append(msgspec.structs.replace(before, message=f"{before.message}\n{line}"))
        elif line.strip():
            found.append(Failure(check, line, policy, broken=broken))
    return tuple(found)


def sentence(failure: Failure) -> str:
    """The failure in one line, without its place."""
    about = f'"{failure.case}"' + (f" ({failure.form})" if failure.form else "") + ": " if failure.case else ""
    verdicts = f"expected {failure.expected}, got {failure.got}" if failure.expected else ""
    return about + "; ".join(part for part in (verdicts, failure.message) if part)
