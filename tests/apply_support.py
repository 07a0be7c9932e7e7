"""What the creators of `apply.py` share."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

Client = Callable[..., Any]
Creator = Callable[[Client, Mapping[str, Any], str], str]

REGION = "eu-west-1"


def text(document: Any) -> str:
    """A policy document as the API takes it."""
    return document if isinstance(document, str) else json.dumps(document)


def kept(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named properties that are there: those that the API takes under the same name."""
    return {name: properties[name] for name in names if name in properties}


def archive() -> bytes:
    """The code of a function."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as code:
        code.writestr("app.py", "def handler(event, context): return 1")
    return file.getvalue()


def lower(node: Any) -> Any:
    """CloudFormation's PascalCase as the camelCase of ECS and CodeBuild."""
    if isinstance(node, Mapping):
        return {key[:1].lower() + key[1:]: lower(below) for key, below in node.items()}
    return [lower(each) for each in node] if isinstance(node, list) else node
