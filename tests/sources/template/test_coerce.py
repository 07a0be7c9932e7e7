"""Values in the schema's types, whatever way a template writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Hidden, Hole, Reason, Text
from auditor.sources.template.coerce import coerce, document, shape_of

HIDDEN = Hidden(Reason.UNRESOLVED, "parameter P has no value", "P")


@pytest.mark.parametrize(
    ("type", "key", "written", "canonical"),
    [
        ("AWS::RDS::DBInstance", "StorageEncrypted", "true", True),
        ("AWS::RDS::DBInstance", "StorageEncrypted", "False", False),
        ("AWS::RDS::DBInstance", "StorageEncrypted", "maybe", "maybe"),
        ("AWS::RDS::DBInstance", "StorageEncrypted", HIDDEN, HIDDEN),
        ("AWS::RDS::DBInstance", "Iops", "1000", 1000),
        ("AWS::RDS::DBInstance", "Iops", 1000.0, 1000),
        ("AWS::RDS::DBInstance", "AllocatedStorage", 20, "20"),
        ("AWS::RDS::DBInstance", "Engine", True, "true"),
        ("AWS::RDS::DBInstance", "NoSuchProperty", "true", "true"),
        ("AWS::EC2::Volume", "Size", "10", 10),
        ("Custom::Thing", "Flag", "true", "true"),
        ("AWS::No::Type", "Flag", "true", "true"),
        ("AWS::Serverless::Function", "MemorySize", "128", 128),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes", [{"Value": True}], [{"Value": "true"}]),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", [{"FromPort": "22"}], [{"FromPort": 22}]),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", [HIDDEN, {"ToPort": HIDDEN}], [HIDDEN, {"ToPort": HIDDEN}]),
        ("AWS::S3::BucketPolicy", "PolicyDocument", '{"Statement": []}', {"Statement": []}),
        ("AWS::S3::BucketPolicy", "PolicyDocument", "{no json", "{no json"),
        ("AWS::S3::BucketPolicy", "PolicyDocument", "[" * 100_000, "[" * 100_000),
        ("AWS::S3::BucketPolicy", "PolicyDocument", '{"a":' * 100_000, '{"a":' * 100_000),
        ("AWS::S3::BucketPolicy", "PolicyDocument", '{"a":' * 200 + "1" + "}" * 200, '{"a":' * 200 + "1" + "}" * 200),
        ("AWS::S3::BucketPolicy", "Bucket", '{"Statement": []}', '{"Statement": []}'),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument", {"Flag": "true"}, {"Flag": "true"}),
    ],
)
def test_a_value_takes_the_schemas_type(type: str, key: str, written: Any, canonical: Any) -> None:
    found = coerce({key: written}, shape_of(type))[key]
    assert found == canonical and found.__class__ is canonical.__class__


def test_a_document_with_holes_keeps_them() -> None:
    bucket, account = Hole("Bucket", "name"), Hole("AWS::AccountId", "name")
    written = Text(
        ('{"Statement": [{"Resource": ["arn:aws:s3:::', bucket, '/*", "', account, '"], "Sid": "a"}]}'),
        Reason.UNRESOLVED,
        "why",
    )
    resource = [
        Text(("arn:aws:s3:::", bucket, "/*"), Reason.UNRESOLVED, "why"),
        Text((account,), Reason.UNRESOLVED, "why"),
    ]
    assert document(written) == {"Statement": [{"Resource": resource, "Sid": "a"}]}
    outside = Text(('{"Statement": ', bucket, "}"), Reason.UNRESOLVED, "why")
    assert document(outside) == outside


def test_an_unknown_region_falls_back() -> None:
    assert shape_of("AWS::S3::Bucket", "xx-nowhere-1").below("BucketName") is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=8,
)
RULE = st.fixed_dictionaries(
    {
        "IpProtocol": st.sampled_from(["tcp", "-1", "6"]),
        "FromPort": st.integers(-1, 65535),
        "ToPort": st.integers(-1, 65535),
        "CidrIp": st.just("10.0.0.0/8"),
    }
)


@given(st.lists(RULE, max_size=4))
def test_as_text_or_as_numbers_a_rule_is_the_same(rules: list[dict[str, Any]]) -> None:
    as_text = [{key: str(value) for key, value in rule.items()} for rule in rules]
    as_numbers = [
        {key: int(value) if key == "IpProtocol" and value != "tcp" else value for key, value in rule.items()}
        for rule in rules
    ]
    shape = shape_of("AWS::EC2::SecurityGroup")
    assert coerce({"SecurityGroupIngress": as_text}, shape)["SecurityGroupIngress"] == rules
    assert coerce({"SecurityGroupIngress": as_numbers}, shape)["SecurityGroupIngress"] == rules


@given(st.sampled_from(["AWS::S3::Bucket", "AWS::EC2::Instance", "AWS::IAM::Role", "AWS::WAFv2::WebACL"]), JSON, JSON)
def test_any_tree_is_coerced_once_and_no_crash(type: str, first: Any, second: Any) -> None:
    shape = shape_of(type)
    tree = {name: first if index % 2 else second for index, name in enumerate(shape.names)}
    made = coerce(tree, shape)
    assert coerce(made, shape) == made


@given(JSON)
def test_a_document_is_the_same_as_text(tree: Any) -> None:
    text = json.dumps(tree)
    expected = json.loads(text) if isinstance(tree, dict) else text
    assert document(text) == expected
