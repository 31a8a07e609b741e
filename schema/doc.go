// Package schema is the ctplan language: one table per block type says which
// attributes exist, of what type, unit and range, and which kernel key they
// stand for. Parsing, checking, documentation, formatting and configuration
// writing all work from those tables.
//
// It never looks at the host: values that only the host knows reach it
// through the DataReader that the caller passes in.
package schema
