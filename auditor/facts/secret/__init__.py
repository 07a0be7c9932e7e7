"""Facts about credentials that stand where everybody can read them."""

from auditor.facts.base import Fact
from auditor.facts.secret import scan

FACTS: tuple[Fact, ...] = (scan.FACT,)
