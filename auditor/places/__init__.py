"""The files with which the gate stands in a place: a table, and the files beside it, ready to copy.

In each of them `https://github.com/OWNER/auditor` and `REV` say where the tool itself comes from.
"""

from __future__ import annotations

import re
from importlib import resources

import msgspec

from auditor.errors import UsageError


class Place(msgspec.Struct, frozen=True):
    """`file`: here; `target`: in a repository; `then`: what is left to do there."""

    file: str
    target: str
    then: str = ""


PLACES = {
    "github": Place("github.yml", ".github/workflows/auditor.yml"),
    "gitlab": Place(
        "gitlab.yml",
        ".gitlab/auditor.gitlab-ci.yml",
        "add to .gitlab-ci.yml: include: [{local: .gitlab/auditor.gitlab-ci.yml}]",
    ),
    "pre-commit": Place("pre-commit.yaml", ".pre-commit-config.yaml", "run: pre-commit install"),
    "jenkins": Place("Jenkinsfile", "Jenkinsfile"),
    "codebuild": Place("buildspec.yml", "buildspec.yml"),
}
CONFIGURATION = Place("auditor.toml", "auditor.toml")

_URL = "https://github.com/OWNER/auditor"
_ACTION = "uses: OWNER/auditor@REV"
_SOURCE = re.compile(r"(?P<url>(?:https|ssh)://[\w.:@-]*?[\w.-]+(?::\d+)?/[\w./~-]+)@(?P<rev>[\w./-]+)")
_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def text_of(place: Place) -> str:
    return (resources.files(__name__) / place.file).read_text(encoding="utf-8")


def written(place: Place, source: str) -> str:
    """The file for a tool that comes from `source`, URL@REV of its git repository. UsageError for another form."""
    match = _SOURCE.fullmatch(source)
    if match is None:
        raise UsageError(f"--source {source}: write it as URL@REV, such as https://github.com/OWNER/auditor@v1.0.0")
    url, rev = match["url"], match["rev"]
    text = text_of(place)
    if _ACTION in text:
        action = _GITHUB.fullmatch(url)
        if action is None:
            raise UsageError(f"--source {source}: GitHub takes an action only from https://github.com/OWNER/NAME")
        text = text.replace(_ACTION, f"uses: {action[1]}@{rev}")
    return text.replace(f"{_URL}@REV", f"{url}@{rev}").replace(_URL, url).replace("rev: REV", f"rev: {rev}")
