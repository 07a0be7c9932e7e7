"""Verdicts on disk, so that a report of a million of them needs no more memory than one of ten."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

import msgspec

from auditor.errors import OutputError
from auditor.model import Verdict

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Verdict)
_LENGTH = 4


class Spool:
    """Append with `add`; iterate any number of times. The file has no name and goes with the process."""

    def __init__(self) -> None:
        file = tempfile.TemporaryFile("wb", 1 << 18, prefix="auditor-")  # noqa: SIM115 - as long as the report
        self._file: IO[bytes] = file
        weakref.finalize(self, file.close)

    def add(self, verdict: Verdict) -> None:
        record = _ENCODER.encode(verdict)
        try:
            self._file.write(len(record).to_bytes(_LENGTH, "big") + record)
        except OSError as error:
            raise _full(error) from error

    def __iter__(self) -> Iterator[Verdict]:
        try:
            self._file.flush()
        except OSError as error:
            raise _full(error) from error
        offset, file = 0, self._file.fileno()
        while head := os.pread(file, _LENGTH, offset):
            size = int.from_bytes(head, "big")
            yield _DECODER.decode(os.pread(file, size, offset + _LENGTH))
            offset += _LENGTH + size


def _full(error: OSError) -> OutputError:
    place = tempfile.gettempdir()
    return OutputError(f"cannot keep verdicts in {place}: {error.strerror}; free space there or set TMPDIR")
