package lib.date_test

import data.lib.date

days(text) := result if {
	result := date.days_since({"properties": {"Date": text}}, "Date") with input as {"taken_at": "2026-11-22T00:00:00Z"}
}

test_days_lie_back_or_ahead if {
	days("2026-11-12T00:00:00Z") == 10
	days("2026-11-21T12:00:00+00:00") == 0.5
	days("2026-11-22T02:00:00+02:00") == 0
	days("2026-11-24T00:00:00.000Z") == -2
}

test_other_texts_and_values_are_no_dates if {
	not days("N/A")
	not days("no_information")
	not days("2026-11-12")
	not days(20261112)
}

test_a_date_is_known_or_not if {
	date.is_known({"properties": {"Date": "2026-11-12T00:00:00Z"}}, "Date")
	not date.is_known({"properties": {"Date": "N/A"}}, "Date")
	not date.is_known({"properties": {}}, "Date")
}
