package lib.deny_test

import data.lib.deny

bucket := {"type": "AWS::S3::Bucket", "id": "b", "name": "logs", "properties": {}}

test_each_word_names_its_kind if {
	deny.found(bucket, ["A"], "m").kind == "found"
	deny.absent(bucket, ["A"], "m").kind == "absent"
	deny.missing(bucket, ["A"], "m").kind == "missing"
}

test_a_denial_holds_nothing_but_the_place_and_the_message if {
	deny.found(bucket, ["A", 0], "m") == {
		"kind": "found",
		"type": "AWS::S3::Bucket",
		"id": "b",
		"path": ["A", 0],
		"message": "m",
	}
}

test_evidence_is_added_and_nothing_else_changes if {
	plain := deny.found(bucket, [], "m")
	shown := deny.with_evidence(plain, {"id": "p", "pointer": "/Statement/0"})
	shown.evidence == {"id": "p", "pointer": "/Statement/0"}
	object.remove(shown, ["evidence"]) == plain
}
