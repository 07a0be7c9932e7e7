"""`lambda.public` of a function: the permissions that let strangers invoke or manage it, its versions and aliases.

Value: `{"public": [{"evidence": {"id", "pointer"}, "why"}]}`; what may join the list is unknown at `("public",)`.

A permission is read as the statement that Lambda writes for it; the statements of a `ResourcePolicy` are read as they
are, and one that a permission says too counts once. A statement is public if it allows and is for everyone, or for
Amazon S3 (any bucket of anybody can notify), and no condition fixes who calls (`fixed`; an EventSourceToken does). A
Deny beside it does not excuse it. The grants that open a function URL of type NONE are left out: the URL's own
AuthType is what opens it.
Lambda Developer Guide, access-control-resource-based, urls-auth and permissions-function-services.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.document import Condition, Document, Element, Principals, Statement, parse, statement_doubt
from auditor.facts.iam.fixed import Demand, fixes
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth, unknown
from auditor.facts.iam.match import is_everyone
from auditor.facts.network.unlisted import unlisted
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, pointer

FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
POLICY = "AWS::Lambda::ResourcePolicy"

# The condition that Lambda writes for a property of a permission.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_CONDITIONS = (
    ("SourceArn", "ArnLike", "aws:SourceArn"),
    ("SourceAccount", "StringEquals", "aws:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)
_DEMAND = Demand(strict=False, anonymous=T, variables=True)
# A name, a partial ARN or an ARN, each with a version or an alias.
_NAMED = re.compile(r"(?:arn:[^:]*:lambda:)?(?:[a-z][a-z-]+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::[^:]*)?")


class Judged(msgspec.Struct, frozen=True):
    public: Truth
    why: str
    doubt: Hidden | None
    evidence: Json
    says: Statement  # without its place


def _compute(function: Resource, view: View) -> Derived:
    judged: list[Judged] = []
    doubts: list[tuple[Hidden | None, str]] = []
    for permission in _of(function, PERMISSION, "FunctionName", view):
        document = parse({"Version": "2012-10-17", "Statement": _statement(permission.properties)})
        judged += (_judge(one, document, permission.id, "") for one in document.statements)
    for policy in _of(function, POLICY, "ResourceArn", view):
        document = parse(policy.properties.get("PolicyDocument", Hidden(Reason.UNRESOLVED, "no PolicyDocument")))
        doubts += [(document.doubt, "")] if document.doubt else []
        judged += (
            _judge(one, document, policy.id, pointer(("PolicyDocument", *one.path))) for one in document.statements
        )
    doubts += [(one.doubt, one.why) for one in judged if one.public is U]
    doubts += [(hidden, "") for type in (PERMISSION, POLICY) for hidden in _unseen(function, type, view)]
    doubts += [(hidden, "") for hidden in _nameless(function, view)]
    if function.stand_in:
        doubts.append((Hidden(Reason.OUTSIDE, f"{function.name} is declared outside this template"), ""))
    found: list[Json] = [{"evidence": one.evidence, "why": one.why} for one in _once(judged)]
    unknowns: tuple[Unknown, ...] = tuple(unknown(("public",), *one) for one in doubts)
    return Derived({"public": found}, tuple(dict.fromkeys(unknowns)))


def _once(judged: Iterable[Judged]) -> Iterator[Judged]:
    """What is certainly public, a statement that is there twice at its first place."""
    seen: set[Statement] = set()
    for one in judged:
        if one.public is T and one.says not in seen:
            seen.add(one.says)
            yield one


def _of(function: Resource, type: str, property: str, view: View) -> Sequence[Resource]:
    """What is attached to a function: by its owners, else by the function's name in the property."""
    index = _index(view, type, property)
    return (*index.get(function.id, ()), *index.get((function.account, function.region, function.name), ()))


def _nameless(function: Resource, view: View) -> Iterator[Hidden]:
    """What may be attached to this function, because whose it is was not seen."""
    for type, property in ((PERMISSION, "FunctionName"), (POLICY, "ResourceArn")):
        for each in _index(view, type, property).get((function.account, function.region, None), ()):
            value = each.properties.get(property)
            yield value if isinstance(value, Hidden) else Hidden(Reason.UNRESOLVED, f"whose {each.name} is")


@by_view
def _index(view: View, type: str, property: str) -> Mapping[object, Sequence[Resource]]:
    index: dict[object, list[Resource]] = {}
    for each in view.related(type):
        named = each.properties.get(property)
        match = _NAMED.fullmatch(named) if isinstance(named, str) else None
        keys: Iterable[object] = each.owners or ((each.account, each.region, match[1] if match else None),)
        for key in keys:
            index.setdefault(key, []).append(each)
    return index


