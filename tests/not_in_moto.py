"""What no account can have, with the reason. What moto cannot have and AWS can is in `answered.py`."""

from __future__ import annotations

from collections.abc import Mapping

_TEMPLATES = "its cases are templates with references"
_SERVERLESS = "exists in templates only"

TYPES: Mapping[str, str] = {
    "AWS::Logs::Delivery": _TEMPLATES,
    "AWS::Logs::DeliverySource": _TEMPLATES,
    "AWS::Serverless::Api": _SERVERLESS,
    "AWS::Serverless::Function": _SERVERLESS,
    "AWS::Serverless::HttpApi": _SERVERLESS,
    "AWS::Serverless::SimpleTable": _SERVERLESS,
    "AWS::Serverless::StateMachine": _SERVERLESS,
    "Auditor::EC2::RegionDefaults": "moto takes none of the settings; what it lacks of them is in answered.py",
}

_LIST = "the API gives a list there, and the case is of something else"
_REFUSED = "no account holds it: the API refuses it"

# (policy, case) -> reason
CASES: Mapping[tuple[str, str], str] = {
    ("cloudtrail-bucket-access-logged", "a prefix without a destination"): "the API asks for the destination",
    ("ec2-volume-encrypted", "a key without encryption"): _REFUSED,
    ("ec2-volume-encrypted", "an instance without mappings, but SnapshotId is other"): _LIST,
    ("efs-file-system-encrypted", "a key without encryption"): _REFUSED,
    ("iam-policy-no-full-admin", "a role with AdministratorAccess of another partition"): (
        "an account has the policies of its own partition"
    ),
    ("iam-policy-no-full-admin", "everything in two halves"): _REFUSED,
    ("iam-policy-no-full-admin", "everything spelled with a question mark, on every ARN"): _REFUSED,
    ("iam-user-permissions-through-groups", "groups only, but Policies is another"): _LIST,
}
