"""Every fact by its name."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts import backup, crypto, detection, iam, logging, network, secret
from auditor.facts.base import Fact

_PACKAGES = (backup, crypto, detection, iam, logging, network, secret)

FACTS: Mapping[str, Fact] = {fact.name: fact for package in _PACKAGES for fact in package.FACTS}