def _unseen(function: Resource, type: str, view: View) -> Iterator[Hidden]:
    yield from (Hidden(gap.reason, gap.detail) for gap in unlisted(function, type, "", view))
    yield from (Hidden(gap.reason, gap.detail) for gap in view.gaps(type) if gap.type == "*")


def _statement(properties: Mapping[str, Json]) -> Json:
    """https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"""
    unseen = Hidden(Reason.UNRESOLVED, "a permission without it")
    conditions: dict[str, dict[str, Json]] = {}
    for name, operator, key in _CONDITIONS:
        value = properties.get(name)
        if value is not None:
            conditions.setdefault(operator, {})[key] = value
    return {
        "Effect": "Allow",
        "Principal": _principal(properties.get("Principal", unseen)),
        "Action": properties.get("Action", unseen),
        "Resource": "*",
        **({"Condition": conditions} if conditions else {}),
    }


def _principal(value: Json) -> Json:
    if value == "*" or isinstance(value, HIDDEN):
        return value
    is_service = isinstance(value, str) and not value.startswith("arn:") and "." in value
    return {"Service" if is_service else "AWS": value}


def _judge(statement: Statement, document: Document, id: str, place: str) -> Judged:
    conditions = [_fixes(one) for one in statement.conditions]
    allows = F if statement.effect == "Deny" else U if statement.effect is None or statement.doubt else T
    opens_url = some(_is_of_open_url(one) for one in statement.conditions)
    public = every((allows, _strangers(statement.principals), ~some(fixed for fixed, _ in conditions), ~opens_url))
    reasons = "; ".join(why for _, why in conditions if why) or "no condition limits who calls"
    says = msgspec.structs.replace(statement, path=(), resources=None, principals=_without_place(statement.principals))
    return Judged(
        public, f"{_whom(statement)}; {reasons}", statement_doubt(statement), {"id": id, "pointer": place}, says
    )


def _without_place(principals: Principals | None) -> Principals | None:
    if principals is None:
        return None
    elements = tuple(msgspec.structs.replace(one, path=()) for one in principals.elements)
    return msgspec.structs.replace(principals, elements=elements)


def _whom(statement: Statement) -> str:
    principals = statement.principals
    if principals is not None and not principals.negated and any(_is_storage(one) is T for one in principals.elements):
        return "Amazon S3 may call for a bucket of anybody"
    return "everyone is a principal"


def _strangers(principals: Principals | None) -> Truth:
    if principals is None:
        return F
    if principals.negated:
        return ~some(is_everyone(one) for one in principals.elements)
    return some(t for one in principals.elements for t in (is_everyone(one), _is_storage(one)))


def _is_storage(element: Element) -> Truth:
    if isinstance(element.value, HIDDEN):
        return U if element.kind in ("Service", "?") else F
    return truth(element.kind == "Service" and element.value == "s3.amazonaws.com")


def _fixes(condition: Condition) -> tuple[Truth, str]:
    if condition.key == "lambda:eventsourcetoken":
        is_given = condition.operator == "StringEquals" and not condition.if_exists and not condition.quantifier
        if not is_given:
            return U, "EventSourceToken is compared in a way that Lambda does not write"
        return every(U if isinstance(one, HIDDEN) else truth(bool(one)) for one in condition.values), ""
    if condition.key in ("lambda:functionurlauthtype", "lambda:invokedviafunctionurl"):
        return F, f"{condition.key} never restricts the caller"
    return fixes(condition, _DEMAND)


def _is_of_open_url(condition: Condition) -> Truth:
    """Whether the statement only counts for calls through a function URL that asks for no signature."""
    wanted = {"lambda:functionurlauthtype": "none", "lambda:invokedviafunctionurl": "true"}.get(condition.key)
    if not condition.operator:
        return U
    if wanted is None or condition.operator not in ("StringEquals", "Bool") or condition.if_exists:
        return F
    return every(U if isinstance(one, HIDDEN) else truth(str(one).lower() == wanted) for one in condition.values)


PUBLIC_INVOCATION = Fact(
    name="lambda.public",
    version=1,
    on=(FUNCTION,),
    reads={
        FUNCTION: (("FunctionName",),),
        PERMISSION: (("FunctionName",), ("Action",), ("Principal",), *((name,) for name, _, _ in _CONDITIONS)),
        POLICY: (("ResourceArn",), ("PolicyDocument",)),
    },
    compute=_compute,
    joins=(PERMISSION, POLICY),
)
