"""One module per format, each with `render(report, decision, options, out)`; the table below is all there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from auditor.model import Decision, Report
from auditor.render import console, json, sarif
from auditor.render.options import RenderOptions

Renderer = Callable[[Report, Decision, RenderOptions, IO[str]], None]

FORMATS: Mapping[str, Renderer] = {
    "console": console.render,
    "json": json.render,
    "sarif": sarif.render,
    "summary": console.render_summary,
}

__all__ = ["FORMATS", "RenderOptions", "Renderer"]
