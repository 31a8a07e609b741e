// Package apply carries out a plan as one transaction: it checks that the
// host is still what the plan was made for, journals each operation before it
// runs, reads back what it did, and undoes everything in reverse order when
// anything fails.
//
// It never decides what to do, never prints, and never touches the host
// other than through the operations of the plan.
package apply
