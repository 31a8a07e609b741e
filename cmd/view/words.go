package view

import "strconv"

// count writes a number of things: "1 attribute", "2 attributes".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
