# METADATA
# title: Machine images are not public
# description: |
#   No machine image that the account owns has a launch permission for everyone. The region's block of public sharing
#   does not excuse an image that is public already, because it only stops new sharing. An image that is shared with
#   named accounts is another policy's question, and a disabled image is private by itself.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
# custom:
#   id: ec2-image-not-public
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: Auditor::EC2::Image
#   scope: region
#   applies: live
#   reads:
#     Auditor::EC2::Image:
#       seeks: [/Public]
#   controls: {}
#   remediation:
#     text: |
#       Take the launch permission for everyone away and share the image with the accounts or the organization that
#       need it. Then enable block public access for images in every region.
#     cli: |
#       aws ec2 modify-image-attribute --image-id ID --launch-permission "Remove=[{Group=all}]"
package policy.ec2_image_not_public

import data.lib.deny

deny contains deny.found(image, ["Public"], "everyone may launch instances from the image") if {
	some image in input.resources["Auditor::EC2::Image"]
	image.properties.Public == true
}
