# METADATA
# title: Whose a resource is
# description: |
#   Some listings of an account also hold what another account owns: the trail of an organization, a shared VPC. Such a
#   resource is judged at its owner. The ARN tells; one without an account, or with a placeholder, is the account's own.
package lib.owner

# an ARN that names another account
is_foreign(resource) if {
	some owner in regex.find_n(`:[0-9]{12}:`, resource.arn, 1)
	owner != sprintf(":%s:", [resource.account])
}
