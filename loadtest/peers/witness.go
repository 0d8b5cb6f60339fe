package main

import (
	"sync/atomic"
	"time"
)

// witness notes for how long this process was kept from running: on a shared machine that is no fault of what is measured.
type witness struct{ worst atomic.Int64 } // nanoseconds

// take returns the worst since the last call.
func (w *witness) take() time.Duration { return time.Duration(w.worst.Swap(0)) }

func (w *witness) saw(late time.Duration) {
	if int64(late) > w.worst.Load() {
		w.worst.Store(int64(late))
	}
}
