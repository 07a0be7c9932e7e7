"""Every fact by its name."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts import crypto, iam, logging, network, secret
from auditor.facts.base import Fact

FACTS: Mapping[str, Fact] = {
    fact.name: fact for fact in (*crypto.FACTS, *iam.FACTS, *logging.FACTS, *network.FACTS, *secret.FACTS)
}
