"""The page in a real browser: search, filters, keyboard, narrow, dark, on paper, hostile names, 10,000 rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from browser import Page, chromium
from hostile import ACCOUNTS, EMPTY, NAMES, TEMPLATES
from rendering import rendered
from reports import BROKEN, LIVE, UNSEEN, failed, finding, location, reference, report, undecided, unset
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from auditor.model import Gap, Header, Reason, Report, ResourceRef, Severity, Status, Verdict

Show = Callable[[Report], Page]

LONG = "a-name-without-any-place-to-break-it-" * 12
DENIED = Gap("111122223333", "eu-west-1", "AWS::S3::Bucket", LIVE.id, ("Policy",), Reason.DENIED, "s3:GetBucketPolicy")
MIXED = report(
    failed(finding(location=location(7)), severity=Severity.LOW, resource=reference("Logs")),
    failed(finding("anybody may read it"), severity=Severity.CRITICAL, resource=reference("Photos", "b.yaml")),
    undecided(unset("Name"), resource=reference("Work")),
    undecided(DENIED, resource=LIVE, location=None),
    undecided(resource=None, location=None, population=UNSEEN),
    Verdict("bucket-low", Severity.LOW, Status.WAIVED, resource=LIVE, findings=(finding(),), reason="known until May"),
    failed(finding(LONG, path=(LONG,)), resource=msgspec.structs.replace(reference(), name=LONG, id=f"{LONG}#{LONG}")),
    problems=(BROKEN,),
    notes=(LONG,),
)


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    with chromium() as started:
        yield started


@pytest.fixture
def show(driver: webdriver.Chrome, tmp_path: Path) -> Show:
    """A report in the browser; what the browser complains of at the end fails the test."""

    def show(made: Report) -> Page:
        (tmp_path / "report.html").write_text(rendered("html", made), encoding="utf-8")
        return Page(driver, tmp_path / "report.html")

    return show


@pytest.mark.parametrize(
    "made", [EMPTY, MIXED, TEMPLATES, ACCOUNTS], ids=["empty", "mixed", "hostile-templates", "hostile-accounts"]
)
def test_it_runs_without_complaint_fetches_nothing_and_runs_nothing_else(show: Show, made: Report) -> None:
    page = show(made)
    for button in page.all("#statuses button[aria-pressed=false]"):
        button.click()
    page.open_all()
    assert len(page.rows()) == min(100, sum(1 for _ in made.verdicts))
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    assert page.run("return document.querySelectorAll('script, img, iframe, main style, object').length") == 2
    assert page.complaints() == []


def test_hostile_names_are_shown_as_text(show: Show) -> None:
    page = show(TEMPLATES)
    said = page.run("return document.getElementById('list').textContent")
    assert NAMES[0] in said and NAMES[5] in said


def test_search_narrows_by_every_word_and_says_how_many_are_left(show: Show) -> None:
    page = show(MIXED)
    page.expect("6 of 7 verdicts")
    page.one("#search").send_keys("photos CRITICAL")
    page.expect("1 of 7 verdicts")
    assert page.rows() == ["critical Buckets are critical Photos app.yaml:3"]
    page.one("#search").send_keys(" nowhere")
    page.expect("0 of 7 verdicts")
    page.one("#clear").click()
    page.expect("6 of 7 verdicts")
    assert page.one("#search").get_attribute("value") == ""


def test_what_is_searched_includes_messages_paths_gaps_and_controls(show: Show) -> None:
    page = show(MIXED)
    for words, left in (("anybody may", 1), ("s3:getbucketpolicy", 1), ("cis_aws_7_0 2.1", 6), ("parameter name", 2)):
        page.one("#search").clear()
        page.one("#search").send_keys(words)
        page.expect(f"{left} of 7 verdicts")


def test_verdicts_are_chosen_by_status_and_waived_ones_wait_until_asked_for(show: Show) -> None:
    page = show(MIXED)
    buttons = {button.text: button for button in page.all("#statuses button")}
    assert list(buttons) == ["FAIL 3", "UNKNOWN 3", "WAIVED 1"]
    buttons["FAIL 3"].click()
    page.expect("3 of 7 verdicts")
    assert all(" UNKNOWN " in row for row in page.rows())
    buttons["WAIVED 1"].click()
    page.expect("4 of 7 verdicts")
    assert buttons["FAIL 3"].get_attribute("aria-pressed") == "false"


def test_a_bar_filters_and_filters_no_more_when_pressed_again(show: Show) -> None:
    page = show(MIXED)
    bar = page.one("[data-filter=severity][data-value=critical]")
    assert bar.get_attribute("aria-label") == "critical: 1 FAIL, 0 UNKNOWN"
    bar.click()
    page.expect("1 of 7 verdicts")
    assert (bar.get_attribute("aria-pressed"), page.one("#severity").get_attribute("value")) == ("true", "critical")
    bar.click()
    page.expect("6 of 7 verdicts")
    page.run("const s = arguments[0]; s.value = 'low'; s.dispatchEvent(new Event('change'))", page.one("#severity"))
    page.expect("1 of 7 verdicts")


def test_charts_count_by_severity_service_place_and_framework(show: Show) -> None:
    page = show(ACCOUNTS)
    titles = [caption.text for caption in page.all("figcaption")]
    assert titles == ["By severity", "By service", "By account", "By framework"]
    size = len(NAMES)
    counted = page.one("[data-filter=service][data-value=S3]").get_attribute("aria-label")
    assert counted == f"S3: {size + 1} FAIL, {2 * size + 1} UNKNOWN"
    assert [each.text for each in show(MIXED).all("figcaption")][2] == "By template"


def test_a_finding_opens_by_keyboard_and_says_why_how_and_where(show: Show) -> None:
    page = show(MIXED)
    page.press("/")
    assert page.driver.switch_to.active_element.get_attribute("id") == "search"
    page.press(Keys.ARROW_DOWN)
    page.press(Keys.ENTER)
    body = page.one("#list details[open] .body").text
    for part in ("anybody may read it", "app.yaml:3 /Flag", "What must hold. On two lines.", "Second paragraph."):
        assert part in body
    assert '"Flag": true' in body and "aws s3api fix" in body and "cis_aws_7_0 2.1" in body
    page.press(Keys.ARROW_DOWN)
    page.press(Keys.SPACE)
    assert len(page.all("#list details[open]")) == 2
    page.press(Keys.ARROW_UP)
    page.press(Keys.ENTER)
    assert len(page.all("#list details[open]")) == 1
    page.one("#search").send_keys("photos")
    page.expect("1 of 7 verdicts")
    page.press(Keys.ESCAPE)
    page.expect("6 of 7 verdicts")


def test_what_is_not_decided_names_the_gap_and_the_missing_permission(show: Show) -> None:
    page = show(MIXED)
    page.one("#search").send_keys("s3:GetBucketPolicy")
    page.expect("1 of 7 verdicts")
    body = page.open().text
    assert "UNKNOWN" in page.rows()[0]
    assert "Missing permission\ns3:GetBucketPolicy" in body
    assert "Not seen\ndenied" in body


def test_what_was_not_judged_and_why_things_are_not_decided_stand_above(show: Show) -> None:
    page = show(MIXED)
    assert page.one(".aside.problems").text == (
        "1 thing could not be judged\nbro ken.yaml could not be judged: not valid YAML"
    )
    page.one(".aside.causes summary").click()
    assert "parameter Name has no value → --parameter Name=..." in page.one(".aside.causes").text


@pytest.mark.parametrize("width", [320, 400, 1280])
@pytest.mark.parametrize("made", [MIXED, TEMPLATES], ids=["mixed", "hostile"])
def test_nothing_makes_the_page_wider_than_the_window(show: Show, made: Report, width: int) -> None:
    page = show(made)
    page.wide(width)
    page.open_all()
    assert page.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(show: Show, scheme: str) -> None:
    """Names of controls, roles, order of headings, contrast: https://github.com/dequelabs/axe-core"""
    page = show(MIXED)
    page.media(prefers_color_scheme=scheme)
    page.all("#statuses button")[-1].click()
    page.open_all()
    assert page.accessibility() == []


