"""The policy reference: what is in docs/policies is what the generator writes from metadata and cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import policy, reads

from auditor.catalogue import frameworks
from auditor.model import Pack, Parameter, Remediation
from auditor.render.reference import MARK, Example, page
from auditor.render.text import fix_markdown, help_markdown
from auditor.workbench import reference

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def pages(opa: str) -> dict[str, str]:
    from auditor.cli import session
    from auditor.config import Config

    pack: Pack = session.load_pack(Config(), opa)
    lists = [frameworks.builtin(name, pack.policies) for name in frameworks.BUILTIN]
    return reference.pages(pack.policies, lists)


def test_the_pages_are_what_metadata_and_cases_say(pages: dict[str, str]) -> None:
    differing = reference.differing(pages, ROOT / "docs" / "policies")
    assert differing == [], "run `auditor policy docs`"


def test_every_page_has_examples_of_both_verdicts_and_every_link_leads_to_a_page(pages: dict[str, str]) -> None:
    import re

    index = pages[reference.INDEX]
    for name, text in pages.items():
        if name != reference.INDEX:
            assert "\nPasses: " in text and "\nFails: " in text, name
            assert index.count(f"]({name})") >= 2, name  # by service and by severity
    assert {target for target in re.findall(r"\]\(([^)]+)\)", index)} <= set(pages)


EXAMPLE = policy(
    reads("needs"),
    reads("seeks", ()),
    description="What must hold,\non two lines.\n\nWhy.",
    parameters={
        "days": Parameter("integer", 90, "How\nlong.", 1, 365),
        "kind": Parameter("string", "a|b", "", values=("a|b", "c")),
    },
    controls={"fsbp": ("S3.1",), "cis_aws_7_0": ("2.1", "2.2")},
    remediation=Remediation("Turn it on.", {"Flag": True}, "aws s3api fix"),
    references=("https://docs.aws.amazon.com/",),
)


def test_page() -> None:
    text = page(EXAMPLE, [Example("a flag", "PASS", "Flag: true\n"), Example("no flag", "UNKNOWN", "{}\n")])
    assert text.startswith(f"{MARK}\n\n# An example\n")
    assert "What must hold, on two lines.\n\nWhy.\n" in text
    assert '```json\n{\n  "Flag": true\n}\n```' in text and "```sh\naws s3api fix\n```" in text
    assert "Passes: a flag.\n\n```yaml\nFlag: true\n```" in text and "Is undecided: no flag." in text
    assert "| `days` | integer | `90` | How long. At least 1. At most 365. |" in text
    assert '| `kind` | string | `"a\\|b"` | One of `a\\|b`, `c`. |' in text
    assert "- cis_aws_7_0: 2.1, 2.2\n- fsbp: S3.1" in text
    assert "| `AWS::S3::Bucket` | that it is there | seeks |\n| `AWS::S3::Bucket` | `/Flag` | needs |" in text


def test_the_alert_and_the_page_say_the_same() -> None:
    for part in fix_markdown(EXAMPLE):
        assert part in help_markdown(EXAMPLE) and part in page(EXAMPLE, [])


def test_write_touches_only_its_own_pages(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("# Mine\n")
    reference.write({"README.md": MARK, "old.md": f"{MARK}\nold"}, tmp_path)
    assert reference.differing({"README.md": MARK}, tmp_path) == ["old.md"]
    reference.write({"README.md": MARK, "new.md": MARK}, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["README.md", "mine.md", "new.md"]
    assert reference.differing({"README.md": MARK, "new.md": MARK}, tmp_path) == []
    (tmp_path / "new.md").write_text("edited")
    assert reference.differing({"README.md": MARK, "new.md": MARK}, tmp_path) == ["new.md"]
