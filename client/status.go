package client

import (
	"fmt"
	"time"
)

// Status is what a session does at a moment, for whoever wonders what a player waits for.
type Status struct {
	Doing string    // "plays in zone town", "waits until 15:04:05 before it asks the realm again", …
	Since time.Time // when it began to
	Cause error     // why it does not play; nil while it does, and before anything failed
}

// String is the status in one line.
func (s Status) String() string {
	text := fmt.Sprintf("%s, since %s", s.Doing, s.Since.Format("15:04:05.000"))
	if s.Cause != nil {
		text += fmt.Sprintf(", because of: %v", s.Cause)
	}
	return text
}

// Status returns what the session does now.
func (s *Session) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// fails notes why the session does not play; nil: it does.
func (s *Session) fails(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Cause = cause
}
