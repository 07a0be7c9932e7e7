package policy.rds_storage_encrypted_test

import data.policy.rds_storage_encrypted as policy

arn(id) := sprintf("arn:aws:rds:eu-west-1:111122223333:db:%s", [id])

database(type, id, properties) := {"type": type, "id": id, "name": id, "arn": arn(id), "properties": properties}

instance(id, properties) := database("AWS::RDS::DBInstance", id, properties)

cluster(id, properties) := database("AWS::RDS::DBCluster", id, properties)

status(id, kind) := database("Auditor::RDS::EncryptionStatus", "s", {"Arn": arn(id), "StorageEncryptionType": kind})

denied(resources, accept) := {denial.id | some denial in denials} if {
	denials := policy.deny with input as {
		"resources": {type: of_type |
			some type in {resource.type | some resource in resources}
			of_type := [resource | some resource in resources; resource.type == type]
		},
		"parameters": {"rds_storage_encrypted": {"accept_aws_owned_key": accept}},
	}
}

test_an_instance_must_say_so if {
	denied([instance("a", {"Engine": "mysql", "StorageEncrypted": true})], true) == set()
	denied([instance("a", {"Engine": "mysql", "StorageEncrypted": false})], true) == {"a"}
	denied([instance("a", {"Engine": "mysql", "KmsKeyId": "k"})], true) == {"a"}
}

test_a_member_follows_its_cluster if denied([instance("a", {"DBClusterIdentifier": "c"})], true) == set()

test_what_aws_reports_counts if {
	plain := instance("a", {"StorageEncrypted": false})
	denied([plain, status("a", "sse-rds")], true) == set()
	denied([plain, status("a", "sse-rds")], false) == {"a"}
	denied([plain, status("a", "sse-kms")], false) == set()
	denied([plain, status("a", "none")], true) == {"a"}
	denied([plain, status("b", "sse-kms")], true) == {"a"}
}

test_aurora_is_encrypted_by_default if {
	aurora := cluster("c", {"Engine": "aurora-postgresql", "StorageEncrypted": false})
	denied([aurora], true) == set()
	denied([aurora], false) == {"c"}
	denied([cluster("c", {"Engine": "mysql"})], true) == {"c"}
}

test_an_older_aurora_cluster_is_not if {
	old := cluster("c", {"Engine": "aurora-mysql", "StorageEncrypted": false, "StorageEncryptionType": "none"})
	denied([old], true) == {"c"}
}

test_a_global_cluster_must_say_so_or_be_reported if {
	global := database("AWS::RDS::GlobalCluster", "g", {"Engine": "aurora-mysql", "StorageEncrypted": false})
	denied([global], true) == {"g"}
	denied([global, status("g", "sse-rds")], true) == set()
	denied([database("AWS::RDS::GlobalCluster", "g", {"StorageEncrypted": true})], true) == set()
}
