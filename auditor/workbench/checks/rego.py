"""What OPA itself says of the files: do they compile under the schema, are they formatted, do their tests pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.engine.tools import Coverage, OpaTools
from auditor.errors import PackError
from auditor.workbench import schemas
from auditor.workbench.failure import Failure, parsed

COMPILE, FORMAT, TEST, COVERAGE = "compile", "format", "rego test", "coverage"


def compiled(files: Sequence[str], tools: OpaTools, cache: Path) -> Iterator[Failure]:
    """The strict check of all files together, under the schema of the types that they name."""
    texts = [Path(file).read_text(encoding="utf-8", errors="replace") for file in files]
    schema = schemas.schema_file(schemas.mentioned(texts), cache)
    try:
        tools.check(files, str(schema))
    except PackError as error:
        for failure in parsed(str(error), COMPILE, broken=False):  # without the schema they compile
            yield msgspec.structs.replace(failure, message=_spelt(failure.message))


def formatted(files: Sequence[str], tools: OpaTools) -> Iterator[Failure]:
    try:
        changed = tools.unformatted(files)
    except PackError as error:
        yield from parsed(str(error), FORMAT)
        return
    for file in changed:
        yield Failure(FORMAT, f"is not formatted: opa fmt --write {file}", file=file, line=1)


def tested(files: Sequence[str], tests: Sequence[str], tools: OpaTools) -> Iterator[Failure]:
    """The tests of a policy on their own: a folder without any is a failure too."""
    own = {str(Path(test)) for test in tests}
    try:
        results = tools.test([*files, *tests])
    except PackError as error:
        yield from parsed(str(error), TEST)
        return
    run = [result for result in results if str(Path(result.file)) in own]
    for result in run:
        if result.outcome in ("fail", "error"):
            cases = f" (cases {', '.join(result.failed_cases)})" if result.failed_cases else ""
            message = f"{result.name} {'failed' if result.outcome == 'fail' else 'ended with an error'}{cases}"
            yield Failure(
                TEST,
                f"{message}: {result.message}" if result.message else message,
                file=result.file,
                line=result.line,
                case=result.name,
            )
    for test in sorted(own - {str(Path(result.file)) for result in run}):
        yield Failure(TEST, "holds no test: write a rule whose name starts with test_", file=test, line=1)


def uncovered(policy_file: str, coverage: Sequence[Coverage], threshold: float) -> Iterator[Failure]:
    """The lines of a policy that its own tests do not reach, where they reach less than the threshold."""
    for one in coverage:
        if Path(one.file) == Path(policy_file) and one.percent < threshold:
            lines = ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in one.uncovered)
            message = f"{one.percent:g} % covered, {threshold:g} % wanted; not covered: lines {lines}"
            yield Failure(COVERAGE, message, file=policy_file, line=one.uncovered[0][0] if one.uncovered else 1)


def _spelt(message: str) -> str:
    """For a type that nobody knows OPA lists 1,800: the nearest is enough."""
    prefix = 'undefined ref: input.resources["'
    if not message.startswith(prefix):
        return message
    name, _, rest = message.removeprefix(prefix).partition('"]')
    if schemas.is_known(name):
        return message
    return f'there is no resource type "{name}"{schemas.nearest_type(name)}'
