# METADATA
# title: The three words of a denial
# description: |
#   Each word says what its denial rests on, so that the judge knows what hidden data can do to it. `path` leads from
#   the resource's properties (or from "facts", "tags") to what is wrong.
package lib.deny

# I saw it: it stands whatever else is hidden
found(resource, path, message) := at("found", resource, path, message)

# this one path of the resource is not there, or not as it must be: it stands unless that path is hidden
absent(resource, path, message) := at("absent", resource, path, message)

# not seen anywhere: it stands only if nothing is hidden that the policy needs
missing(resource, path, message) := at("missing", resource, path, message)

at(kind, resource, path, message) := {
	"kind": kind,
	"type": resource.type,
	"id": resource.id,
	"path": path,
	"message": message,
}

# the place that shows it, where that is another resource or the entry of a fact
with_evidence(denial, evidence) := object.union(denial, {"evidence": evidence})
