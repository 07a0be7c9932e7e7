package policy.helper_error

import data.lib.deny
import data.lib.number

deny contains deny.found(bucket, [], "is a number") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	number.parsed(bucket.name) > 0
}
