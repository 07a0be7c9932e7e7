"""The schema of what a policy sees: complete, true to what collectors and facts give, and strict where OPA checks."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from auditor.catalogue import load, plan
from auditor.collectors.call import LIST
from auditor.collectors.table import SERVICES
from auditor.engine.tools import OpaTools
from auditor.errors import PackError
from auditor.facts.attach import ScopeView, attach
from auditor.facts.table import FACTS
from auditor.model import Resource
from auditor.projection import compile_reads, show
from auditor.workbench import schemas
from auditor.workbench.case_scope import live_scope
from auditor.workbench.cases import forms, load_cases

NOT_PROPERTIES = {LIST, "*", "tags", "facts"}
OWN = sorted({type for service in SERVICES for call in service.calls for type in call.fills if "Auditor::" in type})

HEAD = "package policy.p\n\ndeny contains b.id if {{\n\tsome b in input.resources[{type}]\n\t{line}\n}}\n"


@pytest.mark.parametrize("type", OWN)
def test_every_type_that_a_collector_makes_up_has_a_schema_with_what_it_fills(type: str) -> None:
    shape = schemas.shape_of(type)
    assert shape is not None, f"write auditor/schemas/{type.replace('::', '-')}.json"
    filled = {name for service in SERVICES for call in service.calls for name in call.fills.get(type, ())}
    assert filled - NOT_PROPERTIES <= set(shape.names)


def test_our_own_types_and_facts_are_as_their_schemas_say(opa: str, tmp_path: Path) -> None:
    """All cases of all built-in policies, projected as OPA gets them. What CloudFormation models is not ours to test:
    cases hold a port as text, and an account says `unblocked` where CloudFormation has no word."""
    pack = load.load([load.builtin_folder()], OpaTools(opa), tmp_path)
    wrong = []
    for policy in pack.policies:
        made = plan.plan([policy], FACTS)
        whole = schemas.input_schema(made.reads)
        validators = {
            type: jsonschema.Draft7Validator(
                {"definitions": whole["definitions"], **whole["properties"]["resources"]["properties"][type]["items"]}
            )
            for type in made.reads
            if schemas.is_known(type)
        }
        for case in load_cases(policy):
            if "live" not in forms(case, policy):
                continue
            held = live_scope(case, policy).held
            by_type: dict[str, list[Resource]] = {}
            for resource in held:
                by_type.setdefault(resource.type, []).append(resource)
            for resource in held:
                if resource.type not in validators:
                    continue
                full, _ = attach(resource, [FACTS[name] for name in made.facts], ScopeView(by_type, {}))
                shown = json.loads(json.dumps(show(full, compile_reads(made.reads[resource.type]))))
                shown["region"] = shown["region"] or ""
                where = f"{policy.id}: {case.name}: {resource.type}"
                if not resource.type.startswith("Auditor::"):
                    shown["properties"] = {}
                wrong += [f"{where}: {error.message}" for error in validators[resource.type].iter_errors(shown)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("type", "line", "said"),
    [
        ("AWS::S3::Buckett", "b.id", "undefined ref: input.resources"),
        ("AWS::S3::Bucket", "b.properties.VersioningConfigration", "did you mean VersioningConfiguration?"),
        (
            "AWS::S3::Bucket",
            'b.properties.BucketEncryption.ServerSideEncryptionConfiguration[_].BucketKeyEnable == "x"',
            "did you mean BucketKeyEnabled?",
        ),
        ("AWS::S3::Bucket", "b.properties.VersioningConfiguration.Status == 3", "match error"),
        ("AWS::S3::Bucket", "b.propertys", "did you mean properties?"),
        ("Auditor::S3::AccountPublicAccessBlock", "b.properties.BlockPublicAcl", "did you mean BlockPublicAcls?"),
        ("AWS::IAM::Role", 'b.facts["iam.ful_admin"]', "did you mean iam.full_admin?"),
        ("AWS::IAM::Role", 'b.facts["iam.full_admin"].grant', "did you mean grants?"),
    ],
)
def test_a_misspelt_name_is_an_error_of_the_compiler(type: str, line: str, said: str, opa: str, tmp_path: Path) -> None:
    file = tmp_path / "p.rego"
    file.write_text(HEAD.format(type=json.dumps(type), line=line))
    schema = schemas.schema_file(schemas.mentioned([file.read_text()]), tmp_path)
    with pytest.raises(PackError) as error:
        OpaTools(opa).check([str(file)], str(schema))
    assert said in str(error.value)
    assert f"{file}:" in str(error.value)


def test_the_same_types_are_written_once(tmp_path: Path) -> None:
    first = schemas.schema_file(["AWS::S3::Bucket", "AWS::IAM::Role"], tmp_path)
    before = first.stat().st_mtime_ns
    assert schemas.schema_file(["AWS::IAM::Role", "AWS::S3::Bucket"], tmp_path) == first
    assert first.stat().st_mtime_ns == before
    assert schemas.schema_file(["AWS::IAM::User"], tmp_path) != first
