"""One module per format, each with `render(report, decision, options, out)`; the table below is all there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from auditor.model import Decision, Report
from auditor.render import (
    asff,
    closing,
    console,
    csv,
    github,
    github_summary,
    gitlab_codequality,
    gitlab_sast,
    html,
    json,
    junit,
    markdown,
    ocsf,
    sarif,
)
from auditor.render.options import RenderOptions

Renderer = Callable[[Report, Decision, RenderOptions, IO[str]], None]

FORMATS: Mapping[str, Renderer] = {
    "console": console.render,
    "json": json.render,
    "sarif": sarif.render,
    "html": html.render,
    "markdown": markdown.render,
    "csv": csv.render,
    "junit": junit.render,
    "github": github.render,
    "github-summary": github_summary.render,
    "gitlab-codequality": gitlab_codequality.render,
    "gitlab-sast": gitlab_sast.render,
    "asff": asff.render,
    "ocsf": ocsf.render,
}

# Their readers know accounts only: a template has no account, and often no region.
LIVE_ONLY = frozenset({"asff", "ocsf"})

# What goes to standard error beside a format on standard output; nobody asks for it by name.
SUMMARY: Renderer = closing.render

__all__ = ["FORMATS", "LIVE_ONLY", "SUMMARY", "RenderOptions", "Renderer"]
