"""What a policy reads: derived from its syntax tree, compared with what it declares, written into its metadata."""

from auditor.catalogue.finding import Finding
from auditor.catalogue.reads.declared import Declared, compare, declared, render, write
from auditor.catalogue.reads.derive import Derived, RuleReads, derive

__all__ = ["Declared", "Derived", "Finding", "RuleReads", "compare", "declared", "derive", "render", "write"]
