"""What an account of moto cannot have, with the reason; the tests of the collectors cover it with recorded answers."""

from __future__ import annotations

from collections.abc import Mapping

_DECLARED = "the cases do not declare what the API asks for beside it"
_TEMPLATES = "its cases are templates with references, but for one or two"

TYPES: Mapping[str, str] = {
    "AWS::ApiGateway::Stage": f"{_DECLARED}: an API with methods and a deployment",
    "AWS::ApiGatewayV2::Api": f"{_DECLARED}: routes and stages",
    "AWS::ApiGatewayV2::Stage": f"{_DECLARED}: an API",
    "AWS::CloudFront::Distribution": f"{_DECLARED}: an origin",
    "AWS::EC2::NetworkAcl": _TEMPLATES,
    "AWS::EC2::VPC": _TEMPLATES,
    "AWS::ElasticLoadBalancingV2::Listener": f"{_DECLARED}: a target",
    "AWS::KMS::ReplicaKey": f"{_DECLARED}: its primary key in another region",
    "AWS::Lambda::Url": "moto has no lambda:ListFunctionUrlConfigs",
    "AWS::Logs::Delivery": f"{_DECLARED}: a source and a destination",
    "AWS::Logs::DeliverySource": f"{_DECLARED}: what logs",
    "AWS::Serverless::Api": "exists in templates only",
    "AWS::Serverless::Function": "exists in templates only",
    "AWS::Serverless::HttpApi": "exists in templates only",
    "AWS::Serverless::SimpleTable": "exists in templates only",
    "AWS::Serverless::StateMachine": "exists in templates only",
    "Auditor::EC2::RegionDefaults": "moto lacks half of the settings",
}

_LIST = "the API takes a list there, which the case has not"
_AWS_POLICY = "it is about a policy of AWS, and moto has none of them unless it loads all for every case"
_DEFAULTS = "the defaults of the region count, and moto has no ec2:GetInstanceMetadataDefaults"
_NO_DEVICE = "moto takes a suppressed device of a launch configuration for a volume"
_EBS = "moto wants Ebs in every mapping of an instance, where a volatile one has none"
_KIND = "moto does not tell StorageEncryptionType"
_ELEMENT = "moto writes the condition of the permission as an element of its own"
_PRINCIPAL = "moto writes such a principal as bare text"
_REFUSED = "the API refuses it"

# (policy, case) -> reason
CASES: Mapping[tuple[str, str], str] = {
    ("cloudtrail-bucket-access-logged", "a prefix without a destination"): "the API asks for the destination",
    ("ec2-imdsv2-required", "an instance that does not"): _DEFAULTS,
    ("ec2-imdsv2-required", "an instance that overrides its launch template"): _DEFAULTS,
    ("ec2-imdsv2-required", "an instance that says nothing"): _DEFAULTS,
    ("ec2-imdsv2-required", "a launch template that says nothing"): _DEFAULTS,
    ("ec2-imdsv2-required", "a launch template without metadata, but HttpEndpoint is other"): _DEFAULTS,
    ("ec2-security-group-admin-ports-closed", "ping and another protocol"): "moto answers 500 to such a rule",
    ("ec2-volume-encrypted", "a key without encryption"): _REFUSED,
    (
        "ec2-volume-encrypted",
        "a launch configuration with a volume that says nothing, but NoDevice is true",
    ): _NO_DEVICE,
    ("ec2-volume-encrypted", "a launch configuration with an encrypted volume and a suppressed one"): _NO_DEVICE,
    ("ec2-volume-encrypted", "a volume from a snapshot that says so"): "its snapshot is not in the case",
    ("ec2-volume-encrypted", "an instance with encrypted volumes"): _EBS,
    ("ec2-volume-encrypted", "an instance with encrypted volumes, but Encrypted is false"): _EBS,
    (
        "ec2-volume-encrypted",
        "an instance with one volume that says nothing, but Name is terminated",
    ): "no instance is made terminated",
    (
        "ec2-volume-encrypted",
        "an instance without mappings",
    ): "moto gives every instance a volume, which is not encrypted",
    ("ec2-volume-encrypted", "an instance without mappings, but SnapshotId is other"): _LIST,
    ("efs-file-system-encrypted", "a key without encryption"): _REFUSED,
    ("iam-policy-no-full-admin", "a role with AdministratorAccess"): _AWS_POLICY,
    ("iam-policy-no-full-admin", "a role with AdministratorAccess of another partition"): _AWS_POLICY,
    ("iam-policy-no-full-admin", "a user with AdministratorAccess"): _AWS_POLICY,
    ("iam-policy-no-full-admin", "everything in two halves"): _REFUSED,
    ("iam-policy-no-full-admin", "everything spelled with a question mark, on every ARN"): _REFUSED,
    ("iam-principal-no-privilege-escalation", "a boundary without actions of IAM"): _AWS_POLICY,
    ("iam-principal-no-privilege-escalation", "permissions split over two policies"): _AWS_POLICY,
    ("iam-principal-no-privilege-escalation", "permissions split over user and group"): _AWS_POLICY,
    ("iam-user-permissions-through-groups", "groups only, but Policies is another"): _LIST,
    ("kms-key-policy-not-public", "a Deny elsewhere excuses nothing"): "moto denies itself the key by it",
    ("kms-key-policy-not-public", "everybody, in a single statement"): "moto answers 500 to such a policy",
    ("kms-key-rotation-enabled", "a key that rotates too seldom"): "moto does not tell the period",
    ("lambda-function-policy-not-public", "a role of another account"): _PRINCIPAL,
    ("lambda-function-policy-not-public", "a skill with a token"): _PRINCIPAL,
    ("lambda-function-policy-not-public", "another account"): _PRINCIPAL,
    ("lambda-function-policy-not-public", "everybody with a signature, through the function URL"): _ELEMENT,
    ("lambda-function-policy-not-public", "everybody with a token"): "moto forgets the token",
    ("lambda-function-policy-not-public", "everybody, not through a function URL"): _ELEMENT,
    ("lambda-function-policy-not-public", "the grants of a function URL of type NONE"): _ELEMENT,
    ("rds-minor-upgrade-automatic", "RDS Custom"): "moto answers 500 to its engine",
    ("rds-storage-encrypted", "a global cluster that is not encrypted"): _KIND,
    ("rds-storage-encrypted", "an instance that is not encrypted"): _KIND,
}
