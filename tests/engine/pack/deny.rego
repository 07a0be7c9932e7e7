package lib.deny

found(resource, path, message) := {
	"kind": "found",
	"type": resource.type,
	"id": resource.id,
	"path": path,
	"message": message,
}
