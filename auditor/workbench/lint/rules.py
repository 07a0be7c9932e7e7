"""The rules of `auditor policy lint`, each with a sentence for the documentation.

What would make a policy unusable is refused when it is loaded, before any rule is asked: see `REFUSED`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from auditor.catalogue import frameworks
from auditor.catalogue.store import Unit
from auditor.workbench import schemas
from auditor.workbench.cases import load_cases
from auditor.workbench.checks import values, verdicts
from auditor.workbench.failure import Failure
from auditor.workbench.prove import test_of

Check = Callable[[Unit], Iterator[Failure]]

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_LONGEST_ID, _LONGEST_TITLE, _SHORTEST_TEXT, _LONGEST_LINE, _LONGEST_BODY = 60, 120, 100, 120, 100
_REFERENCE = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+/[^\s<>\"{}|\\^`]*[^\s<>\"{}|\\^`.,;:)]", re.IGNORECASE)
_WRITTEN = ("scope", "applies", "controls", "reads")

# What no rule can turn off, because a policy with it cannot be judged.
REFUSED: Mapping[str, str] = {
    "metadata valid": "Unknown keys, missing required ones, values that are none: see `auditor schema policy`.",
    "folder and package agree": "`<key>/<key>.rego` is `package policy.<key>`, and the id is the key with hyphens.",
    "forbidden built-ins": "Nothing of the network, the clock, chance, the environment or OPA's own metadata.",
    "the word fits": "`found` needs nothing, `absent` one place at its path, `missing` at least one.",
}


class Rule(msgspec.Struct, frozen=True):
    """`says`: what must hold."""

    name: str
    says: str
    check: Check


def _rule(name: str, says: str, told: Callable[[Unit], Iterator[str | tuple[str, int]]]) -> Rule:
    """A rule that tells messages, with a line of the policy's file or without."""

    def check(unit: Unit) -> Iterator[Failure]:
        for message in told(unit):
            text, line = (message, 1) if isinstance(message, str) else message
            yield Failure(name, text, unit.policy.id, unit.policy.file, line)

    return Rule(name, says, check)


def _named(unit: Unit) -> Iterator[str]:
    id, folder = unit.policy.id, Path(unit.policy.file).parent.parent
    if not _ID.fullmatch(id):
        yield f'"{id}" is no name: small letters and digits, at least two words joined by hyphens'
    if len(id) > _LONGEST_ID:
        yield f"the id has {len(id)} letters: at most {_LONGEST_ID}"
    if _is_service(folder) and not id.startswith(f"{folder.name}-"):
        yield f"a policy in {folder.name}/ starts with its name: {folder.name}-..."


def _is_service(folder: Path) -> bool:
    """Whether the folder above a policy is that of a service: a name that occurs in resource types."""
    names = {type.split("::")[1].lower() for type in schemas.known() if type.startswith("AWS::")}
    return folder.name in names


def _files(unit: Unit) -> Iterator[str]:
    file = Path(unit.policy.file)
    wanted = {file.name, test_of(unit.policy.file).name, "cases.yaml"}
    there = {each.name for each in file.parent.iterdir() if not each.name.startswith(".")}
    for name in sorted(wanted - there):
        yield f"has no {name} beside it"
    for name in sorted(there - wanted):
        yield f"{name} stands in the folder of a policy, which holds {', '.join(sorted(wanted))}"


def _title(unit: Unit) -> Iterator[str]:
    title = unit.policy.title
    if "\n" in title or len(title) > _LONGEST_TITLE:
        yield f"the title is one line of at most {_LONGEST_TITLE} letters"
    if title.endswith("."):
        yield "a title ends without a full stop"


def _description(unit: Unit) -> Iterator[str]:
    if len(unit.policy.description) < _SHORTEST_TEXT:
        yield f"the description says the requirement in full: at least {_SHORTEST_TEXT} letters"


def _finished(unit: Unit) -> Iterator[str]:
    policy = unit.policy
    for name, text in (
        ("title", policy.title),
        ("description", policy.description),
        ("remedy", policy.remediation.text),
    ):
        if "TODO" in text:
            yield f"the {name} still says TODO"


def _complete(unit: Unit) -> Iterator[str]:
    missing = [key for key in _WRITTEN if key not in unit.written]
    if missing:
        hint = "; auditor policy reads --write writes reads" if "reads" in missing else ""
        yield f"the metadata leaves out {', '.join(missing)}: write them under custom{hint}"
    for name, parameter in unit.policy.parameters.items():
        if not parameter.description:
            yield f"parameter {name} has no description"


