"""Where logs end, one step or several from what writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from auditor.facts.base import View
from auditor.facts.iam.logic import T, Truth, every
from auditor.facts.located import list_gaps
from auditor.model import Hidden


class End(msgspec.Struct, frozen=True):
    """`kind`: bucket, group or stream, "" for one that was not seen. `owner`: the account, None where not known.

    `complete`: whether everything that is written gets there. `cause`: why owner or completeness is not known. `id`
    and `place` are the resource and its property that lead there.
    """

    via: str
    kind: str
    name: str
    owner: str | None
    id: str
    place: str
    region: str = ""
    complete: Truth = T
    cause: Hidden | None = None


def behind(ends: Iterator[End], holds: Truth, cause: Hidden | None) -> Iterator[End]:
    """What follows a step of which it is not certain that all goes through."""
    for end in ends:
        complete = every((holds, end.complete))
        yield msgspec.structs.replace(end, complete=complete, cause=end.cause or (None if holds is T else cause))


def unseen(via: str, id: str, place: str, cause: Hidden) -> End:
    """An end that may be there."""
    return End(via, "", "", None, id, place, cause=cause)


def not_listed(
    view: View, account: str, region: str | None, types: Sequence[str], parents: Sequence[str]
) -> Iterator[Hidden]:
    """Why there may be more of these types in a region than was seen, of those that hang on one of `parents`."""
    for type in types:
        for gap in list_gaps(view, type):
            here = gap.account == account and (region is None or gap.region in (None, region))
            if here and (gap.parent is None or gap.parent in parents):
                yield Hidden(gap.reason, gap.detail)
