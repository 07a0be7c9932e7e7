package policy.environment

import data.lib.deny

deny contains deny.found(bucket, [name], opa.runtime().env[name]) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	some name, _ in opa.runtime().env
}
