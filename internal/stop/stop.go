// Package stop turns the signals that ask a process to end into the end of a context.
package stop

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// caught takes the signals; nil until Catch. Catch and Context are for one goroutine, that of main and init.
var caught chan os.Signal

// Catch takes Ctrl-C, SIGTERM and SIGHUP from now on: until Context is called, they wait. SIGHUP is what a closed terminal sends; one that
// was told to ignore it (nohup) goes on.
func Catch() {
	if caught != nil {
		return
	}
	caught = make(chan os.Signal, 1)
	asked := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		asked = append(asked, syscall.SIGHUP)
	}
	signal.Notify(caught, asked...)
}

// Context ends with the first signal, also with one that came since Catch; later ones do nothing, so that none cuts short what the
// first began. The function releases both.
func Context() (context.Context, func()) {
	Catch()
	ctx, cancel := context.WithCancel(context.Background())
	signals := caught
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		caught = nil
		cancel()
	}
}
