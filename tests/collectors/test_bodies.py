"""What botocore takes for an empty answer, and is none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.parsers import ResponseParserError
from whole_answers import model

from auditor.collectors.bodies import require_whole


@pytest.mark.parametrize(
    ("client", "operation", "body", "is_answer"),
    [
        ("kms", "ListKeys", b"{}", True),
        ("kms", "ListKeys", b'{"Keys": []}', True),
        ("kms", "ListKeys", b'{"Keys": [{"KeyId"', False),
        ("kms", "ListKeys", b'{"message": "who are you?"}', False),
        ("kms", "ListKeys", b"[]", False),
        ("kms", "ListKeys", b"", False),
        ("apigateway", "GetRestApis", b'{"item": []}', True),  # the name on the wire
        ("s3", "GetBucketVersioning", b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/"/>', True),
        (
            "s3",
            "ListBuckets",
            b'<?xml version="1.0"?>\n<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>',
            True,
        ),
        ("s3", "ListBuckets", b"<!DOCTYPE html><html></html>", False),
        ("s3", "ListBuckets", b"<HTML><body>Sign in</body></HTML>", False),
        ("s3", "ListBuckets", b"", False),
        ("ec2", "DescribeVolumes", b'<a:DescribeVolumesResponse xmlns:a="x"></a:DescribeVolumesResponse>', True),
    ],
)
def test_a_body_that_is_no_answer(client: str, operation: str, body: bytes, is_answer: bool) -> None:
    asked = model(client).operation_model(operation)

    def check(parsed: dict[str, object], status: int = 200) -> None:
        require_whole(SimpleNamespace(status_code=status, content=body), parsed, asked)

    check({"Something": "found"})
    check({}, status=403)
    if is_answer:
        check({"ResponseMetadata": {}})
    else:
        with pytest.raises(ResponseParserError, match=f"{operation}: the body is no answer of AWS"):
            check({"ResponseMetadata": {}})
