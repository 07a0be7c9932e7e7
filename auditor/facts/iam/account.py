"""The principals of a scope and what belongs to them, numbered, so that sets of them are bits of an integer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.data.identities import KINDS
from auditor.facts.base import View
from auditor.facts.iam.document import Document, Statement, Terms, parse
from auditor.facts.iam.effective import Compiled, State
from auditor.facts.iam.granted import GROUP, ROLE, USER, Holder, holders
from auditor.facts.iam.operators import Values
from auditor.facts.iam.reaching import Bits, Targets
from auditor.facts.iam.text import Parts, as_text, has_variable, item, parts_of
from auditor.model import Hidden, Hole, Json, Reason, Resource, Text

FUNCTION, INSTANCE, PROFILE = "AWS::Lambda::Function", "AWS::EC2::Instance", "AWS::IAM::InstanceProfile"
_WORD = {USER: "user", ROLE: "role", GROUP: "group"}
_RESERVED = Terms(("arn:*:iam::*:role/aws-reserved/*", "arn:*:iam::*:role/aws-service-role/*"))
_PERSONAL = ("aws:username", "aws:principalarn", "aws:principaltype", "aws:userid")


class Account:
    """`people`: the principals; behind them, where some may not be seen, one that stands for these (`unseen` bits)."""

    def __init__(self, view: View) -> None:
        self.is_closed = view.is_closed
        self.people: list[Holder] = list(holders(view).values())
        self.id = self.people[0].resource.account if self.people else ""
        self.number = {one.resource.id: index for index, one in enumerate(self.people)}
        self.compiled = Compiled()
        self._symbols: dict[str, Parts] = {}
        self._personal: dict[int, bool] = {}
        arns = [self._arn(one.resource) for one in self.people]
        contexts: list[Mapping[str, Values | None]] = [_limit(one) for one in self.people]
        self.of: dict[str, int] = dict.fromkeys(_WORD, 0)
        for index, one in enumerate(self.people):
            self.of[one.resource.type] |= 1 << index
        self.unseen = 0
        for type, word in _WORD.items():
            if may_hide(view, type):
                bit = 1 << len(arns)
                self.of[type] |= bit
                self.unseen |= bit
                arns.append(as_text((f"arn:aws:iam::{self.id}:{word}/", Hole(f"\0{word}"))))
                contexts.append({"iam:permissionsboundary": None})
        self.size = len(arns)
        made_up = [index for index, one in enumerate(self.people) if not view.is_closed and _is_made_up(one.resource)]
        self.targets = Targets(arns, contexts, self._symbols, made_up)
        fresh = item(f"arn:aws:iam::{self.id}:user/\0")
        assert isinstance(fresh, str | Text)
        self.fresh = Targets((fresh,), ({"iam:permissionsboundary": ()},), self._symbols)
        self.locked: Bits = self.targets.named(_RESERVED)
        self.trust: dict[int, Document] = {
            index: parse(one.resource.properties.get("AssumeRolePolicyDocument", _no_trust(one.resource)))
            for index, one in enumerate(self.people)
            if one.resource.type == ROLE
        }
        self._policies()
        self._running(view)

    def _arn(self, one: Resource) -> str | Text:
        """The ARN, built from its parts where the template gives it a symbol."""
        known = item(one.arn)
        if isinstance(known, str):
            return known
        path, name = item(one.properties.get("Path", "/")), item(one.name)
        head = item(f":iam::{one.account}:{_WORD[one.type]}")
        parts: list[str | Hole] = ["aws", *parts_of(head if isinstance(head, str | Text) else "")]
        parts += parts_of(path) if isinstance(path, str | Text) else (Hole(f"\0path {one.id}"),)
        parts += parts_of(name) if isinstance(name, str | Text) else (Hole(one.id, "name"),)
        if isinstance(known, Text) and len(known.parts) == 2 and isinstance(known.parts[1], Hole):
            self._symbols[known.parts[1].symbol] = tuple(parts)
        return as_text(("arn:", *parts))

    def _policies(self) -> None:
        """The policies that their holders' rights hang on, and who these are."""
        arns: dict[str | Text, int] = {}
        self.holders: list[int] = []
        for index, one in enumerate(self.people):
            for held in (*one.documents, *((one.boundary,) if one.boundary else ())):
                if isinstance(held.arn, str | Text):
                    number = arns.setdefault(held.arn, len(arns))
                    self.holders += [0] * (len(arns) - len(self.holders))
                    self.holders[number] |= 1 << index if held is not one.boundary else 0
        self.policy = {arn: number for arn, number in arns.items()}
        self.policies = Targets(tuple(arns))

    def _running(self, view: View) -> None:
        """Functions and instances by the role that they run as."""
        roles = {
            str(item(name)): index
            for index, one in enumerate(self.people)
            if one.resource.type == ROLE
            for name in (one.resource.arn, one.resource.name)
        }
        profiles: dict[str, Bits] = {}
        self.profiled: Bits = (0, self.of[ROLE] if may_hide(view, PROFILE) else 0)
        for one in view.related(PROFILE):
            bits = self._roles(one.properties.get("Roles"), roles)
            self.profiled = (self.profiled[0] | bits[0], self.profiled[1] | bits[1])
            profiles |= {str(item(name)): bits for name in (one.arn, one.name)}
        self.profiled = (self.profiled[0], self.profiled[0] | self.profiled[1])
        self.runs: dict[str, tuple[Targets, list[Bits]]] = {}
        self.hidden_runs = {"function": may_hide(view, FUNCTION), "instance": may_hide(view, INSTANCE)}
        functions = list(view.related(FUNCTION))
        as_role = [
            self._roles([one.properties["Role"]], roles) if "Role" in one.properties else (0, 0) for one in functions
        ]
        self.runs["function"] = (Targets([_named(one) for one in functions]), as_role)
        instances = [one for one in view.related(INSTANCE) if "IamInstanceProfile" in one.properties]
        through = [profiles.get(str(item(one.properties["IamInstanceProfile"]))) for one in instances]
        everything = (0, self.of[ROLE])
        self.runs["instance"] = (
            Targets([_named(one) for one in instances]),
            [everything if bits is None else bits for bits in through],
        )

    def _roles(self, listed: Json, roles: Mapping[str, int]) -> Bits:
        must = may = 0
        for one in listed if isinstance(listed, list | tuple) else (listed,):
            index = roles.get(str(item(one)))
            if index is not None:
                must |= 1 << index
            elif not isinstance(one, str) or self.unseen & self.of[ROLE]:
                may |= self.of[ROLE]
        return must, must | may

    def state(self, holder: Holder, documents: Sequence[Document], limits: Sequence[tuple[Document, ...]]) -> State:
        return State(tuple(documents), tuple(limits), self._context(holder), self.id)

    def _context(self, holder: Holder) -> Mapping[str, Values | None]:
        one = holder.resource
        account = item(self.id)
        context: dict[str, Values | None] = {
            "aws:principalaccount": (account,) if isinstance(account, str | Text) else None
        }
        if one.type == GROUP:
            return context | dict.fromkeys(("aws:principalarn", "aws:username", "aws:userid"))
        index = self.number[one.id]
        context["aws:principalarn"] = (self.targets.arns[index],)
        context["aws:principaltype"] = ("User" if one.type == USER else "AssumedRole",)
        name = item(one.name)
        context["aws:username"] = () if one.type == ROLE else (name,) if isinstance(name, str | Text) else None
        return context

    def is_personal(self, documents: Sequence[Document]) -> bool:
        """Whether what the documents say depends on who it is."""
        return any(self._is_personal(document) for document in documents)

    def _is_personal(self, document: Document) -> bool:
        if id(document) not in self._personal:
            about = self.compiled.statements(document)
            self._personal[id(document)] = any(_varies(one, document.variables) for one in about)
        return self._personal[id(document)]


