"""Which policies differ between two packs: their own files, and the libraries that they use."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import msgspec

from auditor.model import Pack

_PACKAGE = re.compile(rb"^package\s+([\w.]+)", re.MULTILINE)
_USED = re.compile(rb"\bdata\.((?:lib|main)[\w.]*)")


class Changed(msgspec.Struct, frozen=True):
    """Policy ids, each list in order."""

    changed: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def all(self) -> frozenset[str]:
        return frozenset((*self.changed, *self.new, *self.gone))

    def only(self, ids: Container[str]) -> Changed:
        """As far as these policies are concerned."""
        lists = ([id for id in names if id in ids] for names in (self.changed, self.new, self.gone))
        return Changed(*map(tuple, lists))


def compare(before: Pack, after: Pack) -> Changed:
    """A comment counts as a change: what a policy says is not interpreted here."""
    old, new = _contents(before), _contents(after)
    return Changed(
        changed=tuple(id for id in new if id in old and new[id] != old[id]),
        new=tuple(id for id in new if id not in old),
        gone=tuple(id for id in old if id not in new),
    )


def _contents(pack: Pack) -> dict[str, frozenset[bytes]]:
    """Policy id to what its verdicts depend on: its file, the entry point, and every library that it may reach."""
    policies = {policy.file: policy.id for policy in pack.policies}
    libraries: dict[str, bytes] = {}
    for file in pack.modules:
        if file not in policies:
            content = Path(file).read_bytes()
            found = _PACKAGE.search(content)
            libraries[found[1].decode() if found else file] = content
    contents = {}
    for file, id in policies.items():
        own = Path(file).read_bytes()
        reached = _reached(own, libraries) | {name for name in libraries if name == "main"}
        contents[id] = frozenset({own, *(name.encode() + b"\0" + libraries[name] for name in reached)})
    return contents


def _reached(content: bytes, libraries: Mapping[str, bytes]) -> set[str]:
    waiting, reached = [content], set[str]()
    while waiting:
        for name in _used(waiting.pop(), libraries):
            if name not in reached:
                reached.add(name)
                waiting.append(libraries[name])
    return reached


def _used(content: bytes, libraries: Iterable[str]) -> list[str]:
    """`data.lib.ports.x` and `import data.lib` may both mean lib.ports; `data[...]` may mean any."""
    if b"data[" in content:
        return list(libraries)
    named = {match.decode().rstrip(".") for match in _USED.findall(content)}
    return [name for name in libraries if any(_overlap(name, each) for each in named)]


def _overlap(one: str, other: str) -> bool:
    left, right = one.split("."), other.split(".")
    return all(a == b for a, b in zip(left, right, strict=False))