def test_dark_is_dark_and_light_is_light(show: Show) -> None:
    page = show(MIXED)
    script = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + Number(b), 0)"
    page.media(prefers_color_scheme="dark")
    assert page.run(script) < 150
    page.media(prefers_color_scheme="light")
    assert page.run(script) > 600


def many(size: int) -> Report:
    def about(number: int) -> ResourceRef:
        return msgspec.structs.replace(LIVE, id=f"arn:aws:s3:::bucket-{number:05}", name=f"bucket-{number:05}")

    verdicts = [
        failed(resource=about(number), location=None, severity=list(Severity)[number % 4])
        if number % 5
        else undecided(DENIED, resource=about(number), location=None)
        for number in range(size)
    ]
    return report(*verdicts, header=Header("2026-11-22T20:00:00Z", "live", ("111122223333",)))


def test_ten_thousand_findings_are_all_there_and_few_are_drawn(show: Show) -> None:
    page = show(many(10_000))
    page.expect("10,000 verdicts")
    assert len(page.rows()) <= 200
    page.one("#search").send_keys("bucket-09876")
    page.expect("1 of 10,000 verdicts")
    assert "bucket-09876" in page.rows()[0]
    page.press(Keys.ESCAPE)
    page.expect("10,000 verdicts")
    before = len(page.rows())
    page.run("document.getElementById('more').scrollIntoView()")
    page.driver.implicitly_wait(0)
    for _ in range(100):
        if len(page.rows()) > before:
            break
        page.run("document.getElementById('more').scrollIntoView()")
    assert before < len(page.rows()) < 10_000
    assert page.complaints() == []


def test_paper_has_the_first_500_and_says_how_many_it_has_not(show: Show) -> None:
    page = show(many(700))
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert len(page.rows()) == 500
    assert page.one("#more").text == "200 more are not printed"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not page.one("#filters").is_displayed()
    assert page.one("h1").is_displayed() and page.one("#list summary").is_displayed()
