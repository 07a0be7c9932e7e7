"""One module per format, each with `render(report, decision, options, out)`; the table below is all there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from auditor.model import Decision, Report
from auditor.render import closing, console, json, sarif
from auditor.render.options import RenderOptions

Renderer = Callable[[Report, Decision, RenderOptions, IO[str]], None]

FORMATS: Mapping[str, Renderer] = {
    "console": console.render,
    "json": json.render,
    "sarif": sarif.render,
}

# What goes to standard error beside a format on standard output; nobody asks for it by name.
SUMMARY: Renderer = closing.render

__all__ = ["FORMATS", "SUMMARY", "RenderOptions", "Renderer"]
