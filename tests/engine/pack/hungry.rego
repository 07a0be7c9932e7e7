package policy.hungry

import data.lib.deny

deny contains deny.found(bucket, [], "never comes") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	thousand := concat("", [bucket.id | some _ in numbers.range(1, 1000)])
	million := concat("", [thousand | some _ in numbers.range(1, 1000)])
	endswith(concat("", [million | some _ in numbers.range(1, 4000)]), "!")
}
