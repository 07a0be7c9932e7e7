"""The scope of a template: its resources, its gaps, and what may be concluded from what is not there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from scopes import gaps_at, one, scope_of, scopes_of

from auditor.model import ACCOUNT_PLACEHOLDER, HIDDEN, REGION_PLACEHOLDER, Plan, Problem, Reason, home
from auditor.sources.template.build import build
from auditor.sources.template.load import load, tree_of
from auditor.sources.template.nodes import Settings
from auditor.sources.template.worlds import assignments

BUCKET, POLICY, GROUP = "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::EC2::SecurityGroup"
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def test_only_what_the_plan_reads_is_there() -> None:
    text = "Resources: {B: {Type: 'AWS::S3::Bucket'}, Q: {Type: 'AWS::SQS::Queue'}, W: {Type: 'Custom::X'}}"
    assert [resource.type for resource in scope_of(text, BUCKET).resources()] == [BUCKET]
    assert not list(scope_of(text, BUCKET).resources(frozenset({"AWS::SQS::Queue"})))


def test_account_and_region_are_placeholders_until_they_are_set() -> None:
    text = "Resources: {B: {Type: 'AWS::S3::Bucket'}}"
    (bucket,) = scope_of(text, BUCKET).resources()
    assert (bucket.account, bucket.region) == (ACCOUNT_PLACEHOLDER, REGION_PLACEHOLDER)
    (bucket,) = scope_of(text, BUCKET, account="111122223333", region="eu-west-1").resources()
    assert (bucket.account, bucket.region) == ("111122223333", "eu-west-1")


def test_every_hidden_value_has_a_gap_at_its_place() -> None:
    scope = scope_of(
        """
        Parameters: {P: {Type: String}}
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: !Sub "${P}-x"
              AccessControl: !ImportValue acl
              LoggingConfiguration: {LogFilePrefix: !Ref P}
              LifecycleConfiguration: {Rules: [{Id: a}, !Ref P]}
              Tags: [{Key: !Ref P, Value: v}, {Key: k, Value: !Ref P}, {Key: seen, Value: v}]
        """,
        BUCKET,
    )
    bucket = one(scope, "#Bucket")
    assert {gap.path for gap in scope.gaps if gap.id == bucket.id} == {
        ("BucketName",),
        ("AccessControl",),
        ("LoggingConfiguration", "LogFilePrefix"),
        ("LifecycleConfiguration", "Rules", 1),
        ("Tags", 0, "Key"),
        ("Tags", 1, "Value"),
        ("tags", "*"),
        ("tags", "k"),
    }
    assert bucket.tags == {"seen": "v"}
    assert {gap.detail for gap in gaps_at(scope, "#Bucket", ("AccessControl",))} == {'Fn::ImportValue "acl"'}


def test_resources_come_in_the_order_of_their_home() -> None:
    scope = scope_of(
        """
        Resources:
          SecondPolicy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Second, PolicyDocument: {}}}
          First: {Type: AWS::S3::Bucket}
          Second: {Type: AWS::S3::Bucket}
          FirstPolicy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref First, PolicyDocument: {}}}
        """,
        BUCKET,
        POLICY,
    )
    homes = [home(resource) for resource in scope.resources()]
    assert homes == sorted(homes, key=homes.index) and len(set(homes)) == 2
    assert [resource.id for resource in scope.resources()] == [resource.id for resource in scope.resources()]


def test_what_is_attached_to_an_attachment_travels_with_the_outermost() -> None:
    types = (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Logs::DeliverySource",
        "AWS::Logs::Delivery",
    )
    scope = scope_of(
        """
        Resources:
          Delivery: {Type: AWS::Logs::Delivery, Properties: {DeliverySourceName: !Ref Source}}
          Source: {Type: AWS::Logs::DeliverySource, Properties: {Name: logs, ResourceArn: !Ref Balancer}}
          Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
        """,
        *types,
    )
    assert {home(resource) for resource in scope.resources()} == {"app.yaml#Balancer"}
    assert one(scope, "#Delivery").owners == ("app.yaml#Balancer", "app.yaml#Source")
    assert (types[0], types[2]) in (scope.coverage.related or ())


def test_a_reference_to_what_is_outside_is_a_gap_on_the_referrer() -> None:
    scope = scope_of(
        """
        Parameters: {List: {Type: String}}
        Resources:
          Known: {Type: AWS::EC2::PrefixList, Properties: {PrefixListName: known}}
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - {IpProtocol: tcp, SourcePrefixListId: !GetAtt Known.PrefixListId}
                - {IpProtocol: tcp, SourcePrefixListId: pl-12345678}
                - {IpProtocol: tcp, SourcePrefixListId: !Ref List}
        """,
        GROUP,
        "AWS::EC2::PrefixList",
    )
    rules = one(scope, "#Group").properties["SecurityGroupIngress"]
    assert rules[0]["SourcePrefixListId"] == one(scope, "#Known").name
    assert rules[1]["SourcePrefixListId"] == "pl-12345678"
    assert isinstance(rules[2]["SourcePrefixListId"], HIDDEN)
    lists = gaps_at(scope, None, (), parent="#Group")
    assert [(gap.type, gap.reason) for gap in lists] == [("AWS::EC2::PrefixList", Reason.OUTSIDE)] * 2


def test_a_profile_that_is_only_named_is_asked_for_nothing() -> None:
    types = ("AWS::EC2::Instance", "AWS::IAM::InstanceProfile")
    text = """
        Resources:
          Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: []}}
          Mine: {Type: AWS::EC2::Instance, Properties: {IamInstanceProfile: !Ref Profile}}
          Other: {Type: AWS::EC2::Instance, Properties: {IamInstanceProfile: elsewhere}}
        """
    scope = scope_of(text, *types)
    assert not scope.gaps
    assert one(scope, "#Mine").properties["IamInstanceProfile"] == one(scope, "#Profile").name


@pytest.mark.parametrize(
    ("receiver", "opened"),
    [
        ("Type: 'Custom::Fill', Properties: {ServiceToken: arn, Bucket: !Ref Bucket}", True),
        ("Type: 'Custom::Fill', Properties: {ServiceToken: !Ref Bucket}", False),
        ("Type: 'AWS::CloudFormation::CustomResource', Properties: {In: {Deep: [!GetAtt Bucket.Arn]}}", True),
        ("Type: 'Custom::Fill', Properties: {Url: !Sub 's3://${Bucket}/x'}", True),
        (
            "Type: 'AWS::CloudFormation::Stack', Properties: "
            "{TemplateURL: 'https://x/y.yaml', Parameters: {B: !Ref Bucket}}",
            True,
        ),
        ("Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: in.yaml, Parameters: {B: !Ref Bucket}}", False),
        ("Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Bucket}", False),
    ],
)
def test_who_receives_a_bucket_unread_may_attach_a_policy_to_it(receiver: str, opened: bool) -> None:
    scope = scope_of(
        f"""
        Resources:
          Bucket: {{Type: AWS::S3::Bucket}}
          Receiver: {{{receiver}}}
        """,
        BUCKET,
        POLICY,
        files={"in.yaml": "{Parameters: {B: {Type: String}}, Resources: {T: {Type: 'AWS::SNS::Topic'}}}"},
    )
    assert [gap.type for gap in gaps_at(scope, None, (), parent="#Bucket")] == [POLICY] * opened


def test_who_receives_a_group_unread_may_add_rules_to_it() -> None:
    scope = scope_of(
        """
        Resources:
          Group: {Type: AWS::EC2::SecurityGroup}
          Fill: {Type: Custom::Fill, Properties: {Group: !GetAtt Group.GroupId}}
        """,
        GROUP,
    )
    (doubt,) = one(scope, "#Group").properties["SecurityGroupIngress"]
    assert isinstance(doubt, HIDDEN) and doubt.reason is Reason.UNRESOLVED
    assert doubt.detail == "Group is passed to Fill (Custom::Fill), which was not read"


def test_a_macro_hides_everything_unless_it_is_accepted() -> None:
    text = "{Transform: [Company], Resources: {B: {Type: 'AWS::S3::Bucket'}}}"
    (gap,) = scope_of(text, BUCKET).gaps
    assert (gap.type, gap.id, gap.path, gap.reason) == ("*", None, (), Reason.UNSUPPORTED)
    assert "Company" in gap.detail
    assert not scope_of(text, BUCKET, accepted_macros=frozenset({"Company"})).gaps


def test_a_macro_in_the_properties_hides_what_may_be_asked_for() -> None:
    scope = scope_of(
        """
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            Properties: {"Fn::Transform": {Name: "AWS::Include", Parameters: {Location: "s3://b/k"}}}
        """,
        BUCKET,
    )
    assert all(isinstance(value, HIDDEN) for value in one(scope, "#Bucket").properties.values())
    assert gaps_at(scope, "#Bucket", ("PublicAccessBlockConfiguration",))


def test_the_construct_path_of_the_cdk() -> None:
    scope = scope_of(
        """
        Resources:
          Bucket: {Type: AWS::S3::Bucket, Metadata: {"aws:cdk:path": App/Stack/Bucket/Resource}}
          Plain: {Type: AWS::S3::Bucket}
        """,
        BUCKET,
    )
    assert scope.construct(one(scope, "#Bucket").id) == "App/Stack/Bucket/Resource"
    assert scope.construct(one(scope, "#Plain").id) is None


def test_a_resource_names_the_defaults_on_which_it_rests() -> None:
    text = """
        Parameters:
          Size: {Type: String, Default: db.t3.micro}
          Given: {Type: String, Default: mysql}
          Free: {Type: String}
          Env: {Type: String, Default: dev}
          Unused: {Type: String, Default: x}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          Database:
            Type: AWS::RDS::DBInstance
            Properties:
              DBInstanceClass: !Ref Size
              Engine: !Sub "${Given}"
              DBName: !Ref Free
              MultiAZ: !If [Prod, true, false]
        """
    scopes = scopes_of(text, ["AWS::RDS::DBInstance"], Settings(parameters={"Given": "postgres"}))
    assert {scope.assumed("app.yaml#Database") for scope in scopes} == {("Size",)}


def test_worlds_differ_in_what_they_hold() -> None:
    scopes = scopes_of(
        """
        Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          Database: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: !If [Prod, false, "true"]}}
        """,
        ["AWS::RDS::DBInstance"],
    )
    assert [one(scope, "#Database").properties["PubliclyAccessible"] for scope in scopes] == [True, False]
    assert all(scope.certain for scope in scopes)


@pytest.mark.parametrize("of", ["BucketName", "Tags", "PublicAccessBlockConfiguration", "LifecycleConfiguration"])
@pytest.mark.parametrize("value", ["[]", "{}", "7", "null", "[[[]]]", "{A: [1, {B: null}]}", "!Ref Bucket", "text"])
def test_odd_shapes_are_no_crash(of: str, value: str) -> None:
    scope = scope_of(f"Resources: {{Bucket: {{Type: AWS::S3::Bucket, Properties: {{{of}: {value}}}}}}}", BUCKET)
    assert one(scope, "#Bucket")


def test_ten_thousand_resources_take_seconds() -> None:
    """A quadratic join of 5,000 policies with 5,000 buckets would take minutes."""

    def seconds(count: int) -> float:
        body = "".join(
            f"  B{n}: {{Type: AWS::S3::Bucket}}\n"
            f"  P{n}: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: !Ref B{n}, PolicyDocument: {{}}}}}}\n"
            for n in range(count)
        )
        tree = tree_of("big.yaml", f"Resources:\n{body}".encode())
        stack = load("big.yaml", tree, Settings(), lambda path: Problem("file", path, "")).stack
        assert stack is not None
        world = assignments(stack, Settings()).worlds[0]
        start = time.process_time()
        scope = build(stack, world, Settings(), Plan({BUCKET: ((),), POLICY: ((),)}))
        taken = time.process_time() - start
        assert sum(bool(resource.owners) for resource in scope.resources()) == count
        return taken

    seconds(100)  # imports and schemas
    assert seconds(5_000) < 20


@pytest.mark.skipif(not CORPUS.exists(), reason="the collection of public templates is not on this machine")
def test_every_public_template_builds_and_every_gap_has_a_place() -> None:
    types = [BUCKET, POLICY, GROUP, "AWS::RDS::DBInstance", "AWS::EC2::Instance", "AWS::IAM::Role"]
    plan = Plan({type: (("*",),) for type in types})
    built = 0
    for file in sorted(CORPUS.rglob("*")):
        tree = tree_of(str(file), file.read_bytes()) if file.is_file() else None
        if not isinstance(tree, dict):
            continue
        stack = load(str(file), tree, Settings(), lambda path: Problem("file", path, "")).stack
        if stack is None:
            continue
        lines = file.read_text(errors="replace").count("\n") + 1
        for world in assignments(stack, Settings()).worlds[:4]:
            scope = build(stack, world, Settings(), plan)
            for gap in scope.gaps:
                place = scope.locate(gap.id, gap.path) if gap.id is not None else None
                assert gap.id is None or (place is not None and 1 <= place.line <= lines), (file, gap)
        built += 1
    assert built > 120
