package main

report[id] := denials if {
	some id in input.policies
	denials := data.policy[id].deny
}
