"""Facts about what is recorded, and where the records end."""

from auditor.facts.base import Fact

FACTS: tuple[Fact, ...] = ()
