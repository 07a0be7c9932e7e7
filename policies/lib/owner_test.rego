package lib.owner_test

import data.lib.owner

is_foreign(arn) if owner.is_foreign({"arn": arn, "account": "111122223333"})

test_an_arn_of_another_account_is_foreign if {
	is_foreign("arn:aws:ec2:eu-west-1:444455556666:vpc/vpc-1")
	is_foreign("arn:aws:iam::444455556666:role/r")
}

test_an_own_arn_is_not if not is_foreign("arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1")

test_an_arn_without_an_account_is_not if {
	not is_foreign("arn:aws:s3:::444455556666-logs")
	not is_foreign("⟨Trail.Arn⟩")
	not is_foreign("arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/⟨Vpc⟩")
}
