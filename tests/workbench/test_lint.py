"""Each rule of the linter is broken once, told with its name, and turned off with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from authoring import ID, KEY, STATUS, change

from auditor.engine.tools import OpaTools
from auditor.workbench import bench, scaffold
from auditor.workbench.failure import Failure
from auditor.workbench.lint import RULES, lint


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def policy(opa: str, tmp_path: Path) -> Path:
    """The folder of a policy that breaks no rule."""
    folder = tmp_path / "pack" / "s3" / KEY
    folder.mkdir(parents=True)
    property = scaffold.found("AWS::S3::Bucket", STATUS)
    title = "AWS::S3::Bucket has VersioningConfiguration Status"
    for name, text in scaffold.texts(scaffold.Draft(ID, "AWS::S3::Bucket", (property,), title)).items():
        (folder / name).write_text(text.replace("TODO: say", "Say"))
    file = folder / f"{KEY}.rego"
    change(file, "#   controls: {}\n", f"#   reads: {{AWS::S3::Bucket: {{needs: [{STATUS}]}}}}\n#   controls: {{}}\n")
    OpaTools(opa).format([str(each) for each in folder.glob("*.rego")])
    return folder


def found(folder: Path, opa: str, cache: Path) -> list[Failure]:
    here = bench.open_bench([folder.parent.parent], OpaTools(opa), cache)
    return list(lint(bench.chosen(here, [str(folder)]), ()))


def describe(file: Path, description: str) -> None:
    text = file.read_text()
    start, end = text.index("# description: |"), text.index("# related_resources:")
    file.write_text(f"{text[:start]}# description: {description}\n{text[end:]}")


BROKEN: list[tuple[str, Callable[[Path], object]]] = [
    ("files", lambda folder: (folder / "notes.txt").write_text("x")),
    ("title", lambda folder: change(folder / f"{KEY}.rego", "VersioningConfiguration Status\n", "Status.\n")),
    ("description", lambda folder: describe(folder / f"{KEY}.rego", "short")),
    ("finished", lambda folder: change(folder / f"{KEY}.rego", "Say the", "TODO: the")),
    ("complete", lambda folder: change(folder / f"{KEY}.rego", "#   scope: account\n", "")),
    (
        "parameters-read",
        lambda folder: change(
            folder / f"{KEY}.rego",
            "#   controls: {}\n",
            "#   controls: {}\n#   parameters: {days: {type: integer, default: 1, description: Days.}}\n",
        ),
    ),
    ("controls", lambda folder: change(folder / f"{KEY}.rego", "controls: {}", "controls: {CIS 7: ['1']}")),
    ("references", lambda folder: change(folder / f"{KEY}.rego", "https://docs.aws.amazon.com/s3/", "the manual")),
    ("remediation", lambda folder: change(folder / f"{KEY}.rego", '{"Versioning', '{"Verzioning')),
    ("short", lambda folder: change(folder / f"{KEY}.rego", "deny contains", f"# {'x' * 130}\ndeny contains")),
    ("reads-declared", lambda folder: change(folder / f"{KEY}.rego", "needs: [/Versioning", "seeks: [/Versioning")),
    (
        "reads-followed",
        lambda folder: change(
            folder / f"{KEY}.rego",
            'not bucket.properties.VersioningConfiguration.Status == "Enabled"',
            'not startswith(bucket.properties.VersioningConfiguration.Status, "En")',
        ),
    ),
    ("schema-value", lambda folder: change(folder / f"{KEY}.rego", '== "Enabled"\n', '== "On"\n')),
    (
        "schema-place",
        lambda folder: (folder / f"{KEY}.rego").write_text(
            (folder / f"{KEY}.rego").read_text().replace("VersioningConfiguration", "VersioningConfigration")
        ),
    ),
    ("cases-shown", lambda folder: change(folder / "cases.yaml", "expect: pass", "expect: fail")),
]


def test_a_policy_that_breaks_no_rule(policy: Path, opa: str, cache: Path) -> None:
    assert found(policy, opa, cache) == []


@pytest.mark.parametrize(("rule", "break_it"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_each_rule_is_told_and_can_be_turned_off(
    rule: str, break_it: Callable[[Path], object], policy: Path, opa: str, cache: Path
) -> None:
    break_it(policy)
    file = policy / f"{KEY}.rego"
    failure, *_ = [each for each in found(policy, opa, cache) if each.check == rule]
    assert (failure.policy, failure.line > 0) == (ID, True)
    change(file, "#   severity: medium\n", f"#   severity: medium\n#   lint: {{{rule}: it is so on purpose}}\n")
    assert rule not in [each.check for each in found(policy, opa, cache)]


def test_a_policy_in_the_folder_of_a_service_starts_with_its_name(policy: Path, opa: str, cache: Path) -> None:
    moved = policy.parent.rename(policy.parent.with_name("kms")) / KEY
    (failure,) = found(moved, opa, cache)
    assert (failure.check, failure.message) == ("naming", "a policy in kms/ starts with its name: kms-...")


def test_every_rule_is_broken_above() -> None:
    assert set(RULES) == {rule for rule, _ in BROKEN} | {"naming"}


@pytest.mark.parametrize(
    ("lint", "said"),
    [
        ("{shrot: why}", 'lint turns off shrot, which is no rule (did you mean "short"?)'),
        ("{short: why}", "lint turns off short, which is not broken here: take it out"),
    ],
)
def test_turning_off_needs_a_rule_and_a_cause(lint: str, said: str, policy: Path, opa: str, cache: Path) -> None:
    change(policy / f"{KEY}.rego", "#   severity: medium\n", f"#   severity: medium\n#   lint: {lint}\n")
    assert [failure.message for failure in found(policy, opa, cache)] == [said]
