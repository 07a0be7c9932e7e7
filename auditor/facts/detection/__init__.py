"""Facts about what is noticed, and who is told."""

from auditor.facts.base import Fact

FACTS: tuple[Fact, ...] = ()
