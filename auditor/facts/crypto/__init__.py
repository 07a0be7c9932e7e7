"""Facts about encryption: the keys that resources name."""

from auditor.facts.base import Fact
from auditor.facts.crypto import kms

FACTS: tuple[Fact, ...] = (kms.FACT,)
