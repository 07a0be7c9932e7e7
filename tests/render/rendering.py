"""One report in one format, as text."""

from __future__ import annotations

import io
from typing import Any

from reports import decided

from auditor.model import Report
from auditor.render import FORMATS, RenderOptions


def rendered(format: str, report: Report, **options: Any) -> str:
    """As it reaches a file: what UTF-8 cannot hold is an error here too."""
    out = io.StringIO()
    FORMATS[format](report, decided(report), RenderOptions(**options), out)
    out.getvalue().encode()
    return out.getvalue()
