"""Which condition keys a request carries, by caller, and what a fixed value of a key pins.

`carried`: three signs, for an unsigned caller, a signed caller of a stranger's account, an AWS service principal:
`+` the request always carries the key, `-` never, `~` the caller or its way of calling decides, `?` AWS does not say.

`kind`: identity (who calls), source (for whose resource a service calls), network (from where), parameter (what the
caller asks for, so its choice), target (the resource's own value, so it restricts nobody), time.

`pins`: what a fixed value says about the caller; "" if the key never keeps a stranger out.
`listed`: in S3's list of what makes a bucket policy non-public (access-control-block-public-access, see `_S3_PUBLIC`).
`many`: a multivalued key (reference_policies_condition-single-vs-multi-valued-context-keys).

Keys are in lower case; one that ends in `/` or `-` or `:` stands for all keys that begin so.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["identity", "source", "network", "parameter", "target", "time"]
Pins = Literal[
    "", "account", "organization", "org-path", "arn", "id", "userid", "address", "service", "aws-service", "point"
]


class Key(NamedTuple):
    key: str
    kind: Kind
    carried: str
    pins: Pins
    link: str
    listed: bool = False
    many: bool = False

    @property
    def anonymous(self) -> str:
        return self.carried[0]

    @property
    def foreign(self) -> str:
        return self.carried[1]

    @property
    def service(self) -> str:
        return self.carried[2]


_GLOBAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-"
_SERVICES = _GLOBAL + "principalservicenameslist"
_STS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"
_S3_KEYS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys"
_S3_PUBLIC = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
_SNS = "https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html"
_SNS_OWNER = "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html"
_KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html"
_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html"

KEYS: tuple[Key, ...] = (
    # who calls
    Key("aws:principalaccount", "identity", "++?", "account", _GLOBAL + "principalaccount", True),
    Key("aws:principalarn", "identity", "-+?", "arn", _GLOBAL + "principalarn", True),
    Key("aws:principalorgid", "identity", "-~-", "organization", _GLOBAL + "principalorgid", True),
    Key("aws:principalorgpaths", "identity", "-~-", "org-path", _GLOBAL + "principalorgpaths", many=True),
    Key("aws:principaltag/", "identity", "-~-", "", _GLOBAL + "principaltag"),
    Key("aws:username", "identity", "-~-", "", _GLOBAL + "username"),
    Key("aws:userid", "identity", "?+?", "userid", _GLOBAL + "userid", True),
    Key("aws:principaltype", "identity", "?+?", "", _GLOBAL + "principaltype"),
    Key("aws:principalisawsservice", "identity", "-++", "aws-service", _GLOBAL + "principalisawsservice"),
    Key("aws:principalservicename", "identity", "--+", "service", _GLOBAL + "principalservicename"),
    Key("aws:principalservicenameslist", "identity", "--+", "service", _SERVICES, many=True),
    Key("aws:tokenissuetime", "identity", "-~?", "", _GLOBAL + "tokenissuetime"),
    Key("aws:multifactorauthpresent", "identity", "-~?", "", _GLOBAL + "multifactorauthpresent"),
    Key("aws:multifactorauthage", "identity", "-~?", "", _GLOBAL + "multifactorauthage"),
    Key("aws:federatedprovider", "identity", "-~-", "", _GLOBAL + "federatedprovider"),
    Key("aws:assumedroot", "identity", "-~-", "", _GLOBAL + "assumedroot"),
    Key("aws:sourceidentity", "identity", "-~-", "", _GLOBAL + "sourceidentity"),
    Key("aws:chatbotsourcearn", "identity", "-~-", "arn", _GLOBAL + "chatbotsourcearn"),
    Key("lambda:sourcefunctionarn", "identity", "-~-", "arn", _LAMBDA),
    Key("ec2:sourceinstancearn", "identity", "-~-", "arn", _EC2),
    Key("kms:calleraccount", "identity", "-+?", "account", _KMS + "caller-account"),
    # for whose resource a service calls
    Key("aws:sourcearn", "source", "--~", "arn", _GLOBAL + "sourcearn", True),
    Key("aws:sourceaccount", "source", "--~", "account", _GLOBAL + "sourceaccount", True),
    Key("aws:sourceorgid", "source", "--~", "organization", _GLOBAL + "sourceorgid"),
    Key("aws:sourceorgpaths", "source", "--~", "org-path", _GLOBAL + "sourceorgpaths", many=True),
    Key("aws:sourceowner", "source", "-~~", "account", _SNS_OWNER, True),
    # from where
    Key("aws:sourceip", "network", "+~?", "address", _GLOBAL + "sourceip", True),
    Key("aws:sourcevpc", "network", "-~-", "id", _GLOBAL + "sourcevpc", True),
    Key("aws:sourcevpce", "network", "-~-", "id", _GLOBAL + "sourcevpce", True),
    Key("aws:sourcevpcarn", "network", "-~-", "arn", _GLOBAL + "sourcevpcarn"),
    Key("aws:vpceaccount", "network", "-~-", "account", _GLOBAL + "vpceaccount"),
    Key("aws:vpceorgid", "network", "-~-", "organization", _GLOBAL + "vpceorgid"),
    Key("aws:vpceorgpaths", "network", "-~-", "org-path", _GLOBAL + "vpceorgpaths", many=True),
    Key("aws:vpcsourceip", "network", "-~-", "", _GLOBAL + "vpcsourceip"),
    Key("aws:ec2instancesourcevpc", "network", "-~-", "id", _GLOBAL + "ec2instancesourcevpc"),
    Key("aws:ec2instancesourceprivateipv4", "network", "-~-", "", _GLOBAL + "ec2instancesourceprivateipv4"),
    # what the caller asks for
    Key("aws:viaawsservice", "parameter", "-~?", "", _GLOBAL + "viaawsservice"),
    Key("aws:calledvia", "parameter", "-~?", "", _GLOBAL + "calledvia", many=True),
    Key("aws:calledviafirst", "parameter", "-~?", "", _GLOBAL + "calledviafirst"),
    Key("aws:calledvialast", "parameter", "-~?", "", _GLOBAL + "calledvialast"),
    Key("aws:securetransport", "parameter", "+++", "", _GLOBAL + "securetransport"),
    Key("aws:referer", "parameter", "~~?", "", _GLOBAL + "referer"),
    Key("aws:useragent", "parameter", "~~?", "", _GLOBAL + "useragent"),
    Key("aws:requesttag/", "parameter", "~~?", "", _GLOBAL + "requesttag"),
    Key("aws:tagkeys", "parameter", "~~?", "", _GLOBAL + "tagkeys", many=True),
    Key("sts:externalid", "parameter", "-~?", "", _STS + "externalid"),
    Key("sts:rolesessionname", "parameter", "-~?", "", _STS + "rolesessionname"),
    Key("sts:sourceidentity", "parameter", "-~?", "", _STS + "sourceidentity"),
    Key("sts:transitivetagkeys", "parameter", "-~?", "", _STS + "transitivetagkeys", many=True),
    Key("sts:durationseconds", "parameter", "-~?", "", _STS + "durationseconds"),
    Key("sns:protocol", "parameter", "~~?", "", _SNS),
    Key("sns:endpoint", "parameter", "~~?", "", _SNS),
    Key("s3:prefix", "parameter", "~~?", "", _S3),
    Key("s3:delimiter", "parameter", "~~?", "", _S3),
    Key("s3:max-keys", "parameter", "~~?", "", _S3),
    Key("s3:versionid", "parameter", "~~?", "", _S3),
    Key("s3:tlsversion", "parameter", "~~?", "", _S3),
    Key("s3:signatureversion", "parameter", "~~?", "", _S3_KEYS),
    Key("s3:signatureage", "parameter", "~~?", "", _S3_KEYS),
    Key("s3:authtype", "parameter", "~~?", "", _S3_KEYS),
    Key("s3:locationconstraint", "parameter", "~~?", "", _S3_KEYS),
    Key("s3:requestobjecttag/", "parameter", "~~?", "", _S3),
    Key("s3:requestobjecttagkeys", "parameter", "~~?", "", _S3, many=True),
    Key("s3:object-lock-", "parameter", "~~?", "", _S3),
    Key("s3:if-", "parameter", "~~?", "", _S3_KEYS),
    Key("s3:x-amz-server-side-encryption-aws-kms-key-id", "parameter", "~~?", "id", _S3_PUBLIC, True),
    Key("s3:x-amz-", "parameter", "~~?", "", _S3),
    Key("kms:viaservice", "parameter", "-~?", "", _KMS + "via-service"),
    Key("kms:grantisforawsresource", "parameter", "-~?", "", _KMS + "grant-is-for-aws-resource"),
    Key("kms:grantconstrainttype", "parameter", "-~?", "", _KMS + "grant-constraint-type"),
    Key("kms:grantoperations", "parameter", "-~?", "", _KMS + "grant-operations", many=True),
    Key("kms:granteeprincipal", "parameter", "-~?", "", _KMS + "grantee-principal"),
    Key("kms:retiringprincipal", "parameter", "-~?", "", _KMS + "retiring-principal"),
    Key("kms:encryptioncontext:", "parameter", "-~?", "", _KMS + "encryption-context"),
    Key("kms:encryptioncontextkeys", "parameter", "-~?", "", _KMS + "encryption-context-keys", many=True),
    Key("kms:encryptionalgorithm", "parameter", "-~?", "", _KMS + "encryption-algorithm"),
    Key("kms:signingalgorithm", "parameter", "-~?", "", _KMS + "signing-algorithm"),
    Key("kms:requestalias", "parameter", "-~?", "", _KMS + "request-alias"),
    Key("secretsmanager:versionid", "parameter", "-~?", "", _SECRETS),
    Key("secretsmanager:versionstage", "parameter", "-~?", "", _SECRETS),
    Key("secretsmanager:blockpublicpolicy", "parameter", "-~?", "", _SECRETS),
    # what is asked for: the resource's own value
    Key("aws:requestedregion", "target", "+++", "", _GLOBAL + "requestedregion"),
    Key("aws:resourceaccount", "target", "+++", "", _GLOBAL + "resourceaccount"),
    Key("aws:resourceorgid", "target", "~~~", "", _GLOBAL + "resourceorgid"),
    Key("aws:resourceorgpaths", "target", "~~~", "", _GLOBAL + "resourceorgpaths", many=True),
    Key("aws:resourcetag/", "target", "~~~", "", _GLOBAL + "resourcetag"),
    Key("s3:resourceaccount", "target", "+++", "", _S3),
    Key("s3:existingobjecttag/", "target", "~~~", "", _S3),
    Key("s3:dataaccesspointarn", "target", "~~~", "point", _S3_PUBLIC, True),
    Key("s3:dataaccesspointaccount", "target", "~~~", "account", _S3_PUBLIC, True),
    Key("secretsmanager:secretid", "target", "+++", "", _SECRETS),
    Key("secretsmanager:resourcetag/", "target", "~~~", "", _SECRETS),
    Key("secretsmanager:resource/", "target", "~~~", "", _SECRETS),
    Key("kms:keyspec", "target", "+++", "", _KMS + "key-spec"),
    Key("kms:keyusage", "target", "+++", "", _KMS + "key-usage"),
    Key("kms:keyorigin", "target", "+++", "", _KMS + "key-origin"),
    Key("kms:multiregion", "target", "+++", "", _KMS + "multiregion"),
    Key("kms:resourcealiases", "target", "~~~", "", _KMS + "resource-aliases", many=True),
    Key("ecr:resourcetag/", "target", "~~~", "", _GLOBAL + "resourcetag"),
    Key("iam:resourcetag/", "target", "~~~", "", _GLOBAL + "resourcetag"),
    # when
    Key("aws:currenttime", "time", "+++", "", _GLOBAL + "currenttime"),
    Key("aws:epochtime", "time", "+++", "", _GLOBAL + "epochtime"),
)  # fmt: skip

_EXACT = {row.key: row for row in KEYS if row.key[-1] not in "/-:"}
_PREFIXES = tuple(row for row in KEYS if row.key[-1] in "/-:")


def find(key: str) -> Key | None:
    """The row of a key in lower case; None for one that the table does not know."""
    return _EXACT.get(key) or next((row for row in _PREFIXES if key.startswith(row.key)), None)
