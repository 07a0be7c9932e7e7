"""What a shell is offered: policy ids, types, frameworks, formats.

It is asked at every press of the Tab key, so it reads names of folders and lines of text: no pack is loaded, and
neither OPA nor boto3 nor cfn-lint is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

_TYPE = re.compile(r"(?:AWS|Auditor)::\w+(?:::\w+)?")


def policy_ids(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Of the built-in pack and of those that the line names with --pack."""
    keys = (file.stem for file in _policy_files(context.params))
    return _items((key.replace("_", "-") for key in keys), incomplete)


def types(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Every type that a policy names."""
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in _policy_files(context.params))
    return _items((type for text in texts for type in _TYPE.findall(text)), incomplete)


def frameworks(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _items((file.stem for file in (_builtin() / "frameworks").glob("*.yaml")), incomplete)


def framework_or_file(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A name, or what the shell knows of files."""
    return [*frameworks(context, parameter, incomplete), CompletionItem(incomplete, type="file")]


def formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Behind `FORMAT=` the shell's own files are of no use: it would drop what stands before them."""
    from auditor.render import FORMATS

    return _items(FORMATS, incomplete)


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(set(names)) if name.startswith(incomplete)]


def _policy_files(given: Mapping[str, Any]) -> Iterator[Path]:
    """`<key>/<key>.rego`, as a pack has them."""
    for folder in (_builtin(), *map(Path, given.get("packs") or ())):
        for file in folder.rglob("*.rego"):
            if file.stem == file.parent.name and file.parent.name != "main":
                yield file


def _builtin() -> Path:
    from auditor.catalogue.load import builtin_folder

    return builtin_folder()
