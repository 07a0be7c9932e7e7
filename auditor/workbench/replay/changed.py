"""Which policies differ between two packs: their own files, and the libraries that they use."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.load import modules_in

_PACKAGE = re.compile(rb"^package\s+([\w.]+)", re.MULTILINE)
_USED = re.compile(rb"\bdata\.(lib[\w.]*)")
_POLICY = "policy."


class Changed(msgspec.Struct, frozen=True):
    """Policy ids, each list in order."""

    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        return frozenset((*self.changed, *self.new, *self.gone))

    def only(self, ids: Container[str]) -> Changed:
        """As far as these policies are concerned."""
        lists = ([id for id in names if id in ids] for names in (self.changed, self.new, self.gone))
        return Changed(*map(tuple, lists))


class Files(msgspec.Struct, frozen=True):
    """The Rego of some folders by package: file and content. Nothing is parsed."""

    policies: Mapping[str, tuple[Path, bytes]]  # by id
    libraries: Mapping[str, tuple[Path, bytes]]


def read(folders: Sequence[Path]) -> Files:
    policies: dict[str, tuple[Path, bytes]] = {}
    libraries: dict[str, tuple[Path, bytes]] = {}
    for file in (Path(name) for folder in folders for name in sorted(modules_in(str(folder)))):
        content = file.read_bytes()
        found = _PACKAGE.search(content)
        package = found[1].decode() if found else str(file)
        if package.startswith(_POLICY):
            policies[package.removeprefix(_POLICY).replace("_", "-")] = (file, content)
        else:
            libraries[package] = (file, content)
    return Files(policies, libraries)


def compare(before: Files, after: Files) -> Changed:
    """A comment counts as a change: what a policy says is not interpreted here."""
    old, new = _contents(before), _contents(after)
    return Changed(
        changed=tuple(sorted(id for id in new if id in old and new[id] != old[id])),
        new=tuple(sorted(id for id in new if id not in old)),
        gone=tuple(sorted(id for id in old if id not in new)),
    )


def _contents(files: Files) -> dict[str, frozenset[bytes]]:
    """Policy id to what its verdicts depend on: its file, the entry point, and every library that it may reach."""
    libraries = {name: content for name, (_, content) in files.libraries.items()}
    contents = {}
    for id, (_, own) in files.policies.items():
        reached = _reached(own, libraries) | (libraries.keys() & {"main"})
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
    return all(left == right for left, right in zip(one.split("."), other.split("."), strict=False))
