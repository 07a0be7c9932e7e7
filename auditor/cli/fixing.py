"""`scan --fix` and `--diff`: what policies say how to mend is edited, judged again, and only then written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from auditor.cli.adopting import Adoption, first_of
from auditor.cli.outputs import Target
from auditor.cli.replace import replace
from auditor.errors import OutputError, UsageError
from auditor.model import Problem, Report, Status, Verdict
from auditor.pipeline import Disposition
from auditor.remedy.difference import unified
from auditor.remedy.edit import Edited, edit
from auditor.remedy.wish import Refused, Wish, wish_of
from auditor.sources.template.decode import text_of
from auditor.sources.template.find import STDIN, read
from auditor.sources.template.schemas import schema_of

Key = tuple[str, str]  # policy, id of the resource
Again = Callable[[Mapping[str, bytes], Disposition], tuple[Adoption, Report]]


class Fixing:
    """One run's fixes. `writes`: the files are edited; else `diff` says what would be."""

    def __init__(self, writes: bool) -> None:
        self._writes = writes
        self.diff: str | None = None
        self._refused: dict[Key, str] = {}

    def check(self, targets: Sequence[Target]) -> None:
        """UsageError where a report would mix with the diff."""
        if not self._writes and (mixed := next((each for each in targets if each.file is None), None)):
            raise UsageError(f"-o {mixed.format}: --diff writes to standard output; name a file: {mixed.format}=FILE")

    def applied(
        self, adoption: Adoption, report: Report, roots: Mapping[str, tuple[str, str]], again: Again
    ) -> tuple[Adoption, Report]:
        """What the run ends with: the report of the edited files if they are written, else the one that it began with.

        `again` judges with other bytes in the place of files. OutputError where a file cannot be written. Nothing is
        written where the run is interrupted.
        """
        failed = (Status.FAIL, Status.WAIVED)
        before = {verdict_key(verdict) for verdict in report.verdicts if verdict.status in failed}
        before |= {(problem.message, problem.subject) for problem in report.problems}
        wishes, old = self._wishes(report, roots) if report.complete else [], dict[str, bytes]()
        edits: dict[str, Edited] = {}
        judged = adoption, report
        while wishes:
            edits = self._edits(wishes, old)
            wishes = [wish for each in edits.values() for wish in each.written]
            if not wishes:
                break
            watch = _Watch()
            judged = again({os.path.realpath(file): each.raw for file, each in edits.items()}, watch)
            if not judged[1].complete:
                wishes, report = [], msgspec.structs.replace(report, complete=False)
                break
            taken_back = {wish.key: why for wish in wishes if (why := watch.against(wish, before, judged[1]))}
            if not taken_back:
                break
            self._refused |= taken_back
            wishes = [wish for wish in wishes if wish.key not in taken_back]
        if not wishes:
            edits, judged = {}, (adoption, report)
        if self._writes:
            _write(edits, old)
        else:
            self.diff = "".join(piece for file, each in edits.items() for piece in _diff(file, old[file], each.raw))
            judged = adoption, report
        adoption, report = judged
        return adoption, msgspec.structs.replace(report, notes=(*self._notes(wishes), *report.notes))

    def _wishes(self, report: Report, roots: Mapping[str, tuple[str, str]]) -> list[Wish]:
        """Of what fails, in the baseline or not; what is waived has been taken out before."""
        policies = {policy.id: policy for policy in report.policies if policy.remediation.properties}
        found = []
        for verdict in report.verdicts:
            policy = policies.get(verdict.policy)
            if policy is None or verdict.status is not Status.FAIL or verdict.resource is None:
                continue
            try:
                wish = wish_of(verdict, policy, roots.get(verdict.resource.id))
                _refuse_unknown(wish)
            except Refused as error:
                self._refused[verdict_key(verdict)] = str(error)
            else:
                found.append(wish)
        return found

    def _edits(self, wishes: Sequence[Wish], old: dict[str, bytes]) -> dict[str, Edited]:
        """By file. `old` gets the bytes of each, once: later rounds start from the same."""
        by_file: dict[str, list[Wish]] = {}
        for wish in wishes:
            by_file.setdefault(wish.file, []).append(wish)
        edits = {}
        for file, some in by_file.items():
            raw = old[file] if file in old else read(file)
            if isinstance(raw, Problem):
                self._refused |= {wish.key: raw.message for wish in some}
                continue
            old[file] = raw
            edits[file] = edit(raw, some)
            self._refused |= edits[file].refused
        return {file: each for file, each in edits.items() if each.written}

    def _notes(self, fixed: Sequence[Wish]) -> Iterator[str]:
        done = "fixed" if self._writes else "to fix"
        files = len({wish.file for wish in fixed})
        if fixed or self._refused:
            yield f"{done}: {len(fixed):,} in {files:,} {'file' if files == 1 else 'files'}"
        yield from first_of([f"{done}: {wish.resource} ({wish.policy})" for wish in fixed])
        for wish in fixed:
            if replacing := _replacing(wish):
                yield f"{wish.resource}: CloudFormation replaces the resource when {replacing} changes"
        lines = [f"not fixed: {resource} ({policy}): {why}" for (policy, resource), why in self._refused.items()]
        yield from first_of(lines)