def _varies(one: Statement, variables: bool) -> bool:
    values = [value for condition in one.conditions for value in condition.values]
    values += one.resources.items if one.resources else ()
    return any(condition.key in _PERSONAL for condition in one.conditions) or (
        variables and any(map(has_variable, values))
    )


def may_hide(view: View, type: str) -> bool:
    """Whether the scope may hold resources of the type that are not seen."""
    return not view.is_closed or any(gap.id is None and gap.type in (type, "*") for gap in view.gaps(type))


def _limit(holder: Holder) -> Mapping[str, Values | None]:
    boundary = holder.boundary
    if boundary is None:
        return {"iam:permissionsboundary": None if holder.resource.stand_in else ()}
    known = item(holder.resource.properties["PermissionsBoundary"])
    return {"iam:permissionsboundary": (known,) if isinstance(known, str | Text) else None}


def _is_made_up(one: Resource) -> bool:
    """Whether the template leaves the name to CloudFormation, and says the rest of the ARN."""
    is_plain = isinstance(one.properties.get("Path", "/"), str)
    return is_plain and not one.stand_in and KINDS[one.type].name not in one.properties


def _named(one: Resource) -> str | Text:
    known = item(one.arn)
    return known if isinstance(known, str | Text) else as_text((Hole(f"\0{one.id}"),))


def _no_trust(one: Resource) -> Hidden:
    return Hidden(Reason.UNRESOLVED, f"the trust policy of {one.name} is not seen")
