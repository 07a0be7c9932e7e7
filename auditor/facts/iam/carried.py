"""What a stranger's request can carry: per condition key, the values that tell the policy's conditions apart.

`data/condition_keys` says who carries which key; this module chooses the finitely many values of a key that the
patterns in the policy can tell apart (`words`). `()` is an absent key, None one whose value AWS does not say.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from auditor.data.condition_keys import Key, find
from auditor.facts.iam.document import Condition
from auditor.facts.iam.operators import Values
from auditor.facts.iam.text import has_variable, item, literal, plain, widened
from auditor.facts.iam.words import DIGITS, HEX, LOWER, NAME, Language, TooMany, shortest
from auditor.model import Hidden, Text

Choices = list[Values | None]
_SETS = 64  # sets of words of one multivalued key; beyond: TooMany


class Stranger(msgspec.Struct, frozen=True):
    """One kind of outsider: how it signs, its account and organisation, and whether it calls from its own VPC."""

    kind: str  # anonymous, user, role
    account: str = ""
    org: str = ""
    endpoint: bool = False


class Patterns(msgspec.Struct, frozen=True):
    """What conditions compare one key with."""

    globs: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    boolean: bool = False
    sets: int = 1  # conditions with a set operator


def patterns_of(conditions: Iterable[Condition], expanded: Mapping[str, Sequence[str]]) -> Patterns:
    """The patterns of one key. `expanded`: what texts with variables can stand for."""
    found: dict[str, list[str]] = {name: [] for name in ("globs", "exact", "folded", "numbers", "networks")}
    boolean, sets = False, 0
    for condition in conditions:
        operator = condition.operator.replace("Not", "")
        sets += bool(condition.quantifier)
        boolean = boolean or operator == "Bool"
        for value in condition.values:
            if isinstance(value, Hidden):
                continue
            if operator.startswith("Numeric"):
                found["numbers"].append(str(value))
            elif operator == "IpAddress":
                found["networks"].append(str(value))
            else:
                texts = expanded.get(str(value), (widened(value),))
                kind = {"StringEquals": "exact", "StringEqualsIgnoreCase": "folded"}.get(operator, "globs")
                found[kind] += texts if kind == "globs" or has_variable(value) else map(literal, texts)
    return Patterns(
        **{name: tuple(dict.fromkeys(values)) for name, values in found.items()}, boolean=boolean, sets=max(sets, 1)
    )


def choices(key: str, stranger: Stranger, patterns: Patterns, target: Mapping[str, str | Text]) -> Choices:
    """The values of `key` that tell the patterns apart, least first. Raises TooMany."""
    row = find(key)
    if row is None or row.kind == "time":
        return [None]
    carried = row.anonymous if stranger.kind == "anonymous" else row.foreign
    if carried == "-":
        return [()]
    if row.kind == "target" and not row.pins:
        value = target.get(key)
        return [None if value is None else (value,)]
    if carried == "?":
        return [None]
    known = _known(key, stranger)
    if known is not None:
        return known
    words = [word for language in _languages(key, stranger) for word in _words(language, patterns)]
    words = _possible(words, key, row, patterns)
    if patterns.numbers:
        words = _numbers(patterns.numbers)
    elif patterns.networks:
        words = _addresses(patterns.networks)
    elif patterns.boolean:
        words = ["true", "false"]
    found: Choices = [() for _ in (0,) if carried == "~" or not words]
    return found + (list(_sets(words, patterns.sets)) if row.many else [(word,) for word in words])


def _known(key: str, stranger: Stranger) -> Choices | None:
    """Keys whose value the kind of the stranger fixes."""
    if key == "aws:principalaccount":
        return [(stranger.account or "anonymous",)]
    if key == "kms:calleraccount":
        return [(stranger.account,)]
    if key in ("aws:sourceowner", "s3:dataaccesspointaccount"):
        return [(), (stranger.account,)] if stranger.account else [()]
    if key == "aws:principalisawsservice":
        return [("false",)]
    if key == "aws:principaltype":
        return [("User" if stranger.kind == "user" else "AssumedRole",)]
    if key == "aws:principalorgid":
        return [(stranger.org,) if stranger.org else ()]
    if key == "aws:vpceaccount":
        return [(), (stranger.account,)] if stranger.endpoint else [()]
    if key == "aws:vpceorgid":
        return [(), (stranger.org,)] if stranger.endpoint and stranger.org else [()]
    if key == "aws:tokenissuetime":
        return [()] if stranger.kind == "user" else [None]
    if key == "aws:multifactorauthpresent":
        return [(), ("false",), ("true",)]
    if key == "aws:viaawsservice":
        return [("false",), ("true",), ()]
    if key == "aws:securetransport":
        return [("true",), ("false",)]
    return None


def _languages(key: str, stranger: Stranger) -> Iterator[Language]:
    account, org = stranger.account, stranger.org
    if key == "aws:principalarn":
        yield Language(f"arn:aws:iam::{account}:{stranger.kind}/?*", NAME)
        if stranger.kind == "user":
            yield Language(f"arn:aws:iam::{account}:root", NAME)
    elif key == "aws:username":
        if stranger.kind == "user":
            yield Language("?*", NAME)
    elif key == "aws:userid":
        unique = "?" * 17
        yield Language(f"AIDA{unique}" if stranger.kind == "user" else f"AROA{unique}:?*", NAME)
    elif key in ("aws:principalorgpaths", "aws:vpceorgpaths"):
        if org and (stranger.endpoint or key == "aws:principalorgpaths"):
            yield Language(f"{org}/?*", LOWER + "/")
    elif key in ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"):
        if stranger.endpoint and key == "aws:sourcevpcarn":
            yield Language(f"arn:aws:ec2:?*:{account}:vpc/vpc-?*", LOWER)
        elif stranger.endpoint:
            yield Language("10.?*" if key == "aws:vpcsourceip" else f"{key[10:]}-?*", HEX + ".")
    elif key == "aws:ec2instancesourcevpc":
        yield Language("vpc-?*", HEX)
    elif key == "lambda:sourcefunctionarn":
        yield Language(f"arn:aws:lambda:?*:{account}:function:?*", NAME)
    elif key == "ec2:sourceinstancearn":
        yield Language(f"arn:aws:ec2:?*:{account}:instance/i-?*", LOWER)
    elif key == "aws:chatbotsourcearn":
        yield Language(f"arn:aws:chatbot::{account}:chat-configuration/?*", NAME)
    elif key == "s3:dataaccesspointarn":
        if account:
            yield Language(f"arn:aws:s3:?*:{account}:accesspoint/?*", LOWER)
    else:
        yield Language("?*")


def _words(language: Language, patterns: Patterns) -> Iterator[str]:
    return map(plain, shortest(language, (*patterns.globs, *patterns.exact), patterns.folded))


def _possible(words: list[str], key: str, row: Key, patterns: Patterns) -> list[str]:
    """Without ids that the policy names: they are given to somebody, and no stranger has them."""
    if row.pins == "id" and row.kind != "parameter":
        named = set(map(plain, (*patterns.exact, *patterns.globs)))
        return [word for word in words if word not in named]
    if key == "aws:userid":
        named = {plain(one).partition(":")[0] for one in (*patterns.exact, *patterns.globs)}
        return [word for word in words if word.partition(":")[0] not in named]
    return words


def _sets(words: Sequence[str], most: int) -> Iterator[Values]:
    count = 0
    for size in range(1, most + 1):
        for chosen in itertools.combinations(words, size):
            count += 1
            if count > _SETS:
                raise TooMany
            yield chosen


def _numbers(texts: Iterable[str]) -> list[str]:
    """Each number, one between neighbours, and one beyond each end."""
    try:
        numbers = sorted({Decimal(text) for text in texts})
    except InvalidOperation:
        return ["0"]
    between = [(left + right) / 2 for left, right in itertools.pairwise(numbers)]
    return [f"{one:f}" for one in (*numbers, *between, numbers[0] - 1, numbers[-1] + 1)]


def _addresses(texts: Iterable[str]) -> list[str]:
    """One private address per interval between the borders of the ranges."""
    borders = {int(ipaddress.IPv4Address("10.0.0.0"))}
    for text in texts:
        try:
            network = ipaddress.IPv4Network(text, strict=False)
        except ValueError:
            continue
        borders |= {int(network.network_address), int(network.broadcast_address) + 1}
    return [str(ipaddress.IPv4Address(one)) for one in sorted(borders) if one < 2**32]


def accounts(values: Mapping[str, Patterns], taken: Iterable[str]) -> list[str]:
    """Account ids of strangers that tell the policy's account patterns apart; no id that it names.

    `taken`: ids that principals name.
    """
    globs = list(taken)
    for key, patterns in values.items():
        row = find(key)
        texts = (*patterns.globs, *patterns.exact)
        if row and row.pins == "account":
            globs += texts
        elif row and row.pins in ("arn", "point"):
            globs += [text.split(":")[4] for text in texts if text.count(":") >= 5]
    found = map(plain, shortest(Language("?" * 12, DIGITS), globs))
    return [word for word in found if word not in globs]


def organizations(values: Mapping[str, Patterns]) -> list[str]:
    """Organisation ids of strangers, likewise; "" is a stranger without organisation."""
    globs: list[str] = []
    for key, patterns in values.items():
        row = find(key)
        if row and row.pins in ("organization", "org-path"):
            globs += [text.partition("/")[0] for text in (*patterns.globs, *patterns.exact)]
    found = map(plain, shortest(Language("o-??????????*", LOWER.replace("-", "")), globs))
    return ["", *(word for word in found if word not in globs)]


def target_values(account: str, region: str | None) -> dict[str, str | Text]:
    """The resource's own values, as far as the snapshot says them."""
    found = {"aws:resourceaccount": item(account), "s3:resourceaccount": item(account)}
    if region is not None:
        found["aws:requestedregion"] = item(region)
    return {key: value for key, value in found.items() if isinstance(value, str | Text)}
