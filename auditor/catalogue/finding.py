"""What is to say about a policy's source."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Something the analysis of reads cannot follow or its lint refuses. `fatal`: an error in every pack.

    `line` and `column` count from 1.
    """

    message: str
    file: str
    line: int
    column: int
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"