class _Watch:
    """Sees every verdict as the judge gives it."""

    def __init__(self) -> None:
        self._status: dict[Key, Status] = {}
        self._failed: dict[str, list[Verdict]] = {}

    def __call__(self, verdict: Verdict) -> Sequence[Verdict]:
        if verdict.resource is not None:
            self._status[verdict_key(verdict)] = verdict.status
            if verdict.status is Status.FAIL:
                self._failed.setdefault(verdict.resource.id, []).append(verdict)
        return (verdict,)

    def against(self, wish: Wish, before: set[Key], report: Report) -> str:
        """Why an edit has to be taken back; nothing if it holds. `before`: what failed, and what was wrong, before."""
        for problem in report.problems:
            if problem.subject == wish.file and (problem.message, problem.subject) not in before:
                return f"taken back: edited, {problem.message}"
        status = self._status.get(wish.key)
        if status is not Status.PASS:
            return f"taken back: edited, it is {status.value if status else 'not judged'}"
        for verdict in self._failed.get(wish.resource, ()):
            if verdict_key(verdict) not in before and _may_be_of(verdict, wish):
                return f"taken back: edited, it fails {verdict.policy}"
        return ""


def _may_be_of(verdict: Verdict, wish: Wish) -> bool:
    """Whether an edit may have made a FAIL: it wrote what is denied, or what is denied is not said by a property."""
    return any(not finding.path or finding.path[0] in wish.properties for finding in verdict.findings)


def verdict_key(verdict: Verdict) -> Key:
    return verdict.policy, verdict.resource.id if verdict.resource is not None else ""


def _refuse_unknown(wish: Wish) -> None:
    if wish.file == STDIN:
        raise Refused("standard input is no file")
    schema = schema_of(wish.type)
    for name in wish.properties:
        if schema is None or name not in schema.get("properties", {}):
            raise Refused(f"{wish.type} has no property {name}")


def _replacing(wish: Wish) -> str:
    """The property of a fix that cannot change on a resource that exists, as the type's schema says."""
    schema = schema_of(wish.type) or {}
    fixed = schema.get("createOnlyProperties", ())
    return next((name for name in wish.properties if f"/properties/{name}" in fixed), "")


def _write(edits: Mapping[str, Edited], old: Mapping[str, bytes]) -> None:
    refused = []
    for file, each in edits.items():
        try:
            if read(file) != old[file]:
                raise OutputError(f"{file} changed while it was judged: run it again")
            replace(file, each.raw)
        except OutputError as error:
            refused.append(str(error))
    if refused:
        raise OutputError("; ".join(refused))


def _diff(file: str, old: bytes, new: bytes) -> Iterator[str]:
    try:
        return unified(file, old.decode("utf-8"), new.decode("utf-8"))  # with its byte order mark, to be applied
    except UnicodeDecodeError:
        return unified(file, text_of(old), text_of(new))
