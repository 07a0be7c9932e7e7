"""Facts about what is noticed, and who is told."""

from auditor.facts.base import Fact
from auditor.facts.detection import chain, filters, rules

FACTS: tuple[Fact, ...] = (filters.FACT, rules.FACT, chain.FACT)
