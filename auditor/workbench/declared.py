"""What a policy declares to read beside what its Rego reads (`auditor policy reads`)."""

from __future__ import annotations

from pathlib import Path

from auditor.catalogue.reads import compare, declared, derive
from auditor.catalogue.reads import write as put
from auditor.model import Json, Pack, Policy, RegoTools


def check(policy: Policy, pack: Pack, tools: RegoTools, write: bool = False) -> list[str]:
    """The differences, one message each with file and line; `write` puts the derived reads into the metadata."""
    libraries = [tools.parse(file) for file in pack.modules if "/lib/" in Path(file).as_posix()]
    derived = derive(tools.parse(policy.file), libraries)
    annotations = tools.inspect([policy.file])
    custom: Json = next((row["annotations"].get("custom", {}) for row in annotations if "annotations" in row), {})
    messages = compare(derived, declared(custom.get("reads") or {}, policy.file))
    if messages and write:
        put(Path(policy.file), derived.accesses)
    return [f"{policy.id}: {message}" for message in messages]
