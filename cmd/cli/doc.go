// Package cli is ctplan's commands: one file a command, each with an options
// struct, a function that parses and one that does the work.
//
// It never prints: everything goes through package view, so that text, event
// stream and documents always say the same. It never ends the process: Run
// returns the exit code. What belongs to the process (streams, environment,
// clock, host) comes in through Env.
package cli
