package cli

import (
	"context"
	"sync"
)

// interrupts follows the signals of one run. Until a transaction begins, the
// first signal ends the run. During a transaction the first asks it to finish
// its step and roll back; the second ends the run at once and leaves the
// journal to the next command.
type interrupts struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu sync.Mutex
	// rollBack is closed by the first signal of a transaction.
	rollBack chan struct{}
	asked    bool
	notify   func(second bool)
}

// watch starts following the signals. The returned function stops it.
func (a *app) watch(ctx context.Context) (context.Context, *interrupts, func()) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{cancel: cancel, done: make(chan struct{})}
	go func() {
		for {
			select {
			case <-i.done:
				return
			case <-a.Signals:
				i.signal()
			}
		}
	}()
	return ctx, i, func() {
		close(i.done)
		cancel()
	}
}

func (i *interrupts) signal() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.rollBack == nil {
		i.cancel()
		return
	}
	i.notify(i.asked)
	if i.asked {
		i.cancel()
		return
	}
	i.asked = true
	close(i.rollBack)
}

// transaction says that from here on a signal has to roll back. notify is
// told of each signal.
func (i *interrupts) transaction(notify func(second bool)) <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rollBack, i.notify = make(chan struct{}), notify
	return i.rollBack
}
