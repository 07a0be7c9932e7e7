"""The file itself: data that cannot break out, a page that allows only its own code, no secret, no missing number."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hostile import ACCOUNTS, EMPTY, NAMES, SIMPLE, TEMPLATES
from rendering import rendered
from reports import failed, finding, location, report, undecided

from auditor.model import Report

REPORTS = pytest.mark.parametrize(
    "made", [EMPTY, SIMPLE, TEMPLATES, ACCOUNTS], ids=["empty", "simple", "templates", "accounts"]
)


class Parts(HTMLParser):
    """The elements, and what stands in script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.code: list[tuple[str, dict[str, str | None], str]] = []
        self.meta: dict[str | None, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "meta":
            self.meta[given.get("http-equiv")] = given.get("content")
        assert not any(name.startswith("on") or name in ("src", "style", "srcset") for name in given)
        if tag in ("script", "style"):
            self.code.append((tag, given, ""))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("script", "style") and self.code:
            tag, given, text = self.code[-1]
            self.code[-1] = (tag, given, text + data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append("/" + tag)


def data(made: Report, **options: Any) -> dict[str, Any]:
    parts = Parts(rendered("html", made, **options))
    (text,) = [text for _, given, text in parts.code if given.get("type") == "application/json"]
    found: dict[str, Any] = json.loads(text)
    return found


@REPORTS
def test_names_add_no_element_and_only_the_pages_own_code_may_run(made: Report) -> None:
    parts, plain = Parts(rendered("html", made)), Parts(rendered("html", EMPTY))
    outside = {"div", "dd", "dt", "li", "/div", "/dd", "/dt", "/li"}  # totals and reasons
    assert [tag for tag in parts.tags if tag not in outside] == [tag for tag in plain.tags if tag not in outside]
    policy = parts.meta["Content-Security-Policy"]
    assert policy is not None and "unsafe" not in policy and policy.startswith("default-src 'none';")
    for tag, given, text in parts.code:
        if given.get("type") != "application/json":
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy


@REPORTS
def test_every_verdict_is_in_the_page(made: Report) -> None:
    assert [row["status"] for row in data(made)["verdicts"]] == [verdict.status.value for verdict in made.verdicts]


def test_nothing_is_fetched_from_anywhere() -> None:
    page = rendered("html", EMPTY)
    assert not re.search(r"https?://(?!docs\.aws|www\.w3\.org/2000/svg)", page)
    assert "url(" not in page and "@import" not in page


def test_names_are_told_as_they_are() -> None:
    told = {row.get("name") for row in data(ACCOUNTS)["verdicts"]}
    assert {name for name in NAMES if name.isprintable() and name.isascii() and name} <= told


def test_source_lines_are_shown_and_secrets_are_blotted_out() -> None:
    lines = {3: "    Flag: off", 9: "    Password: hunter2"}
    secret = finding(path=("Password",), location=location(9, 5, width=8), secret=True, message="a credential")
    made = report(failed(), failed(secret), failed(finding(location=location(9, 5, width=17))))
    page = data(made, source_line=lambda file, line: lines.get(line))
    first, second, third = [row["findings"][0]["source"] for row in page["verdicts"]]
    assert [text for _, text, _ in first] == ["Flag: off", "^^^^"]
    assert "hunter2" not in json.dumps(page)
    assert second[0][1] == third[0][1] == "Password: ********"


def test_a_denied_call_names_its_permission_and_other_gaps_do_not() -> None:
    permissions = {gap.get("permission") for row in data(ACCOUNTS)["verdicts"] for gap in row.get("gaps", ())}
    assert all(each is None or each.startswith("s3:GetBucketPolicy") for each in permissions)
    ((gap,),) = [row["gaps"] for row in data(report(undecided()))["verdicts"]]
    assert "permission" not in gap and gap["reason"] == "unresolved"
