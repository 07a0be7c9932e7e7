"""The table of AWS's policies: what it keeps of each is what moto ships of it."""

from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data

from auditor.facts.iam.granted import of_aws


def test_every_policy_of_the_table_is_one_of_aws_and_reads_without_doubt() -> None:
    shipped = {row["Path"].lstrip("/") + name: row for name, row in json.loads(aws_managed_policies_data).items()}
    for name, row in shipped.items():
        document = of_aws(name)
        if document is not None:
            effects = [one for one in row["Document"]["Statement"] if isinstance(one, dict)]
            assert document.doubt is None and len(document.statements) <= max(len(effects), 1), name
            assert not any(one.doubt for one in document.statements), name
    assert sum(of_aws(name) is not None for name in shipped) > 1_000


def test_a_policy_that_the_table_lacks_is_not_known() -> None:
    assert of_aws("NotThere") is None
