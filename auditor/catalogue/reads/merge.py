"""From the readings of a rule to the few accesses that say the same to judge, plan and projection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.catalogue.reads.scope import LISTED, Join, Reading
from auditor.catalogue.reads.syntax import Place
from auditor.catalogue.reads.values import Binding, Identity, Node, covers, plain
from auditor.data.relations import BY_TYPE
from auditor.model import Access, Json, Path, Sign

Given = frozenset[tuple[str, Json]]


@dataclass(frozen=True)
class Atom:
    """An access with one sign."""

    type: str
    path: Path
    sign: Sign
    subject: bool
    owned: bool
    deep: bool
    place: Place
    by: frozenset[str] = frozenset()  # the subject types of the rule that reads
    given: Given = frozenset()  # what the rule asks of parameters


def atoms(
    readings: Sequence[Reading], joins: Sequence[Join], subjects: frozenset[Binding], given: Given = frozenset()
) -> list[Atom]:
    """A reading with both signs is two. That the subject itself exists is not read: else it would not be judged."""
    owned = _owned(joins, subjects)
    types = frozenset(binding.type for binding in subjects)
    result = []
    for reading in readings:
        subject = reading.binding in subjects
        is_own_list = reading.binding.frame == LISTED and reading.binding.type in types
        if not reading.steps and (subject or is_own_list):
            continue
        signs = [Sign.SEEKS] * (reading.sign >= 0) + [Sign.NEEDS] * (reading.sign <= 0)
        for sign in signs:
            path = plain(reading.steps)
            place = (reading.binding.type, path, sign, subject, reading.binding in owned, reading.deep, reading.place)
            result.append(Atom(*place, types, given))
    return result


def _owned(joins: Iterable[Join], subjects: frozenset[Binding]) -> frozenset[Binding]:
    """The resources that are chosen in one conjunction with their being attached to the subject.

    Only an attachment (`data.relations`) will do: what is attached to another resource cannot match then, and it
    travels with its owner. Through any other property a resource of one owner can name another one.
    """
    types = {binding.type for binding in subjects}
    return frozenset(
        join.other.binding
        for join in joins
        if join.frame == join.other.binding.frame and join.other.binding.type not in types
        if all(identity.binding in subjects and _is_attached(join.other, identity) for identity in join.identities)
    )


def _is_attached(node: Node, owner: Identity) -> bool:
    return not node.shaky and any(
        relation.kind == "attachment"
        and relation.target == owner.binding.type
        and relation.attribute == owner.field
        and relation.path == plain(node.steps)
        for relation in BY_TYPE.get(node.binding.type, ())
    )


def accesses(found: Iterable[Atom]) -> tuple[Access, ...]:
    """The minimal set, in a stable order."""
    kept = _minimal(found)
    subjects = frozenset(type for atom in kept for type in atom.by)
    merged: dict[tuple[str, Path, bool], list[Atom]] = {}
    for atom in kept:
        merged.setdefault((atom.type, atom.path, atom.subject), []).append(atom)
    result = []
    for (type, path, subject), same in merged.items():
        signs = {atom.sign for atom in same}
        sign = signs.pop() if len(signs) == 1 else Sign.BOTH
        by = frozenset(subject_type for atom in same for subject_type in atom.by)
        limited = () if by == subjects else tuple(sorted(by))
        # what two rules read is read as soon as one of them can hold
        given = tuple(sorted(frozenset.intersection(*(atom.given for atom in same)), key=str))
        result.append(Access(type, path, sign, subject, all(atom.owned for atom in same), limited, given))
    return tuple(sorted(result, key=lambda a: (a.type, [str(key) for key in a.path], not a.subject)))


def places(found: Iterable[Atom]) -> dict[tuple[str, Path, Sign], Place]:
    result: dict[tuple[str, Path, Sign], Place] = {}
    for atom in found:
        key = (atom.type, atom.path, atom.sign)
        if key not in result or (atom.place.line, atom.place.column) < (result[key].line, result[key].column):
            result[key] = atom.place
    return result


def _minimal(found: Iterable[Atom]) -> list[Atom]:
    groups: dict[tuple[str, bool, Sign], dict[Path, Atom]] = {}
    for atom in found:
        group = groups.setdefault((atom.type, atom.subject, atom.sign), {})
        known = group.get(atom.path)
        if known is None:
            group[atom.path] = atom
        else:
            owned, deep = known.owned and atom.owned, known.deep or atom.deep
            given = known.given & atom.given
            group[atom.path] = Atom(*_key(atom), owned, deep, known.place, known.by | atom.by, given)
    return [
        atom
        for group in groups.values()
        for atom in group.values()
        if not any(_replaces(other, atom) for other in group.values() if other is not atom)
    ]


def _key(atom: Atom) -> tuple[str, Path, Sign, bool]:
    return atom.type, atom.path, atom.sign, atom.subject


def _replaces(other: Atom, atom: Atom) -> bool:
    """Whether every gap that touches `atom` touches `other` too, so that it need not be listed.

    Whether a value is there (not deep) is touched by gaps at and above it, and any gap there overlaps what is
    read below it as well. A deep read is touched by every gap below it.
    """
    if (other.owned and not atom.owned) or not other.by >= atom.by or not other.given <= atom.given:
        return False
    if len(other.path) > len(atom.path):
        return not atom.deep and covers(other.path[: len(atom.path)], atom.path)
    return covers(other.path, atom.path) and (other.deep or (len(other.path) == len(atom.path) and not atom.deep))
