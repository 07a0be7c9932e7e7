"""Service control policies: what stands above an account and limits everybody in it, level by level.

A level is the root, an organizational unit on the way down, or the account itself. A call must be allowed at each
level, and denied at none. The management account and service-linked roles are not limited. What was not seen may allow
and may deny anything, and so may everything in a template, which says nothing about where it is deployed.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.document import Document, Terms, parse
from auditor.facts.iam.effective import doubtful
from auditor.facts.located import list_gaps
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

POLICY = "AWS::Organizations::Policy"
MEMBERSHIP = "Auditor::Organizations::Membership"
PATH = "Auditor::Organizations::AccountPath"
TYPES = (POLICY, MEMBERSHIP, PATH)

Level = tuple[Document, ...]
_ALL = Terms(("*",))


@by_view
def levels(view: View, account: str) -> tuple[Level, ...]:
    """The levels that limit what the account may do; () where nothing does."""
    if not view.is_closed:
        return _unseen("a template does not say which service control policies bind its account")
    member = _the_one(view, MEMBERSHIP)
    if isinstance(member, Hidden):
        return _unseen(member)
    belongs, management = (_value(member, name) for name in ("InOrganization", "ManagementAccountId"))
    if belongs is False or management == account:
        return ()
    if isinstance(belongs, Hidden) or not isinstance(management, str):
        return _unseen(_cause(management if belongs is True else belongs, "whether the account is a member"))
    path = _the_one(view, PATH)
    if isinstance(path, Hidden):
        return _unseen(path)
    enabled, targets = (_value(path, name) for name in ("ServiceControlPolicies", "Targets"))
    if enabled is False:
        return ()
    if enabled is not True or not isinstance(targets, list | tuple) or not targets:
        return _unseen(_cause(targets if enabled is True else enabled, "the way from the root to the account"))
    found = [_level(view, target) for target in targets]
    return tuple(level for level in found if not _allows_all(level))


def limits(view: View, one: Resource) -> tuple[Level, ...]:
    """The levels that limit one principal."""
    return () if ":role/aws-service-role/" in str(one.arn) else levels(view, one.account)


def _level(view: View, target: Json) -> Level:
    """The policies attached to one target. Every target has one at least where they are in use."""
    if isinstance(target, HIDDEN):
        return (Document(doubt=Hidden(target.reason, target.detail)),)
    documents = [*_attached(view, target)]
    gap = next(iter(list_gaps(view, POLICY)), None)
    if gap is not None:
        documents.append(Document(doubt=Hidden(gap.reason, gap.detail)))
    elif not documents:
        documents.append(Document(doubt=Hidden(Reason.UNRESOLVED, f"no service control policy of {target} is seen")))
    return tuple(documents)


def _attached(view: View, target: Json) -> Iterator[Document]:
    for policy in view.related(POLICY):
        kind, targets = _value(policy, "Type"), _value(policy, "TargetIds")
        listed = targets if isinstance(targets, list | tuple) else (_cause(targets, "TargetIds"),)
        is_attached = target in listed
        may_be_one = kind == "SERVICE_CONTROL_POLICY" or isinstance(kind, HIDDEN)
        if may_be_one and (is_attached or any(isinstance(one, HIDDEN) for one in listed)):
            document = parse(_cause(_value(policy, "Content"), f"the content of {policy.name}"))
            yield document if is_attached and isinstance(kind, str) else _perhaps(document)


def _perhaps(document: Document) -> Document:
    """The document, which may not be attached."""
    doubted = doubtful(document)
    return doubted if doubted.statements else Document(doubt=document.doubt)


def _allows_all(level: Level) -> bool:
    """Whether the level stops nothing: everything is allowed, and nothing can be denied."""
    statements = [one for document in level for one in document.statements]
    return (
        all(document.doubt is None for document in level)
        and all(one.effect == "Allow" and one.doubt is None for one in statements)
        and any(one.actions == _ALL and one.resources == _ALL and not one.conditions for one in statements)
    )


def _the_one(view: View, type: str) -> Resource | Hidden:
    gap = next(iter(list_gaps(view, type)), None)
    held = view.related(type)
    if gap is not None or len(held) != 1:
        return Hidden(gap.reason, gap.detail) if gap else Hidden(Reason.UNRESOLVED, f"{type} is not seen")
    return held[0]


def _value(one: Resource, name: str) -> Json:
    """A property; what is not there although it should be is not seen."""
    return one.properties.get(name, Hidden(Reason.UNRESOLVED, f"{name} of {one.name} is not seen"))


def _cause(value: Json, otherwise: str) -> Json:
    """A hidden value as it is, and one of a wrong kind as hidden; a document stays."""
    if isinstance(value, HIDDEN):
        return Hidden(value.reason, value.detail)
    return value if isinstance(value, dict | str) else Hidden(Reason.UNRESOLVED, f"{otherwise} is not seen")


def _unseen(why: Json) -> tuple[Level, ...]:
    doubt = why if isinstance(why, Hidden) else Hidden(Reason.UNRESOLVED, str(why))
    return ((Document(doubt=doubt),),)
