"""JUnit XML, as continuous integration shows it: a suite per policy, a test case per question.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from auditor.workbench.failure import Failure, sentence
from auditor.workbench.prove import Proof

_CHECKS = (
    "compile",
    "format",
    "rego test",
    "coverage",
    "cases",
    "case",
    "pair",
    "schema-place",
    "schema-value",
    "reads",
    "soundness",
)


def junit(proofs: Sequence[Proof], failures: Sequence[Failure]) -> bytes:
    """`failures`: all of them, those of the proofs too. What belongs to no policy is the suite `pack`.

    A pack that cannot be loaded has no proofs, and that suite holds why.
    """
    root = ET.Element("testsuites", name="auditor policy test")
    for proof in proofs:
        own = [failure for failure in failures if failure.policy == proof.policy]
        _suite(root, proof.policy, own, proof.seconds, _CHECKS)
    proved = {proof.policy for proof in proofs}
    rest = [failure for failure in failures if failure.policy not in proved]
    if rest:
        _suite(root, "pack", rest, 0.0, ())
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _suite(root: ET.Element, name: str, failures: Sequence[Failure], seconds: float, asked: Sequence[str]) -> None:
    """`asked`: the questions that hold where no failure says otherwise."""
    checks = list(dict.fromkeys([*asked, *(each.check for each in failures)]))
    suite = ET.SubElement(root, "testsuite", name=name, tests=str(len(checks)), time=f"{seconds:.3f}")
    count = 0
    for check in checks:
        case = ET.SubElement(suite, "testcase", classname=name, name=check)
        own = [failure for failure in failures if failure.check == check]
        if own:
            count += 1
            failed = ET.SubElement(case, "failure", message=_plain(sentence(own[0])), type=check)
            failed.text = _plain("\n".join(f"{each.file}:{each.line}: {sentence(each)}" for each in own))
            case.set("file", own[0].file)
            case.set("line", str(own[0].line))
    suite.set("failures", str(count))


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(char if char in "\n\t" or char >= " " else "?" for char in text)
