"""Where the template of a nested stack lies: beside its parent, in a CDK assembly, or where it cannot be read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-application.html
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auditor.sources.template.constants import Constants, Undecided
from auditor.sources.template.decode import MAX_BYTES
from auditor.sources.template.tree import function_of, map_like

# Type of a nested stack to the property that says where its template is.
TEMPLATE_OF = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ASSET = re.compile(r"([0-9a-f]{64})\.json")


def local_template(resource: Mapping[str, Any], parent_file: str, constants: Constants) -> str | None:
    """The path of the nested template, as the parent's is written; None where it is remote or not known yet.

    The file need not exist.
    """
    properties = resource.get("Properties", {})
    node = properties.get(TEMPLATE_OF[resource["Type"]])
    asset = _asset_of(resource, node, parent_file)
    if asset is not None:
        return beside(parent_file, asset)
    try:
        url = constants.text(node)
    except Undecided:
        return None
    return None if _REMOTE.match(url) or not url.strip() else beside(parent_file, url)


def arguments_of(resource: Mapping[str, Any], template: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the parent passes: parameter to a node of the parent's template.

    Where only a function gives the whole mapping, each parameter of the nested template is passed something
    that is not seen.
    """
    given = resource.get("Properties", {}).get("Parameters")
    if not isinstance(given, dict):
        return {}
    if function_of(given) is None:
        return given
    parameters = template.get("Parameters")
    unseen = map_like(given, {"Fn::Transform": map_like(given, {"Name": "the parameters of the nested stack"})})
    return dict.fromkeys(parameters, unseen) if isinstance(parameters, dict) else {}


def beside(file: str, path: str) -> str:
    """A path that is relative to a file, as the file's own path is written."""
    folder = "" if file == "-" else posixpath.dirname(file)
    return posixpath.normpath(posixpath.join(folder, path))


def manifests(folder: str | Path) -> list[Path]:
    """The asset manifests of a cloud assembly."""
    return sorted(Path(folder).glob("*.assets.json"))


def _asset_of(resource: Mapping[str, Any], node: Any, parent_file: str) -> str | None:
    """The nested template in a CDK assembly: named in the metadata, else by its hash in an asset manifest.

    https://docs.aws.amazon.com/cdk/v2/guide/deploy.html (cloud assemblies)
    """
    metadata = resource.get("Metadata", {})
    path = metadata.get("aws:asset:path")
    if isinstance(path, str) and metadata.get("aws:asset:property", "TemplateURL") == "TemplateURL":
        return str(path)
    hashes = {match for text in _texts(node) for match in _ASSET.findall(text)}
    if not hashes:
        return None
    return next((found for hash, found in _assets(Path(beside(parent_file, "."))) if hash in hashes), None)


def _texts(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, (dict, list)):
            waiting += one.values() if isinstance(one, dict) else one


def _assets(folder: Path) -> Iterator[tuple[str, str]]:
    """Hash and path of every file in the asset manifests of a cloud assembly."""
    for manifest in manifests(folder):
        try:
            if manifest.stat().st_size > MAX_BYTES:
                continue
            files = json.loads(manifest.read_bytes()).get("files", {})
            yield from ((hash, str(file["source"]["path"])) for hash, file in files.items())
        except (OSError, ValueError, RecursionError, AttributeError, KeyError, TypeError):
            continue  # no manifest of a cloud assembly
