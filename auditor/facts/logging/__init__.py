"""Facts about what is recorded, and where the records end."""

from auditor.facts.base import Fact
from auditor.facts.logging import bucket, coverage, destination, exposed

FACTS: tuple[Fact, ...] = (bucket.FACT, coverage.FACT, destination.FACT, exposed.FACT)
