# METADATA
# title: Not public
# description: The well-behaved policy of these tests.
# custom:
#   id: public
package policy.public

import data.lib.deny

deny contains deny.found(bucket, ["Public"], "is public") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	bucket.properties.Public == true
}
