"""Facts about what is recorded, and where the records end."""

from auditor.facts.base import Fact
from auditor.facts.logging import coverage, destination

FACTS: tuple[Fact, ...] = (coverage.FACT, destination.FACT)
