package policy.builtin_error

import data.lib.deny

deny contains deny.found(bucket, [], "is a number") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	to_number(bucket.name) > 0
}
