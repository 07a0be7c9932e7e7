# METADATA
# title: KMS keys rotate their key material
# description: |
#   Every enabled customer managed key of the kind that KMS can rotate by itself (KeySpec SYMMETRIC_DEFAULT and Origin
#   AWS_KMS, which are also the defaults) has EnableKeyRotation true, with a rotation period of at most `max_days`; a
#   period that is left out is 365 days.
#
#   Not judged, because they cannot rotate on a schedule or need not: asymmetric and HMAC keys, imported key material,
#   keys in custom key stores, AWS managed keys, and keys that are disabled, pending import or pending deletion
#   (Enabled is false for all of these). A replica key is a type of its own and follows its primary.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
# custom:
#   id: kms-key-rotation-enabled
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::KMS::Key
#   scope: region
#   applies: both
#   reads:
#     AWS::KMS::Key:
#       needs: [/EnableKeyRotation]
#       seeks: [/Enabled, /KeySpec, /Origin, /RotationPeriodInDays]
#   parameters:
#     max_days:
#       type: integer
#       default: 365
#       minimum: 90
#       maximum: 2560
#       description: The longest accepted rotation period in days.
#   controls:
#     cis_aws_7_0: ["4.6"]
#     cis_aws_6_0: ["4.6"]
#   remediation:
#     text: Turn on rotation. Data stays readable, since KMS keeps all earlier key material.
#     properties:
#       EnableKeyRotation: true
#     cli: aws kms enable-key-rotation --key-id ID --rotation-period-in-days 365
package policy.kms_key_rotation_enabled

import data.lib.deny

deny contains deny.absent(key, ["EnableKeyRotation"], "the key material is never rotated") if {
	some key in input.resources["AWS::KMS::Key"]
	can_rotate(key)
	not key.properties.EnableKeyRotation == true
}

deny contains deny.found(key, ["RotationPeriodInDays"], message) if {
	some key in input.resources["AWS::KMS::Key"]
	can_rotate(key)
	key.properties.RotationPeriodInDays > input.parameters.kms_key_rotation_enabled.max_days
	message := sprintf("the key material is rotated every %v days only", [key.properties.RotationPeriodInDays])
}

can_rotate(key) if {
	key.properties.Enabled == true
	key.properties.KeySpec == "SYMMETRIC_DEFAULT"
	key.properties.Origin == "AWS_KMS"
}
