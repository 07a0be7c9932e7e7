package policy.endless

import data.lib.deny

deny contains deny.found(bucket, [], "never comes") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	some left in numbers.range(1, 1000000)
	some right in numbers.range(1, 1000000)
	left * right == -1
}
