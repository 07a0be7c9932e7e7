"""Facts about policy documents: who may do everything, what a bucket policy denies, who is let in,
and who can make itself an administrator."""

from __future__ import annotations

from auditor.facts.base import Fact
from auditor.facts.iam.escalation import EFFECTIVE, ESCALATIONS
from auditor.facts.iam.full_admin import FULL_ADMIN
from auditor.facts.iam.invocation import PUBLIC_INVOCATION
from auditor.facts.iam.public import PUBLIC
from auditor.facts.iam.support import SUPPORT
from auditor.facts.iam.tls_only import TLS_ONLY
from auditor.facts.iam.trust import TRUST

FACTS: tuple[Fact, ...] = (FULL_ADMIN, PUBLIC, TLS_ONLY, TRUST, PUBLIC_INVOCATION, SUPPORT, EFFECTIVE, *ESCALATIONS)
