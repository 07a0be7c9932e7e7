"""The ARNs of the resources that a policy guards, as far as they are seen, and the symbols that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from auditor.facts.base import View
from auditor.facts.iam.text import Item, Parts, as_text, holes, is_arn, item, parts_of
from auditor.model import Hidden, Hole, Json, Text

_PARTITION = re.compile(r"^arn:aws[a-z-]*:")
_QUEUE_URL = re.compile(r"https://(?:sqs\.([^/]+?)|([^/]+?)\.queue)\.amazonaws\.com(?:\.cn)?/([^/]*)/(.*)")


def in_one_partition(pattern: Item) -> Item:
    """The ARN in partition `aws`: a policy names only resources of the partition that it is in."""
    if isinstance(pattern, str):
        return _PARTITION.sub("arn:aws:", pattern)
    if isinstance(pattern, Text) and isinstance(pattern.parts[0], str):
        first = _PARTITION.sub("arn:aws:", pattern.parts[0])
        return msgspec.structs.replace(pattern, parts=(first, *pattern.parts[1:]))
    return pattern


def bucket_arn(bucket: Json) -> str | Text:
    """`arn:aws:s3:::` and the name that a bucket policy's `Bucket` holds."""
    return as_text(("arn:aws:s3:::", *_name(bucket)))


def _name(value: Json) -> Parts:
    known = item(value)
    if isinstance(known, str | Text):
        return parts_of(known)
    return (Hole(known.symbol if known and known.symbol else "\0name", "name"),)


def queue_arn(queue: Json) -> str | Text:
    """The ARN of the queue that a URL, or the symbol of a declared queue, names."""
    parts = _name(queue)
    if len(parts) == 1 and isinstance(parts[0], Hole):
        return named(f"⟨{parts[0].symbol}.Arn⟩")
    match = _QUEUE_URL.fullmatch(str(as_text(parts)))
    if match is None:
        return as_text((Hole("\0queue"),))
    found = item(f"arn:aws:sqs:{match[1] or match[2]}:{match[3]}:{match[4]}")
    return found if isinstance(found, str | Text) else as_text((Hole("\0queue"),))


def named(value: Json) -> str | Text:
    """An ARN that a property holds."""
    known = in_one_partition(item(value) or "")
    return as_text((Hole(known.symbol or "\0arn"),)) if isinstance(known, Hidden) else known


def identities(arn: str | Text, patterns: Iterable[Item] = (), view: View | None = None) -> dict[str, Parts]:
    """What the symbol of a resource's ARN stands for, so that `!Sub "${Bucket.Arn}/*"` names a bucket's objects.

    With a view, a bucket whose name is seen is found by the symbol of its ARN too, if the patterns hold any.
    """
    name, rest = parts_of(arn)[1:], _after_arn(arn)
    found: dict[str, Parts] = {}
    if len(name) == 1 and isinstance(name[0], Hole) and not is_arn(name[0]):
        found[f"{name[0].symbol}.Arn"] = rest
    if view and any(symbol.endswith(".Arn") for symbol in holes(patterns) - found.keys()):
        for other in view.related("AWS::S3::Bucket"):
            if bucket_arn(other.name) == arn:
                symbol = item(other.arn)
                found.update(dict.fromkeys(holes((symbol,) if symbol else ()), rest))
    return found


def _after_arn(arn: str | Text) -> Parts:
    first, *others = parts_of(arn)
    return (first.removeprefix("arn:") if isinstance(first, str) else first, *others)
