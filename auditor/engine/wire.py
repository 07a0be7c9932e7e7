"""What goes to OPA and what comes back: `POST /v1/data/main/report` (OPA REST API, "Get a Document (with Input)").

The answer's `result` holds per policy key its denials; a key that did not run is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from auditor.errors import EngineError
from auditor.model import Denial, Evidence, Json, Path, Word

QUERY = "data/main/report"


class Shard(msgspec.Struct, frozen=True):
    """The encoded input of one evaluation; see `model.Engine.evaluate`."""

    resources: bytes
    parameters: bytes
    taken_at: str

    def body(self, keys: Sequence[str]) -> bytes:
        named, taken_at = msgspec.json.encode(keys), msgspec.json.encode(self.taken_at)
        return b'{"input":{"policies":%b,"resources":%b,"parameters":%b,"taken_at":%b}}' % (
            named,
            self.resources,
            self.parameters,
            taken_at,
        )


PROBE = Shard(b"{}", b"{}", "").body(())


class Bundle(msgspec.Struct, frozen=True):
    revision: str = ""


class Provenance(msgspec.Struct, frozen=True):
    """Who answered: OPA's version and the revision of each bundle that it holds (`provenance=true`)."""

    version: str
    bundles: dict[str, Bundle] = {}


class Answer(msgspec.Struct, frozen=True):
    """Per key the still encoded denials; `nanoseconds` is OPA's own timer of the evaluation."""

    result: dict[str, msgspec.Raw] | None = None
    metrics: dict[str, Json] = {}
    provenance: Provenance | None = None

    @property
    def nanoseconds(self) -> int:
        return int(self.metrics.get("timer_rego_query_eval_ns", 0))


class _Place(msgspec.Struct, frozen=True):
    file: str = ""
    row: int = 0
    col: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.col}"


class _Frame(msgspec.Struct, frozen=True):
    location: _Place = _Place()


class _Error(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""
    location: _Place = _Place()
    stack_trace: tuple[_Frame, ...] = ()

    def __str__(self) -> str:
        calls = [
            str(frame.location) for frame in self.stack_trace if frame.location.file not in ("", self.location.file)
        ]
        # the last call is the entry point's, which calls every policy
        via = f" (called from {', '.join(calls[:-1])})" if len(calls) > 1 else ""
        return f"{self.location}: {self.code}: {self.message}{via}"


class Refusal(msgspec.Struct, frozen=True):
    """The body of an answer that is no 200."""

    code: str = ""
    message: str = ""
    errors: tuple[_Error, ...] = ()

    def culprit(self, keys: Sequence[str]) -> str | None:
        """The policy among `keys` that failed: the innermost file of the trace that is a policy's, `<key>.rego`."""
        stems = (PurePosixPath(frame.location.file).stem for error in self.errors for frame in error.stack_trace)
        return next((stem for stem in stems if stem in keys), None)

    def text(self) -> str:
        """OPA's own words with file, line and column; of a failing helper also the calls that led there."""
        return "; ".join(map(str, self.errors)) or f"{self.code}: {self.message}"


class TimedOut(Exception):
    """No answer within the limit; closing the connection has cancelled the evaluation."""


class Died(Exception):
    """The connection broke: the server is gone."""


class Refused(Exception):
    """HTTP 500: the evaluation failed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text())
        self.refusal = refusal


# The same shapes as in the model, but a key that nobody knows (a misspelt `evidence`) is refused.
class _Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    pointer: str


class _Denial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Word
    type: str
    id: str
    path: Path
    message: str
    evidence: _Evidence | None = None


_answer = msgspec.json.Decoder(Answer)
_refusal = msgspec.json.Decoder(Refusal)
_denials = msgspec.json.Decoder(tuple[_Denial, ...])


def answer(content: bytes, server: str) -> Answer:
    """The decoded 200; EngineError if it is not the answer of an OPA."""
    try:
        return _answer.decode(content)
    except msgspec.DecodeError as error:
        raise EngineError(f"{server} did not answer as OPA does: {error}") from error


def refusal(content: bytes) -> Refusal:
    """The decoded error; an empty one where it is not OPA's."""
    try:
        return _refusal.decode(content)
    except msgspec.DecodeError:
        return Refusal()


def result(answer: Answer) -> dict[str, msgspec.Raw]:
    """Per key its denials, still encoded; EngineError where the entry point is not loaded."""
    if answer.result is None:
        raise EngineError("OPA has no data.main.report: the pack's entry point (main/main.rego) is not loaded")
    return answer.result


def denials(content: msgspec.Raw) -> tuple[Denial, ...]:
    """The denials of one policy; ValidationError where they do not have the shape of `lib.deny`."""
    return tuple(map(_denial, _denials.decode(content)))


def _denial(seen: _Denial) -> Denial:
    evidence = Evidence(seen.evidence.id, seen.evidence.pointer) if seen.evidence else None
    return Denial(seen.kind, seen.type, seen.id, seen.path, seen.message, evidence)
