"""JUnit, read back by junitparser: what is not decided never counts as passed."""

from __future__ import annotations

import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from junitparser import Error, Failure, JUnitXml, Skipped
from rendering import rendered
from reports import BROKEN, failed, finding, location, reference, report, undecided

from auditor.model import Report, Severity


def suites(made: Report) -> JUnitXml:
    return JUnitXml.fromstring(rendered("junit", made).encode())


@pytest.mark.parametrize("made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"])
def test_the_counts_that_are_told_are_those_of_the_cases(made: Report) -> None:
    read = suites(made)
    told = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in read]
    total = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()
    assert told == [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in read]
    assert total == (read.tests, read.failures, read.errors, read.skipped)


def test_each_verdict_is_a_case_of_its_kind() -> None:
    size = len(NAMES)
    results = [result for suite in suites(TEMPLATES) for case in suite for result in case.result or [None]]
    kinds = [type(result) for result in results]
    assert kinds.count(Failure) == size
    assert kinds.count(Error) == 2 * size + 2 * size  # not decided, and what could not be judged
    assert kinds.count(Skipped) == 2 * size
    assert kinds.count(type(None)) == size


def test_a_case_names_the_policy_the_resource_and_the_place() -> None:
    (suite,) = suites(report(failed(finding(location=location(7)))))
    (case,) = suite
    (failure,) = case.result
    assert (suite.name, case.classname, case.name) == ("app.yaml", "bucket-high", "app.yaml#Logs")
    assert (failure.type, failure.message) == ("high", "the flag is off")
    assert failure.text.startswith("the flag is off (app.yaml:7, /Flag)\n\nFirst paragraph, on two lines.\n")


def test_what_is_not_decided_is_an_error_with_its_cause() -> None:
    (suite,) = suites(report(undecided()))
    (case,) = suite
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.message == "not decided: parameter Name has no value"


def test_a_suite_per_template_and_one_for_what_could_not_be_judged() -> None:
    made = report(
        failed(resource=reference(file="a.yaml")),
        failed(resource=reference(file="a.yaml"), severity=Severity.LOW),
        failed(resource=reference(file="b.yaml")),
        problems=(BROKEN,),
    )
    assert [(suite.name, suite.tests) for suite in suites(made)] == [
        ("a.yaml", 2),
        ("b.yaml", 1),
        ("could not be judged", 1),
    ]
