"""Amazon DynamoDB: tables, by their names and tags.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, tags_of
from auditor.model import Json

TABLE = "AWS::DynamoDB::Table"


def _tables(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for name in page.get("TableNames", ()):
        arn = place.arn("dynamodb", f"table/{name}")
        yield Draft(TABLE, arn, name, arn, {"TableName": name, "Arn": arn})


def _tags(page: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    draft.tags.update(tags_of(page.get("Tags")))
    return {}


SERVICE = Service(
    client="dynamodb",
    scope="regional",
    calls=(
        Call("list_tables", "dynamodb:ListTables", {TABLE: (LIST, "TableName", "Arn")}, make=_tables, paged=True),
        Call(
            "list_tags_of_resource",
            "dynamodb:ListTagsOfResource",
            {TABLE: ("tags", "Tags")},
            of=TABLE,
            params=lambda draft: {"ResourceArn": draft.arn},
            fill=_tags,
            paged=True,
            gone=("ResourceNotFoundException",),
        ),
    ),
)