def _parameters(unit: Unit) -> Iterator[str]:
    text = Path(unit.policy.file).read_text(encoding="utf-8", errors="replace")
    named = set(re.findall(rf"input\.parameters\.{unit.policy.key}\.(\w+)", text))
    named |= set(re.findall(rf'input\.parameters\.{unit.policy.key}\["(\w+)"\]', text))
    for name in sorted(set(unit.policy.parameters) - named):
        yield f"parameter {name} is declared and not read"


def _controls(unit: Unit) -> Iterator[str]:
    for name in unit.policy.controls:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield f'"{name}" is no name of a framework, such as {frameworks.BUILTIN[0]}'


def _references(unit: Unit) -> Iterator[str]:
    if not unit.policy.references:
        yield "related_resources names no page: where does it say so?"
    for reference in unit.policy.references:
        if not _REFERENCE.fullmatch(reference):
            yield f"{reference}: no address that a reader can open: https://host/page"
    for reference in {each for each in unit.policy.references if unit.policy.references.count(each) > 1}:
        yield f"{reference} stands in related_resources twice"


def _remediation(unit: Unit) -> Iterator[str]:
    remedy = unit.policy.remediation
    if not remedy.text.strip():
        yield "remediation says nothing: what is to be done?"
    shapes = [shape for subject in unit.policy.subjects if (shape := schemas.shape_of(subject)) is not None]
    for name in remedy.properties:
        if shapes and not any(shape.below(str(name)) is not None for shape in shapes):
            yield f"remediation.properties sets {name}, which {' and '.join(unit.policy.subjects)} do not have"


def _short(unit: Unit) -> Iterator[str | tuple[str, int]]:
    lines = Path(unit.policy.file).read_text(encoding="utf-8", errors="replace").splitlines()
    package = next((number for number, line in enumerate(lines) if line.startswith("package ")), 0)
    body = [line for line in lines[package:] if line.strip() and not line.startswith("#")]
    if len(body) > _LONGEST_BODY:
        yield f"{len(body)} lines of Rego, at most {_LONGEST_BODY}: ask a fact, or split the policy"
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(4)) > _LONGEST_LINE and "https://" not in line:
            yield f"the line has over {_LONGEST_LINE} letters", number


def _followed(unit: Unit) -> Iterator[Failure]:
    for one in unit.findings:
        yield Failure("reads-followed", one.message, unit.policy.id, one.file, one.line, one.column)


def _declared(unit: Unit) -> Iterator[Failure]:
    for one in unit.differences:
        yield Failure("reads-declared", one.message, unit.policy.id, one.file, one.line, one.column)


def _placed(unit: Unit) -> Iterator[Failure]:
    return values.misplaced(unit.seen, unit.policy.id)


def _possible(unit: Unit) -> Iterator[Failure]:
    return values.impossible(unit.seen, unit.policy.id)


def _shown(unit: Unit) -> Iterator[Failure]:
    if Path(unit.policy.file).with_name("cases.yaml").is_file():
        for one in verdicts.shown(unit.policy, load_cases(unit.policy)):
            yield msgspec.structs.replace(one, check="cases-shown")


_ALL = (
    _rule("naming", "The id is words joined by hyphens; in the folder of a service it starts with that.", _named),
    _rule("files", "The folder holds the policy, its Rego test and its cases, and nothing else.", _files),
    _rule("title", "The title is one line without a full stop.", _title),
    _rule("description", f"The description says the requirement in full, in {_SHORTEST_TEXT} letters.", _description),
    _rule("finished", "Nothing that `auditor policy new` left to be written says TODO.", _finished),
    _rule("complete", "scope, applies, controls and reads are written; each parameter has a description.", _complete),
    _rule("parameters-read", "Each declared parameter is read.", _parameters),
    _rule("controls", "Frameworks are called by their names.", _controls),
    _rule("references", "At least one page says so, and each reference is an https address.", _references),
    _rule("remediation", "The remedy has a text, and sets only properties that the subject has.", _remediation),
    _rule("short", f"At most {_LONGEST_BODY} lines of Rego, none over {_LONGEST_LINE} letters.", _short),
    Rule("reads-followed", "Nothing lifts a read out of a `not`, and the analysis follows every read.", _followed),
    Rule("reads-declared", "The declared reads are the derived ones.", _declared),
    Rule(values.PLACE, "Every read type, property and fact exists.", _placed),
    Rule(values.VALUE, "Nothing is compared with a value that can never stand there.", _possible),
    Rule("cases-shown", "The cases show a pass, a fail and an unknown, and each subject passing and failing.", _shown),
)

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
