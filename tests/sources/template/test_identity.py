"""Who a resource is, and that two spellings of one name meet while two names stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scopes import gaps_at, one, scope_of, scopes_of

from auditor.model import Hidden, Hole, Reason, Text
from auditor.sources.template.identity import could_equal

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"


@pytest.mark.parametrize(
    ("name", "ref", "arn"),
    [
        ("", "⟨Bucket⟩", "arn:aws:s3:::⟨Bucket⟩"),
        ("BucketName: logs", "logs", "arn:aws:s3:::logs"),
        ("BucketName: !Ref Name", "⟨Name⟩", "arn:aws:s3:::⟨Name⟩"),
        ("BucketName: !Sub '${Name}-logs'", "⟨Name⟩-logs", "arn:aws:s3:::⟨Name⟩-logs"),
        ("BucketName: !Ref AWS::NoValue", "⟨Bucket⟩", "arn:aws:s3:::⟨Bucket⟩"),
        ("BucketName: 42", "42", "arn:aws:s3:::42"),
    ],
)
def test_a_bucket_is_its_name_or_a_symbol(name: str, ref: str, arn: str) -> None:
    bucket = one(
        scope_of(
            f"""
            Parameters: {{Name: {{Type: String}}}}
            Resources:
              Bucket: {{Type: AWS::S3::Bucket, Properties: {{{name}}}}}
            """,
            BUCKET,
        ),
        "#Bucket",
    )
    assert (bucket.name, bucket.arn) == (ref, arn)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("", "!Ref Bucket"),
        ("BucketName: logs", "!Ref Bucket"),
        ("BucketName: logs", "logs"),
        ("BucketName: logs", "arn:aws:s3:::logs"),
        ("", "!GetAtt Bucket.Arn"),
        ("", "!Select [5, !Split [':', !GetAtt Bucket.Arn]]"),
        ("BucketName: !Ref Name", "!Ref Name"),
        ("BucketName: !Ref Name", "!Ref Bucket"),
        ("BucketName: !Sub '${Name}-logs'", "!Join ['-', [!Ref Name, logs]]"),
        ("BucketName: !Sub '${Name}-logs'", "!Ref Bucket"),
    ],
)
def test_every_spelling_of_a_bucket_joins_its_policy(name: str, owner: str) -> None:
    scope = scope_of(
        f"""
        Parameters: {{Name: {{Type: String}}}}
        Resources:
          Bucket: {{Type: AWS::S3::Bucket, Properties: {{{name}}}}}
          Policy: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: {owner}, PolicyDocument: {{}}}}}}
        """,
        BUCKET,
        POLICY,
    )
    bucket, policy = one(scope, "#Bucket"), one(scope, "#Policy")
    assert policy.properties["Bucket"] == bucket.name
    assert policy.owners == (bucket.id,)
    assert not gaps_at(scope, None)


def test_a_nested_stack_gets_the_identity_that_its_parent_passes() -> None:
    scope = scope_of(
        """
        Resources:
          Bucket: {Type: AWS::S3::Bucket}
          Rules:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: rules.yaml, Parameters: {Target: !Ref Bucket}}
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !GetAtt Rules.Outputs.Made, PolicyDocument: {}}}
        """,
        BUCKET,
        POLICY,
        files={
            "rules.yaml": """
            Parameters: {Target: {Type: String}}
            Resources:
              Own: {Type: AWS::S3::Bucket}
              Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Target, PolicyDocument: {}}}
            Outputs: {Made: {Value: !Ref Own}}
            """
        },
    )
    assert one(scope, "app.yaml#Rules/rules.yaml#Policy").owners == ("app.yaml#Bucket",)
    assert one(scope, "app.yaml#Policy").owners == ("app.yaml#Rules/rules.yaml#Own",)
    assert one(scope, "#Own").name == "⟨Rules/Own⟩"


def test_two_stacks_of_one_template_are_two_resources() -> None:
    scope = scope_of(
        """
        Resources:
          A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml}}
          B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml}}
        """,
        BUCKET,
        files={"b.yaml": "Resources: {Bucket: {Type: 'AWS::S3::Bucket'}}"},
    )
    assert {bucket.name for bucket in scope.resources()} == {"⟨A/Bucket⟩", "⟨B/Bucket⟩"}


def test_what_aws_makes_up_is_named_by_no_parameter() -> None:
    scope = scope_of(
        """
        Parameters: {Name: {Type: String}}
        Resources:
          MadeUp: {Type: AWS::S3::Bucket}
          Literal: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}
          Other: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "x-${AWS::Region}"}}
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Sub "${Name}-logs", PolicyDocument: {}}}
          Unknown: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Name, PolicyDocument: {}}}
        """,
        BUCKET,
        POLICY,
    )
    parents = {gap.parent for gap in gaps_at(scope, None) if gap.type == POLICY}
    assert parents == {"app.yaml#Literal", "app.yaml#Other"}
    details = {gap.detail for gap in gaps_at(scope, None) if gap.type == POLICY}
    assert "⟨Name⟩ may be Literal" in details
    assert "⟨Name⟩-logs may be Literal" not in details


def test_an_arn_is_built_as_the_service_builds_it() -> None:
    scope = scope_of(
        """
        Resources:
          Role: {Type: AWS::IAM::Role, Properties: {Path: /app/, AssumeRolePolicyDocument: {}}}
          Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: alerts}}
          Queue: {Type: AWS::SQS::Queue}
          Key: {Type: AWS::KMS::Key}
          Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /app}}
        """,
        "AWS::IAM::Role",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        account="111122223333",
        region="eu-west-1",
    )
    assert {resource.id.partition("#")[2]: (resource.name, resource.arn) for resource in scope.resources()} == {
        "Role": ("⟨Role⟩", "arn:aws:iam::111122223333:role/app/⟨Role⟩"),
        "Topic": ("arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws:sns:eu-west-1:111122223333:alerts"),
        "Queue": (
            "https://sqs.eu-west-1.amazonaws.com/111122223333/⟨Queue⟩",
            "arn:aws:sqs:eu-west-1:111122223333:⟨Queue⟩",
        ),
        "Key": ("⟨Key⟩", "arn:aws:kms:eu-west-1:111122223333:key/⟨Key⟩"),
        "Group": ("/app", "arn:aws:logs:eu-west-1:111122223333:log-group:/app:*"),
    }
    assert one(scope, "#Role").region is None
    assert one(scope, "#Key").region == "eu-west-1"


def test_an_identity_elsewhere_is_its_symbol_or_hidden() -> None:
    scope = scope_of(
        """
        Parameters: {Name: {Type: String}}
        Resources:
          MadeUp: {Type: AWS::S3::Bucket}
          Named: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}
          Role: {Type: AWS::IAM::Role}
          Function:
            Type: AWS::Lambda::Function
            Properties:
              Handler: !Ref MadeUp
              Runtime: !Ref Named
              Description: !GetAtt MadeUp.DomainName
              KmsKeyArn: !Sub "${MadeUp.Arn}/x"
              Environment: {Variables: {BUCKET: !GetAtt MadeUp.Arn, ROLE: !GetAtt Role.Arn}}
        """,
        "AWS::Lambda::Function",
    )
    properties = one(scope, "#Function").properties
    assert properties["Handler"] == "⟨MadeUp⟩"
    assert properties["Runtime"] == Hidden(Reason.UNRESOLVED, "parameter Name has no value", "Name")
    assert properties["Description"].symbol == "MadeUp.DomainName"
    assert properties["KmsKeyArn"].parts == ("arn:aws:s3:::", Hole("MadeUp", "name"), "/x")
    assert properties["Environment"]["Variables"] == {
        "BUCKET": "arn:aws:s3:::⟨MadeUp⟩",
        "ROLE": "arn:aws:iam::⟨AWS::AccountId⟩:role/⟨Role⟩",
    }
    hidden = {gap.path for gap in scope.gaps if gap.id == "app.yaml#Function"}
    assert hidden == {("Runtime",), ("Description",), ("KmsKeyArn",)}


def test_an_attribute_that_is_a_property_is_that_propertys_value() -> None:
    scope = scope_of(
        """
        Resources:
          Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties: {SecurityGroupIngress: [{IpProtocol: "-1", CidrIp: !GetAtt Vpc.CidrBlock}]}
        """,
        "AWS::EC2::SecurityGroup",
    )
    assert one(scope, "#Group").properties["SecurityGroupIngress"][0]["CidrIp"] == "10.0.0.0/16"


def test_names_in_a_circle_end() -> None:
    scope = scope_of(
        """
        Resources:
          A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${B}-a"}}
          B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${A}-b"}}
        """,
        BUCKET,
    )
    assert len({bucket.name for bucket in scope.resources()}) == 2
    assert {gap.path for gap in scope.gaps} == {("BucketName",)}


def test_a_long_chain_of_names_is_hidden_and_no_crash() -> None:
    chain = "\n".join(
        f"  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref B{i + 1}}}}}" for i in range(400)
    )
    scope = scope_of(f"Resources:\n{chain}\n  B400: {{Type: AWS::S3::Bucket, Properties: {{BucketName: end}}}}", BUCKET)
    assert one(scope, "#B400").name == "end"
    assert len(list(scope.resources())) == 401


def test_a_resource_is_there_in_the_worlds_of_its_condition_only() -> None:
    scopes = scopes_of(
        """
        Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          Bucket: {Type: AWS::S3::Bucket, Condition: Prod}
          Policy: {Type: AWS::S3::BucketPolicy, Condition: Prod, Properties: {Bucket: !Ref Bucket, PolicyDocument: {}}}
        """,
        (BUCKET, POLICY),
    )
    assert [len(list(scope.resources())) for scope in scopes] == [0, 2]
    assert [scope.world.default for scope in scopes if scope.world] == [True, False]


LITERALS = st.text("ab-:", max_size=4)
PIECES = st.lists(st.one_of(LITERALS, st.sampled_from("PQ").map(Hole)), min_size=1, max_size=4)


def fill(value: str | Text, filling: dict[str, str]) -> str:
    parts = value.parts if isinstance(value, Text) else (value,)
    return "".join(part if isinstance(part, str) else filling[part.symbol] for part in parts)


def text(pieces: list[str | Hole]) -> str | Text:
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(str(piece) for piece in pieces)
    return Text(tuple(pieces), Reason.UNRESOLVED, "")


@given(PIECES, PIECES, LITERALS, LITERALS)
def test_what_some_filling_makes_equal_could_be_equal(
    left: list[str | Hole], right: list[str | Hole], p: str, q: str
) -> None:
    first, second = text(left), text(right)
    if fill(first, {"P": p, "Q": q}) == fill(second, {"P": p, "Q": q}):
        assert could_equal(first, second)
