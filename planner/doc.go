// Package planner decides what to do: it compares what is wanted with what
// is there and with what ctplan owns, and returns a plan document of changes,
// findings and ordered, reversible operations. Text and JSON output, saved
// plans, journals and rollbacks are all uses of that document.
//
// Its functions are pure: it reads no file, runs no program, asks no clock,
// and imports neither providers nor state.
package planner
