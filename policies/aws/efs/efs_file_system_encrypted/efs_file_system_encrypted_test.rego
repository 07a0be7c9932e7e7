package policy.efs_file_system_encrypted_test

import data.policy.efs_file_system_encrypted as policy

denied(properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::EFS::FileSystem": [{
		"type": "AWS::EFS::FileSystem",
		"id": "f",
		"properties": properties,
	}]}}
}

test_an_encrypted_file_system_passes_with_any_key if {
	denied({"Encrypted": true}) == set()
	denied({"Encrypted": true, "KmsKeyId": "k"}) == set()
}

test_anything_else_is_denied if {
	denied({"Encrypted": false}) == {["Encrypted"]}
	denied({"KmsKeyId": "k"}) == {["Encrypted"]}
	denied({}) == {["Encrypted"]}
}
