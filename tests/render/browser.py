"""A real Chromium without a window, for tests of the HTML report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1")


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """Its absence fails the test: nothing is skipped for lack of a browser."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.fail("no Chromium with its driver on PATH: apt-get install chromium chromium-driver (`make test` does)")
    options = Options()
    options.binary_location = browser
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, Service(driver, env={**os.environ, "SE_OFFLINE": "true"}))
    try:
        yield started
    finally:
        started.quit()


class Page:
    """The report in the browser, as a person has it before them."""

    def __init__(self, driver: webdriver.Chrome, file: Path) -> None:
        self.driver = driver
        self.wide(1280)
        self.media()
        driver.get(file.as_uri())
        driver.get_log("browser")  # type: ignore[no-untyped-call]
        driver.refresh()

    def wide(self, width: int) -> None:
        given = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", given)

    def media(self, **features: str) -> None:
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)  # type: ignore[no-untyped-call]

    def press(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def count(self) -> str:
        return self.one("#count").text

    def expect(self, count: str) -> None:
        """Waits for what is typed to be taken up."""
        WebDriverWait(self.driver, 30, poll_frequency=0.02).until(
            lambda _: self.count() == count, f"{self.count()}, not {count}"
        )

    def rows(self) -> list[str]:
        """The drawn rows, each on one line."""
        return [
            " ".join(row.split())
            for row in self.run("return [...document.querySelectorAll('#list summary')].map(r => r.innerText)")
        ]

    def open(self, number: int = 0) -> WebElement:
        details = self.all("#list details")[number]
        self.run("arguments[0].open = true", details)
        WebDriverWait(self.driver, 30, poll_frequency=0.02).until(
            lambda _: details.find_elements(By.CSS_SELECTOR, ".told")
        )
        return details

    def open_all(self) -> None:
        self.run("for (const each of document.querySelectorAll('main details')) each.open = true")
        empty = "return document.querySelectorAll('#list .body:empty').length"
        WebDriverWait(self.driver, 30, poll_frequency=0.02).until(lambda _: self.run(empty) == 0)

    def accessibility(self) -> list[str]:
        """What axe-core finds: rule and element."""
        self.run(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
        found = self.driver.execute_async_script(  # type: ignore[no-untyped-call]
            "const done = arguments[0]; axe.run().then(result => done(result.violations))"
        )
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
