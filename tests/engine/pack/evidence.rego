package policy.evidence

import data.lib.deny

deny contains object.union(denial, {"evidence": {"id": bucket.id, "pointer": "/Public"}}) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	denial := deny.found(bucket, ["Rules", 0, "Public"], "is public")
}
