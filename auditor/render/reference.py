"""The page of a policy in the reference, and the index, in Markdown. Only what metadata and cases say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.model import Parameter, Policy, Severity, pointer
from auditor.model.framework import Framework
from auditor.render.text import fix_markdown, paragraphs

MARK = "<!-- Written by `auditor policy docs` from the policy's metadata and cases. Change these, not this page. -->"

_APPLIES = {"both": "templates and accounts", "template": "templates", "live": "accounts"}
_VERDICTS = {"PASS": "Passes", "FAIL": "Fails", "UNKNOWN": "Is undecided"}


class Example(msgspec.Struct, frozen=True):
    """A case of the policy: its name, its verdict, and what it is about as YAML."""

    name: str
    verdict: str  # PASS, FAIL or UNKNOWN
    body: str


def page(policy: Policy, examples: Sequence[Example]) -> str:
    """One policy: what must hold and why, how to fix it, examples, parameters, controls, reads."""
    facts = f"`{policy.id}` · {policy.severity.value} · {policy.function} · {policy.stage}"
    about = f"Judges {', '.join(f'`{type}`' for type in policy.subjects)} in {_APPLIES[policy.applies]}."
    parts = [MARK, f"# {policy.title}", facts, about, *paragraphs(policy.description)]
    parts += ["## How to fix", *fix_markdown(policy)]
    if examples:
        parts.append("## Examples")
        for example in examples:
            parts += [f"{_VERDICTS[example.verdict]}: {example.name}.", f"```yaml\n{example.body.rstrip()}\n```"]
    if policy.parameters:
        parts += ["## Parameters", _parameters(policy.parameters)]
    if policy.controls:
        parts += ["## Controls", "\n".join(_controls(policy))]
    parts += ["## What it reads", _reads(policy)]
    if policy.references:
        parts += ["## References", "\n".join(f"- <{reference}>" for reference in policy.references)]
    return "\n\n".join(parts) + "\n"


def _parameters(parameters: Mapping[str, Parameter]) -> str:
    rows = ["| name | type | default | |", "|---|---|---|---|"]
    for name, parameter in parameters.items():
        default = _cell(f"`{msgspec.json.encode(parameter.default).decode()}`")
        rows.append(f"| `{name}` | {parameter.type} | {default} | {_cell(_meaning(parameter))} |")
    return "\n".join(rows)


def _meaning(parameter: Parameter) -> str:
    parts = [" ".join(parameter.description.split())]
    if parameter.values:
        parts.append("One of " + ", ".join(f"`{value}`" for value in parameter.values) + ".")
    if parameter.minimum is not None:
        parts.append(f"At least {parameter.minimum:g}.")
    if parameter.maximum is not None:
        parts.append(f"At most {parameter.maximum:g}.")
    return " ".join(part for part in parts if part)


def _controls(policy: Policy) -> Iterator[str]:
    for framework, controls in sorted(policy.controls.items()):
        yield f"- {framework}: {', '.join(controls)}"


def _reads(policy: Policy) -> str:
    """Per type its paths; `needs`: seeing more can only take findings away, `seeks`: only add some."""
    rows = {(access.type, pointer(access.path), access.sign.value) for access in policy.accesses}
    lines = ["| type | path | |", "|---|---|---|"]
    for type, path, sign in sorted(rows):
        lines.append(f"| `{type}` | {f'`{path}`' if path else 'that it is there'} | {sign} |")
    return "\n".join(lines)


def index(services: Mapping[str, Sequence[Policy]], frameworks: Sequence[Framework]) -> str:
    """All policies by service, by severity and by framework; `services` in the order wanted."""
    policies = {policy.id: policy for group in services.values() for policy in group}
    parts = [MARK, "# Policies", f"{len(policies)} policies come with the tool."]
    parts.append("## By service")
    for service, group in services.items():
        parts += [f"### {service}", "\n".join(_entry(policy) for policy in group)]
    parts.append("## By severity")
    for severity in sorted(Severity, key=lambda severity: -severity.rank):
        group = [policy for policy in policies.values() if policy.severity is severity]
        if group:
            parts += [f"### {severity.value}", "\n".join(_entry(policy) for policy in group)]
    parts += ["## By framework", "What is not listed has no policy yet; `auditor framework NAME` prints every control."]
    for framework in frameworks:
        covered = [control for control in framework.controls if control.policies]
        rows = ["| control | | policies |", "|---|---|---|"]
        for control in covered:
            links = ", ".join(_link(id) for id in control.policies)
            rows.append(f"| {control.id} | {_cell(control.title)} | {links} |")
        title = f"### {framework.title} (`{framework.name}`)"
        parts += [title, f"{len(covered)} of {len(framework.controls)} controls have a policy.", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _entry(policy: Policy) -> str:
    return f"- {_link(policy.id)} ({policy.severity.value}): {policy.title}"


def _link(id: str) -> str:
    return f"[{id}]({id}.md)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
