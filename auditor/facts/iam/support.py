"""`iam.support` of a role: whether people who take it can manage cases with AWS Support.

Value: `{"carries": boolean}`, unknown at that key. It holds if the role's trust names a person or an identity provider
(an AWS or federated principal, not only a service) and the role carries an AWS managed policy that allows `support:*`,
or an inline or customer managed document whose statements together do so on every resource without being full
administration. A Deny of a support action in the same document leaves it open. Permissions boundaries are not weighed.
AWS Support User Guide, accessing-support; CIS AWS Foundations 2.15 (7.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.facts.attach import ScopeView
from auditor.facts.base import Derived, Fact, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.cover import covered, glob, narrow, wide
from auditor.facts.iam.document import Document, Statement, cause, parse
from auditor.facts.iam.full_admin import FULL_ADMIN
from auditor.facts.iam.logic import F, T, Truth, U, between, every, some, truth, unknown
from auditor.facts.iam.text import item
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, Text

ROLE = "AWS::IAM::Role"
MANAGED = "AWS::IAM::ManagedPolicy"

# AWS managed policies that allow support:* and are not full administration:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSSupportAccess.html
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SupportUser.html
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
_OF_AWS = frozenset(("AWSSupportAccess", "job-function/SupportUser", "PowerUserAccess"))


def _compute(role: Resource, view: View) -> Derived:
    people = _is_for_people(role)
    if people is F:
        return Derived({"carries": False})
    result = every((people, some(_carried(role, view))))
    if result is U:
        return Derived({}, (unknown(("carries",), _cause(role), "whether the role allows support:*"),))
    return Derived({"carries": result is T})


def _cause(role: Resource) -> Hidden | None:
    """The first thing about the role that was not seen."""
    for name in ("AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"):
        value = role.properties.get(name, ())
        hidden = [one for one in (value if isinstance(value, list | tuple) else (value,)) if isinstance(one, HIDDEN)]
        if hidden:
            return cause(hidden)
    return None


def _is_for_people(role: Resource) -> Truth:
    unseen = Hidden(Reason.UNRESOLVED, f"the trust policy of {role.name} is not seen")
    document = parse(role.properties.get("AssumeRolePolicyDocument", unseen))
    named = some(_names_people(one) for one in document.statements)
    return some((named, U if document.doubt else F))


def _names_people(statement: Statement) -> Truth:
    if statement.effect == "Deny" or statement.principals is None:
        return F
    is_seen = statement.effect == "Allow" and statement.doubt is None
    people = [one for one in statement.principals.elements if one.kind != "Service"]
    if statement.principals.negated or any(not isinstance(one.value, Hidden) for one in people):
        return T if is_seen else U
    return U if people else F


def _carried(role: Resource, view: View) -> Iterator[Truth]:
    for arn in _elements(role.properties.get("ManagedPolicyArns", ())):
        yield _managed(item(arn), view)
    for policy in _elements(role.properties.get("Policies", ())):
        is_readable = isinstance(policy, Mapping) and "PolicyDocument" in policy
        yield _allows_support(policy["PolicyDocument"]) if is_readable else U


def _elements(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else (value,)


def _managed(arn: str | Text | Hidden | None, view: View) -> Truth:
    if isinstance(arn, str) and ":iam::aws:policy/" in arn:
        return truth(arn.partition(":policy/")[2] in _OF_AWS)
    policy = _policies(view).get(str(arn)) if isinstance(arn, str | Text) else None
    return U if policy is None else _allows_support(policy.properties.get("PolicyDocument", Hidden(Reason.FAILED, "")))


@by_view
def _policies(view: View) -> Mapping[str, Resource]:
    return {str(item(name)): policy for policy in view.related(MANAGED) for name in (policy.arn, policy.name)}


def _allows_support(tree: Json) -> Truth:
    document = parse(tree)
    allows = [one for one in document.statements if one.effect != "Deny"]
    sure = [one for one in allows if one.effect == "Allow" and not one.doubt and _on_all(one) is T]
    certain = covered(("support",), tuple(narrow(one.actions) for one in sure)) is T
    may = tuple(wide(one.actions) for one in allows if _on_all(one) is not F)
    possible = document.doubt is not None or covered(("support",), may) is not F
    allowed = between(certain, possible)
    if allowed is not F and any(_may_deny(one) for one in document.statements):
        allowed = U
    return every((allowed, ~_is_full_admin(tree, document)))


def _on_all(statement: Statement) -> Truth:
    """Support actions know no resources, so only "*" will do."""
    if statement.resources is None or statement.resources.negated:
        return U
    return some(U if isinstance(one, HIDDEN) else truth(set(one) == {"*"}) for one in statement.resources.items)


def _may_deny(statement: Statement) -> bool:
    if statement.effect == "Allow":
        return False
    negated, patterns = wide(statement.actions)
    return negated or any(glob(one).run("support:") for one in patterns)


def _is_full_admin(tree: Json, document: Document) -> Truth:
    if document.doubt is not None:
        return U
    policy = Resource(MANAGED, "", "", None, "", "", {"PolicyDocument": tree})
    derived = FULL_ADMIN.compute(policy, _NOTHING)
    return T if derived.value and derived.value["grants"] else U if derived.unknown else F


_NOTHING = ScopeView({}, {})  # a document alone is asked


SUPPORT = Fact(
    name="iam.support",
    version=1,
    on=(ROLE,),
    reads={
        ROLE: (("AssumeRolePolicyDocument",), ("ManagedPolicyArns", "*"), ("Policies", "*", "PolicyDocument")),
        MANAGED: (("PolicyArn",), ("PolicyDocument",)),
    },
    compute=_compute,
    joins=(MANAGED,),
)
