"""What an UNKNOWN of `iam.escalation` says: the calls, the role and the value that it hinges on."""

from __future__ import annotations

import pytest
from iam_documents import ACCOUNT, HIDDEN
from test_iam_escalation import ADMIN, CHIEF, ROOT, SERVICE, TAKES, allow, arn, person, view

from auditor.facts.iam.escalation import ESCALATION
from auditor.facts.iam.granted import USER
from auditor.model import Gap, Reason, Resource

NO_ROLES = Gap(ACCOUNT, None, "AWS::IAM::Role", None, (), Reason.DENIED, "iam:ListRoles")
MAKES = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
UNSEEN = "a role that is not seen here and that administers"


def told(*resources: Resource, gaps: tuple[Gap, ...] = (), is_closed: bool = True) -> str:
    scope = view(*resources, gaps=gaps, is_closed=is_closed)
    (unknown,) = ESCALATION.compute(next(one for one in scope.related(USER) if one.id == "alice"), scope).unknown
    return unknown.detail


def test_a_role_that_is_not_seen_and_what_is_passed_to() -> None:
    detail = told(person("alice", MAKES), gaps=(NO_ROLES,))
    assert "(iam:PassRole and lambda:CreateFunction and lambda:InvokeFunction)" in detail
    assert detail.endswith(f"if {UNSEEN} may be passed to {SERVICE}")


def test_what_may_run_and_is_not_read() -> None:
    detail = told(person("alice", allow("codebuild:StartBuild")), is_closed=False)
    assert "codebuild-002 (codebuild:StartBuild) if" in detail
    assert detail.endswith(f"a resource codebuild:project runs as {UNSEEN}")


def test_how_many_methods_there_are_beside_the_one_that_is_told() -> None:
    both = person("alice", allow(["codebuild:StartBuild", "codebuild:StartBuildBatch"]))
    assert " or 1 other method if " in told(both, is_closed=False)


@pytest.mark.parametrize(
    ("alice", "chief", "words"),
    [
        (person("alice", MAKES), person("chief", trust={"AWS": HIDDEN}, ManagedPolicyArns=[ADMIN]), "chief trusts"),
        (person("alice", TAKES | {"Condition": HIDDEN}), CHIEF, "may take chief and is let in"),
        (person("alice", allow("iam:PutUserPolicy", HIDDEN)), CHIEF, "allowed on itself"),
        (person("alice", HIDDEN), CHIEF, "whether alice may do everything already"),
    ],
)
def test_the_hidden_value_is_named_too(alice: Resource, chief: Resource, words: str) -> None:
    detail = told(alice, chief)
    assert words in detail
    assert detail.endswith(f": {HIDDEN.detail}")


def test_a_later_step_is_told_where_the_first_is_certain() -> None:
    step = person("app", TAKES | {"Condition": {"StringEquals": {"made:Up": "x"}}}, trust=ROOT)
    detail = told(person("alice", allow("sts:AssumeRole", arn("app"))), step, CHIEF)
    assert detail.startswith("app can become an administrator by sts-001 (sts:AssumeRole)")
