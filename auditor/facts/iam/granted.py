"""What is attached to a principal: its own documents, managed policies, those of its groups, its boundary, its trust.

A document that was not seen is one that may allow and deny anything. Policies of AWS are in no account and in no
template; what they allow of the actions that matter here is a table (`data/aws_managed_policies.json`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.document import Document, parse
from auditor.facts.iam.text import Item, item
from auditor.model import HIDDEN, Hidden, Json, Path, Reason, Resource, Text, pointer

USER, ROLE, GROUP = "AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group"
MANAGED = "AWS::IAM::ManagedPolicy"


class Held(msgspec.Struct, frozen=True):
    """One document in force. `arn`: of a managed policy that its owner may rewrite. `group`: through which it comes.

    `at`: the resource and the pointer that show it.
    """

    document: Document
    at: tuple[str, str]
    arn: Item | None = None
    group: str | None = None
    inline: bool = False


class Holder(msgspec.Struct, frozen=True):
    """`boundary` None: there is none. `groups`: the ids of those that a user is in."""

    resource: Resource
    documents: tuple[Held, ...]
    boundary: Held | None
    groups: tuple[str, ...] = ()


@by_view
def holders(view: View) -> Mapping[str, Holder]:
    """The principals of the scope by id."""
    groups = {one.id: _own(one, view) for one in view.related(GROUP)}
    by_name: dict[str, str] = {}
    for one in view.related(GROUP):
        by_name |= {str(item(name)): one.id for name in (one.name, one.arn)}
    found = {}
    for type in (USER, ROLE, GROUP):
        for one in view.related(type):
            own = list(_own(one, view)) if type != GROUP else list(groups[one.id])
            member = []
            for path, name in _elements(one, "Groups") if type == USER else ():
                known = item(name)
                id = by_name.get(str(known)) if isinstance(known, str | Text) else None
                if id is None:
                    own.append(Held(_unseen(name, f"the group {name}"), (one.id, pointer(path))))
                    continue
                member.append(id)
                own += [msgspec.structs.replace(held, group=id) for held in groups[id]]
            found[one.id] = Holder(one, tuple(own), _boundary(one, view), tuple(member))
    return found


def _own(one: Resource, view: View) -> Sequence[Held]:
    held = []
    for path, policy in _elements(one, "Policies"):
        at = (one.id, pointer((*path, "PolicyDocument")))
        if isinstance(policy, Mapping) and "PolicyDocument" in policy:
            held.append(Held(parse(policy["PolicyDocument"]), at, inline=True))
        else:
            held.append(Held(_unseen(policy, "an inline policy"), at, inline=True))
    held += [_managed(arn, (one.id, pointer(path)), view) for path, arn in _elements(one, "ManagedPolicyArns")]
    return held


def _boundary(one: Resource, view: View) -> Held | None:
    if one.type == GROUP or "PermissionsBoundary" not in one.properties:
        return None
    return _managed(one.properties["PermissionsBoundary"], (one.id, "/PermissionsBoundary"), view)


def _managed(arn: Json, at: tuple[str, str], view: View) -> Held:
    known = item(arn)
    if isinstance(known, str) and ":iam::aws:policy/" in known:
        document = of_aws(known.partition(":policy/")[2])
        return Held(document or _unseen(None, f"the policy {known} of AWS"), at)
    policy = _policies(view).get(str(known)) if isinstance(known, str | Text) else None
    if policy is None:
        return Held(_unseen(arn, f"the policy {known}"), at, known)
    hidden = Hidden(Reason.UNRESOLVED, f"the document of {policy.name} is not seen")
    place = (policy.id, "/PolicyDocument")
    return Held(parse(policy.properties.get("PolicyDocument", hidden)), place, known)


@by_view
def _policies(view: View) -> Mapping[str, Resource]:
    return {str(item(name)): policy for policy in view.related(MANAGED) for name in (policy.name, policy.arn)}


@functools.cache
def _table() -> Mapping[str, Json]:
    text = resources.files("auditor.data").joinpath("aws_managed_policies.json").read_text(encoding="utf-8")
    found: Mapping[str, Json] = json.loads(text)["policies"]
    return found


def of_aws(name: str) -> Document | None:
    """What a policy of AWS, by path and name, says of the actions that matter here; None for one not in the table."""
    statements = _table().get(name)
    return None if statements is None else parse({"Version": "2012-10-17", "Statement": statements})


def _unseen(value: Json, otherwise: str) -> Document:
    why = value if isinstance(value, HIDDEN) else None
    return Document(
        doubt=Hidden(why.reason, why.detail) if why else Hidden(Reason.UNRESOLVED, f"{otherwise} is not seen")
    )


def _elements(one: Resource, name: str) -> Iterator[tuple[Path, Json]]:
    listed = one.properties.get(name, ())
    if isinstance(listed, list | tuple):
        for index, each in enumerate(listed):
            yield (name, index), each
    else:
        yield (name,), listed
