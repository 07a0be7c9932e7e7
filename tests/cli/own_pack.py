"""A small pack of one's own, and its next version."""

from __future__ import annotations

from pathlib import Path

ID = "acme-bucket-versioned"
KEY = "acme_bucket_versioned"

POLICY = """\
# METADATA
# title: Buckets keep old versions
# description: Versioning is on for every bucket.
# custom:
#   id: acme-bucket-versioned
#   severity: high
#   function: respond
#   stage: reactive
#   subject: AWS::S3::Bucket
#   remediation:
#     text: Turn versioning on.
package policy.acme_bucket_versioned

import data.lib.acme.versions
import data.lib.deny

deny contains deny.absent(bucket, ["VersioningConfiguration", "Status"], "old versions are not kept") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	not versions.is_kept(bucket)
}
"""
LIBRARY = """\
package lib.acme.versions

is_kept(bucket) if bucket.properties.VersioningConfiguration.Status == "Enabled"
"""
OTHER = (
    POLICY.replace("acme-bucket-versioned", "acme-bucket-named")
    .replace("acme_bucket_versioned", "acme_bucket_named")
    .replace("import data.lib.acme.versions\n", "")
    .replace("not versions.is_kept(bucket)", "not bucket.properties.VersioningConfiguration.Status")
)


def write_pack(folder: Path) -> Path:
    """Two policies, one of which uses a library."""
    files = {
        f"{KEY}/{KEY}.rego": POLICY,
        "acme_bucket_named/acme_bucket_named.rego": OTHER,
        "lib/versions.rego": LIBRARY,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
