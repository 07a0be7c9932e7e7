"""AWS Secrets Manager: secrets and their policies. No value of a secret is ever asked for.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

SECRET = "AWS::SecretsManager::Secret"
POLICY = "AWS::SecretsManager::ResourcePolicy"


def _secrets(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for secret in page.get("SecretList", ()):
        arn = secret["ARN"]
        properties = picked(secret, "Name", "Description", "KmsKeyId", Id="ARN")
        yield Draft(SECRET, arn, arn, arn, properties, tags_of(secret.get("Tags")))


def _policy(answer: Mapping[str, Json], place: Place, secret: Draft | None) -> Iterator[Draft]:
    assert secret is not None
    text = answer.get("ResourcePolicy")
    if text:
        id = f"{secret.arn}/policy"
        properties = {"SecretId": secret.arn, "ResourcePolicy": json.loads(text)}
        yield Draft(POLICY, id, secret.name, id, properties, owners=(secret.id,))


SERVICE = Service(
    client="secretsmanager",
    scope="regional",
    calls=(
        Call(
            "list_secrets",
            "secretsmanager:ListSecrets",
            {SECRET: (LIST, "Id", "Name", "Description", "KmsKeyId", "tags", "Tags")},
            make=_secrets,
            paged=True,
        ),
        Call(
            "get_resource_policy",
            "secretsmanager:GetResourcePolicy",
            {POLICY: (LIST, "SecretId", "ResourcePolicy")},
            of=SECRET,
            params=lambda draft: {"SecretId": draft.arn},
            make=_policy,
            gone=("ResourceNotFoundException",),
        ),
    ),
)
