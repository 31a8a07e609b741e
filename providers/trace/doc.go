// Package trace serves the blocks dynamic_debug and tracepoint, switches
// debug messages and kernel events on and off, and follows the events that
// the kernel records.
//
// Planning reads only. Nothing here touches the top level of tracefs, which
// is everybody's: events are recorded in instances.
package trace
