package policy.wrong_shape

deny contains {"kind": "found", "id": bucket.id} if some bucket in input.resources["AWS::S3::Bucket"]
