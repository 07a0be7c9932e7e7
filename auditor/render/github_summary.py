"""The summary of a step in GitHub Actions: the Markdown report with the room that a step has, 1 MiB.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from __future__ import annotations

from typing import IO

from auditor.model import Decision, Report
from auditor.render import markdown
from auditor.render.options import RenderOptions

LIMIT = 1 << 20


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    markdown.write(report, decision, options, out, LIMIT)
