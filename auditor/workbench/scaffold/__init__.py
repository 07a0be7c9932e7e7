"""A new policy that already runs: its Rego, its test and its cases, about properties that its type has."""

from auditor.workbench.scaffold.files import Draft, texts
from auditor.workbench.scaffold.properties import Property, found, properties

__all__ = ["Draft", "Property", "found", "properties", "texts"]
