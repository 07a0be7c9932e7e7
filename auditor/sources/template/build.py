"""One root template with its nested stacks, in one world, as a scope of canonical resources and gaps."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.folding import FRAGMENTS
from auditor.data.relations import RELATED
from auditor.model import Coverage, Gap, Hidden, Plan, Reason
from auditor.sources.template.canonical import Canonical, whole
from auditor.sources.template.fold import Folded, fold, is_turned_away, turns
from auditor.sources.template.identity import Declared, Identities, declared
from auditor.sources.template.nodes import Assignment, Settings, Stack
from auditor.sources.template.openings import openings
from auditor.sources.template.relate import Index
from auditor.sources.template.scope import TemplateScope


def build(root: Stack, assignment: Assignment, settings: Settings, plan: Plan) -> TemplateScope:
    """The scope of a root in a world, with all resources of the types that the plan reads."""
    wanted = frozenset(plan.reads).union(*(policy.types for policy in plan.policies))
    identities = Identities(root, assignment, settings)
    undecided: list[tuple[Declared, str]] = []
    present = list(_present(root, identities, undecided))
    index = Index(present, identities)
    folded = fold(index, identities, wanted)
    canonical = Canonical(root.file, index, identities, folded, settings, plan, wanted)
    gaps = list(_opened(present, index, identities, wanted, folded, canonical))
    pieces = [whole(resource) for resource in present if _is_resource(resource.type, wanted)]
    pieces += turns(index, identities, wanted)
    built = [canonical.make(piece) for piece in pieces]
    stand_ins = dict(canonical.stand_ins)
    built += [canonical.make_outside(stand_in) for stand_in in stand_ins.values()]
    gaps += [gap for one in built for gap in one.gaps]
    for resource, condition in undecided:
        if resource.type in wanted:
            doubt = Hidden(Reason.UNRESOLVED, f"{resource.logical}: condition {condition} is not decided")
            gaps.append(canonical.gap(resource.type, None, (), doubt))
    for stack in dict.fromkeys([root, *(resource.stack for resource in present)]):
        gaps += _unexpanded(stack, canonical.account, settings)
    return TemplateScope(
        root=root,
        account=canonical.account,
        assignment=assignment,
        settings=settings,
        identities=identities,
        gaps=tuple(dict.fromkeys(gaps)),
        coverage=Coverage(related=RELATED),
        built=built,
        stand_ins={canonical.id_outside(key): stand_in for key, stand_in in stand_ins.items()},
    )


def _present(stack: Stack, identities: Identities, undecided: list[tuple[Declared, str]]) -> Iterator[Declared]:
    """The resources of a stack and its nested stacks that are made in this world."""
    for logical in stack.section("Resources"):
        resource = declared(stack, logical)
        if resource is None:
            continue
        condition = resource.node.get("Condition")
        holds = identities.resolver(stack).condition(str(condition)) if condition is not None else True
        if holds is None:
            undecided.append((resource, str(condition)))
        if holds:
            yield resource
            if resource.logical in stack.children:
                yield from _present(stack.children[resource.logical], identities, undecided)


def _is_resource(type: str, wanted: frozenset[str]) -> bool:
    return type in wanted and type not in FRAGMENTS and not is_turned_away(type)


def _opened(
    present: list[Declared],
    index: Index,
    identities: Identities,
    wanted: frozenset[str],
    folded: Folded,
    canonical: Canonical,
) -> Iterator[Gap]:
    """Whom a remote stack or a custom resource receives may get more than is seen: attached, or folded in."""
    for opening in openings(present, index, identities, wanted):
        for into in opening.lists:
            doubt = Hidden(Reason.UNRESOLVED, opening.detail)
            folded.doubts.setdefault(opening.resource.id, []).append((into, doubt))
        rest = Hidden(Reason.OUTSIDE, opening.detail)
        for type in opening.attachments:
            yield canonical.gap(type, None, (), rest, parent=opening.resource.id)


def _unexpanded(stack: Stack, account: str, settings: Settings) -> Iterator[Gap]:
    for what in stack.unexpanded:
        if what.name not in settings.accepted_macros:
            yield Gap(account, None, "*", None, (), Reason.UNSUPPORTED, f"{what.name}: {what.detail}")
