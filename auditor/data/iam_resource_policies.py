"""Resource policies: which property holds them, what they guard, and who may call without a signature.

`document`: the property path. `owner`: the property that names the guarded resource ("" : the type itself).
`service`: the prefix of its actions; `actions`: the only ones that matter, () for all of the service.
`unsigned`: `+` the service takes unsigned requests, `-` it does not, `?` AWS does not say.
`strict`: fixed means no wildcard and no variable at all, as S3 defines public.
"""

from __future__ import annotations

from typing import NamedTuple


class ResourcePolicy(NamedTuple):
    type: str
    document: str
    owner: str
    service: str
    unsigned: str
    link: str
    actions: tuple[str, ...] = ()
    strict: bool = False


_ASSUME = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")

RESOURCE_POLICIES: tuple[ResourcePolicy, ...] = (
    ResourcePolicy(
        "AWS::IAM::Role",
        "AssumeRolePolicyDocument",
        "",
        "sts",
        "-",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
        _ASSUME,
    ),
    ResourcePolicy(
        "AWS::S3::BucketPolicy",
        "PolicyDocument",
        "Bucket",
        "s3",
        "+",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        strict=True,
    ),
    ResourcePolicy(
        "AWS::SNS::TopicPolicy",
        "PolicyDocument",
        "Topics",
        "sns",
        "?",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    ),
    ResourcePolicy(
        "AWS::SQS::QueuePolicy",
        "PolicyDocument",
        "Queues",
        "sqs",
        "+",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html",
    ),
    ResourcePolicy(
        "AWS::KMS::Key",
        "KeyPolicy",
        "",
        "kms",
        "-",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    ),
    ResourcePolicy(
        "AWS::KMS::ReplicaKey",
        "KeyPolicy",
        "",
        "kms",
        "-",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    ),
    ResourcePolicy(
        "AWS::SecretsManager::ResourcePolicy",
        "ResourcePolicy",
        "SecretId",
        "secretsmanager",
        "-",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    ),
    ResourcePolicy(
        "AWS::ECR::Repository",
        "RepositoryPolicyText",
        "",
        "ecr",
        "-",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
    ),
)

# Web identity providers that anyone can get a token of: naming one as the principal names nobody.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity
OPEN_PROVIDERS: frozenset[str] = frozenset(
    ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
)
