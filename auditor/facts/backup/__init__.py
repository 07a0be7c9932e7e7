"""Facts about what is backed up."""

from auditor.facts.backup import coverage, recovery
from auditor.facts.base import Fact

FACTS: tuple[Fact, ...] = (coverage.FACT, recovery.FACT)
