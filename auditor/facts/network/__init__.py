"""Facts about what the network lets through."""

from auditor.facts.base import Fact
from auditor.facts.network import breadth, default_group, nacl, rules

FACTS: tuple[Fact, ...] = (rules.FACT, nacl.FACT, breadth.FACT, default_group.FACT)
