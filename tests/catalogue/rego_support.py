"""What the tests of the catalogue share: the frame of a pack, and reads as short lines."""

from __future__ import annotations

from collections.abc import Callable

from auditor.catalogue.reads import Derived
from auditor.model import pointer

DENY = """# METADATA
# title: The three words
package lib.deny

found(resource, path, message) := at("found", resource, path, message)

absent(resource, path, message) := at("absent", resource, path, message)

missing(resource, path, message) := at("missing", resource, path, message)

at(kind, resource, path, message) := {
	"kind": kind,
	"type": resource.type,
	"id": resource.id,
	"path": path,
	"message": message,
}

with_evidence(denial, evidence) := object.union(denial, {"evidence": evidence})
"""

Deriving = Callable[..., Derived]


def lines_of(derived: Derived) -> set[str]:
    """`needs /A` for a read of the subject, `needs BucketPolicy/A` (or `... owned`) for one of another resource."""
    return {
        f"{access.sign} {'' if access.subject else access.type.split('::')[-1]}{pointer(access.path) or '[]'}"
        + (" owned" if access.owned else "")
        for access in derived.accesses
    }
