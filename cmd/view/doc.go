// Package view turns planner documents, diagnostics and the progress of an
// apply into what people and programs read: text for a terminal, the event
// stream and the documents of -json. It is the only place that knows about
// colours, widths and wording.
//
// It never decides anything and never reads the host or the state: the same
// document gives the same bytes, whether it comes from a live plan or from a
// saved one.
package view
