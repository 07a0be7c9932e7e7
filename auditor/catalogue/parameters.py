"""The values of the policies' parameters: defaults < configuration file < flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.model import Json, Policy


def resolve(
    policies: Sequence[Policy], configured: Mapping[str, Mapping[str, Json]], flags: Mapping[str, Mapping[str, Json]]
) -> dict[str, dict[str, Json]]:
    """Key to values, for every policy."""
    result: dict[str, dict[str, Json]] = {}
    for policy in policies:
        values = {name: parameter.default for name, parameter in policy.parameters.items()}
        values |= configured.get(policy.id, {})
        values |= flags.get(policy.id, {})
        result[policy.key] = values
    return result
