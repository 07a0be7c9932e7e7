package policy.conflict

import data.lib.deny

name := bucket.name if some bucket in input.resources["AWS::S3::Bucket"]

deny contains deny.found(bucket, [], name) if some bucket in input.resources["AWS::S3::Bucket"]
