package child

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// runBound starts the process from a thread that lives as long as the process does: on Linux the kernel ends the child with the
// thread that started it, so that it never outlives us (see bind).
func runBound(s *Server) error {
	bind(s.cmd)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	return <-started
}

func (s *Server) awaitReady(ctx context.Context) error {
	path := filepath.Join(s.folder, readyFile)
	deadline := time.NewTimer(readyPatience)
	defer deadline.Stop()
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.exited:
			return fmt.Errorf("it ended before it was ready (%w)", s.err)
		case <-deadline.C:
			return fmt.Errorf("it was not ready within %s", readyPatience)
		case <-poll.C:
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // not there yet
		}
		if r, ok := parseReady(raw); ok {
			s.HTTP, s.UDP, s.Ops = r.HTTP, r.UDP, r.Ops
			return nil
		}
	}
}

func (s *Server) awaitExit() bool {
	t := time.NewTimer(s.patience)
	defer t.Stop()
	select {
	case <-s.exited:
		return true
	case <-t.C:
		return false
	}
}
