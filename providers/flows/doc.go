// Package flows relates packet matches to the connection table: which tracked
// flows a match is about, how many there are, and their deletion.
//
// It decides nothing, and deletes only what an operation of a plan names.
package flows
