"""What a resource policy guards: the resources that requests name, with the actions on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.data import iam_actions
from auditor.data.iam_resource_policies import ResourcePolicy
from auditor.facts.iam.arns import bucket_arn, identities, in_one_partition, named, queue_arn
from auditor.facts.iam.document import Document
from auditor.facts.iam.globs import encoding
from auditor.facts.iam.text import Item, as_text, literal, plain, with_parts
from auditor.facts.iam.words import Language, shortest
from auditor.model import Json, Resource, Text


class Thing(msgspec.Struct, frozen=True):
    """`arn` None: the resource that carries the policy. `inside`: everything under `arn` and a slash."""

    arn: str | Text | None
    actions: tuple[str, ...]
    inside: bool = False

    def arns(self, patterns: Sequence[str | Text]) -> list[str | Text | None]:
        """The ARNs that tell the patterns apart. Raises words.TooMany."""
        if not self.inside or self.arn is None:
            return [self.arn]
        (prefix, *globs), holes = encoding([self.arn, *patterns])
        words = shortest(Language(f"{literal(prefix)}/?*"), globs)
        return [as_text(tuple(holes.get(one, one) for one in plain(word))) for word in words]


def things(resource: Resource, row: ResourcePolicy) -> list[Thing]:
    if row.service == "sts":
        return [Thing(None, ("sts:AssumeRole",))]
    if row.service == "ecr":
        return [Thing(None, iam_actions.ECR_REPOSITORY)]
    if row.service == "kms":
        return [Thing(named(resource.arn), iam_actions.KMS_KEY)]
    owner: Json = resource.properties.get(row.owner)
    if row.service == "s3":
        bucket = bucket_arn(resource.name if owner is None else owner)
        return [Thing(bucket, iam_actions.S3_BUCKET), Thing(bucket, iam_actions.S3_OBJECT, inside=True)]
    if row.service == "secretsmanager":
        return [Thing(named(owner), iam_actions.SECRET)]
    owners = owner if isinstance(owner, list | tuple) else [owner]
    if row.service == "sqs":
        return [Thing(queue_arn(one), iam_actions.SQS_QUEUE) for one in owners]
    return [Thing(named(one), iam_actions.SNS_TOPIC) for one in owners]


def localized(document: Document, guarded: Iterable[Thing]) -> Document:
    """The document with every ARN in one partition, and with the symbols of what it guards written out."""
    known = {
        symbol: parts for thing in guarded if thing.arn is not None for symbol, parts in identities(thing.arn).items()
    }

    def local(value: Item) -> Item:
        return in_one_partition(with_parts(value, known))

    statements = tuple(
        statement
        if statement.resources is None
        else msgspec.structs.replace(
            statement,
            resources=msgspec.structs.replace(statement.resources, items=tuple(map(local, statement.resources.items))),
        )
        for statement in document.statements
    )
    return msgspec.structs.replace(document, statements=statements)
