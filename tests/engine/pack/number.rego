package lib.number

parsed(text) := to_number(text)
