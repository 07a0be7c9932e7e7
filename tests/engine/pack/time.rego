package policy.time

import data.lib.deny

deny contains deny.found(bucket, [input.parameters.time.word], input.taken_at) if {
	some bucket in input.resources["AWS::S3::Bucket"]
}
