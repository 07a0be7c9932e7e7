"""What a template says of a resource that it does not declare."""

from __future__ import annotations

from scopes import gaps_at, one, scope_of

from auditor.model import HIDDEN, Reason

GROUP, ROLE = "AWS::EC2::SecurityGroup", "AWS::IAM::Role"
BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"


def test_a_rule_of_a_group_outside_stands_as_that_group() -> None:
    scope = scope_of(
        """\
        Parameters: {Peer: {Type: String}}
        Resources:
          Rule:
            Type: AWS::EC2::SecurityGroupIngress
            Properties: {GroupId: !Ref Peer, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
          Second:
            Type: AWS::EC2::SecurityGroupIngress
            Properties: {GroupId: !Ref Peer, IpProtocol: udp}
        """,
        GROUP,
    )
    (group,) = scope.resources()
    assert group.stand_in and group.name == "⟨Peer⟩"
    first, second, rest = group.properties["SecurityGroupIngress"]
    assert first["FromPort"] == 22 and second == {"IpProtocol": "udp"}
    assert isinstance(rest, HIDDEN) and rest.reason is Reason.OUTSIDE
    assert isinstance(group.properties["SecurityGroupEgress"], HIDDEN)
    assert scope.declares[group.id] == ((GROUP, ("SecurityGroupIngress",)),)
    own = {gap.path: gap.reason for gap in scope.gaps if gap.id == group.id}
    assert own[("SecurityGroupIngress", 2)] is own[("SecurityGroupEgress",)] is own[("tags",)] is Reason.OUTSIDE
    assert ("SecurityGroupIngress",) not in own
    located = scope.locate(group.id, ("SecurityGroupIngress", 1, "IpProtocol"))
    assert located is not None and located.line == 8
    located = scope.locate(group.id, ())
    assert located is not None and located.line == 3


def test_a_default_group_is_named_default() -> None:
    scope = scope_of(
        """
        Resources:
          Vpc: {Type: AWS::EC2::VPC}
          Rule:
            Type: AWS::EC2::SecurityGroupIngress
            Properties: {GroupId: !GetAtt Vpc.DefaultSecurityGroup, IpProtocol: "-1", CidrIp: 10.0.0.0/8}
        """,
        GROUP,
    )
    (group,) = scope.resources()
    assert group.properties["GroupName"] == "default"
    assert (GROUP, ("GroupName",)) in scope.declares[group.id]


def test_a_policy_of_a_bucket_outside_brings_the_bucket() -> None:
    scope = scope_of(
        """
        Parameters: {Name: {Type: String}}
        Resources:
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Name, PolicyDocument: {}}}
          Other: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: other-bucket, PolicyDocument: {}}}
        """,
        BUCKET,
        POLICY,
    )
    bucket = one(scope, "Bucket/⟨Name⟩")
    assert bucket.stand_in and bucket.arn == "arn:aws:s3:::⟨Name⟩"
    assert one(scope, "#Policy").owners == (bucket.id,)
    assert one(scope, "#Policy").properties["Bucket"] == bucket.name
    assert gaps_at(scope, bucket.id, ("PublicAccessBlockConfiguration",))[0].reason is Reason.OUTSIDE
    # a bucket has one policy at most, and it is here
    assert not [gap for gap in scope.gaps if gap.type == POLICY and gap.parent == bucket.id]
    other = one(scope, "Bucket/other-bucket")
    assert other.properties["BucketName"] == "other-bucket"
    assert other.arn == "arn:aws:s3:::other-bucket"
    assert scope.declares[other.id] == ((POLICY, ()),)


def test_what_may_be_attached_more_than_once_stays_open() -> None:
    scope = scope_of(
        """
        Resources:
          Permission: {Type: AWS::Lambda::Permission, Properties: {FunctionName: app, Principal: "*"}}
        """,
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
    )
    function = one(scope, "Function/app")
    assert [gap.type for gap in gaps_at(scope, None, (), parent=function.id)] == ["AWS::Lambda::Permission"]
    assert one(scope, "#Permission").properties["FunctionName"] == "app"


def test_documents_that_nobody_reads_bring_nothing() -> None:
    text = """
        Resources:
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: other, PolicyDocument: {}}}
          Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1}}
        """
    assert not list(scope_of(text, BUCKET).resources())
    assert [resource.type for resource in scope_of(text, "AWS::EC2::VPC", "AWS::EC2::Subnet").resources()] == [
        "AWS::EC2::Subnet"
    ]


def test_a_principal_outside_has_the_policies_that_are_given_to_it() -> None:
    scope = scope_of(
        """
        Resources:
          Policy:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {}, Roles: [deployer]}
          Inline:
            Type: AWS::IAM::Policy
            Properties: {PolicyName: p, PolicyDocument: {Statement: []}, Roles: [deployer]}
        """,
        ROLE,
        "AWS::IAM::ManagedPolicy",
    )
    role = one(scope, "Role/deployer")
    assert role.properties["Policies"][0] == {"PolicyName": "p", "PolicyDocument": {"Statement": []}}
    assert role.properties["ManagedPolicyArns"][0] == one(scope, "#Policy").arn
    assert isinstance(role.properties["ManagedPolicyArns"][1], HIDDEN)
    assert isinstance(role.properties["AssumeRolePolicyDocument"], HIDDEN)
    assert role.properties["RoleName"] == "deployer"
