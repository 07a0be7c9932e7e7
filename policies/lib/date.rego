# METADATA
# title: Dates against the moment of the snapshot
# description: |
#   A date is a property that holds RFC 3339 text. Anything else (AWS says "N/A" and "no_information") is none.
package lib.date

# how many days a date lies back, with fractions; negative for one that is still to come
days_since(resource, key) := (time.parse_rfc3339_ns(input.taken_at) - time.parse_rfc3339_ns(text)) / day if {
	text := resource.properties[key]
	is_date(text)
}

is_known(resource, key) if is_date(resource.properties[key])

is_date(text) if {
	is_string(text)
	regex.match(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`, text)
}

# nanoseconds
day := 86400000000000
