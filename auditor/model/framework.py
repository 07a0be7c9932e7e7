"""Frameworks: published lists of controls, the policies behind each, and how each control stands after a run."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

import msgspec

from auditor.model.paths import Json
from auditor.model.report import PolicyCount


class Standing(enum.StrEnum):
    """How a control stands. Only PASS says that it is met."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_COVERED = "NOT COVERED"
    NO_RESOURCES = "NO RESOURCES"
    PERSON = "NEEDS A PERSON"


class Control(msgspec.Struct, frozen=True):
    """One item of a framework, in its order.

    `how`: whether the framework says that a program or a person assesses it. `rest`: what it asks beyond what
    policies prove. `otherwise`: how else it can be met, unseen by policies. `uncertain`: its place in the published
    list could not be confirmed. `parameters`: per policy id the values without which the policy does not prove it.
    """

    id: str
    title: str
    how: Literal["automated", "manual"] = "automated"
    rest: str = ""
    otherwise: str = ""
    uncertain: bool = False
    policies: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Json]] = {}


class Framework(msgspec.Struct, frozen=True):
    """`name` is what policies and people call it; `source` says where the list was published."""

    name: str
    title: str
    source: str
    controls: tuple[Control, ...]

    @property
    def policies(self) -> frozenset[str]:
        return frozenset(id for control in self.controls for id in control.policies)


class ControlResult(msgspec.Struct, frozen=True):
    """`counts` are verdicts of all policies behind the control, `accounts` the same per account.

    `not_judged`: policies behind it that gave no evidence in this run, with the reason in a few words.
    """

    control: Control
    standing: Standing
    counts: PolicyCount
    accounts: Mapping[str, PolicyCount]
    not_judged: Mapping[str, str] = {}


class Compliance(msgspec.Struct, frozen=True):
    """How a framework stands after one run. `incomplete`: what that run could not judge at all."""

    framework: Framework
    kind: str
    taken_at: str
    scope: tuple[str, ...]
    results: tuple[ControlResult, ...]
    incomplete: tuple[str, ...] = ()
