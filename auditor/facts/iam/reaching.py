"""Sets of resources as bits of an integer: which of many ARNs a pattern of a policy names, certainly and possibly."""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from auditor.facts.iam.arns import in_one_partition
from auditor.facts.iam.document import Terms
from auditor.facts.iam.globs import matcher, matches
from auditor.facts.iam.logic import F, T
from auditor.facts.iam.operators import Values
from auditor.facts.iam.text import Item, Parts, parts_of, plain, with_parts
from auditor.model import Text

_WILDCARD = re.compile(r"[*?]")

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
_MADE_UP = frozenset(string.ascii_letters + string.digits + "-")

Bits = tuple[int, int]  # certainly, possibly (which holds the former)
NONE: Bits = (0, 0)


def both(left: Bits, right: Bits) -> Bits:
    return left[0] & right[0], left[1] & right[1]


def either(left: Bits, right: Bits) -> Bits:
    return left[0] | right[0], left[1] | right[1]


class Targets:
    """The resources that calls of one kind name. `contexts`: what of each a condition can ask for.

    `symbols`: what the symbols of declared ARNs stand for. `made_up`: of which CloudFormation makes the name up.
    """

    def __init__(
        self,
        arns: Sequence[str | Text],
        contexts: Sequence[Mapping[str, Values | None]] = (),
        symbols: Mapping[str, Parts] | None = None,
        made_up: Collection[int] = (),
    ) -> None:
        self.arns = tuple(arns)
        self.contexts = tuple(contexts) or tuple({} for _ in arns)
        self.all = (1 << len(self.arns)) - 1
        self._symbols = symbols or {}
        self._letters = {index: _letters(self.arns[index]) | _MADE_UP for index in made_up}
        self._known: dict[tuple[Item, ...], Bits] = {}
        self._sorted = sorted((arn, index) for index, arn in enumerate(self.arns) if isinstance(arn, str))
        self._texts = [(arn, index) for index, arn in enumerate(self.arns) if isinstance(arn, Text)]
        self._keys = [arn for arn, _ in self._sorted]

    def named(self, resources: Terms | None) -> Bits:
        """Those that `Resource`, or its complement, names; a statement without it is malformed."""
        if resources is None:
            return 0, self.all
        found = NONE
        for pattern in resources.items:
            found = either(found, self._matched(pattern))
        return (self.all & ~found[1], self.all & ~found[0]) if resources.negated else found

    def _matched(self, pattern: Item) -> Bits:
        if pattern == "*":
            return self.all, self.all
        key = (pattern,)
        if key not in self._known:
            self._known[key] = self._match(in_one_partition(with_parts(pattern, self._symbols)))
        return self._known[key]

    def _match(self, pattern: Item) -> Bits:
        must = may = 0
        rest: list[tuple[str | Text, int]] = [*self._texts]
        if isinstance(pattern, str):
            start = _WILDCARD.split(pattern, 1)[0]
            first, last = bisect_left(self._keys, start), bisect_left(self._keys, start + "\U0010ffff")
            if first < last:
                certainly, possibly = matcher(pattern, True), matcher(pattern, False)
            for known, index in self._sorted[first:last]:
                if possibly(known):
                    may |= 1 << index
                    must |= (1 << index) if certainly(known) else 0
        else:
            rest = [*self._sorted, *self._texts]
        written = _letters(pattern)
        for arn, index in rest:
            if index in self._letters and not written <= self._letters[index]:
                continue
            found = matches(pattern, arn, segments=True)
            must |= (1 << index) if found is T else 0
            may |= (1 << index) if found is not F else 0
        return must, may


def _letters(value: Item) -> frozenset[str]:
    """What is written in the literal pieces, wildcards aside."""
    parts = parts_of(value) if isinstance(value, str | Text) else ()
    return frozenset(plain("".join({*"".join(part for part in parts if isinstance(part, str))} - {"*", "?"})))


NO_RESOURCE = Targets(("*",))
