"""Facts about what the network lets through."""

from auditor.facts.base import Fact
from auditor.facts.network import breadth, nacl, rules

FACTS: tuple[Fact, ...] = (rules.FACT, nacl.FACT, breadth.FACT)
