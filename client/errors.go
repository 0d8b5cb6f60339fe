package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Error is a refusal by the realm: an RFC 9457 problem.
type Error struct {
	Op         string // what was attempted: "POST /v1/play"
	Status     int    // HTTP status
	Title      string // a code for programs, such as "zone-full"; the status text when Foreign
	Detail     string // for people: what to do
	RetryAfter time.Duration
	// Foreign means that the answer was no problem document. It came not from the realm but from something in between,
	// such as a proxy whose gateway is down.
	Foreign bool
}

// Error says what was attempted and what to do.
func (e *Error) Error() string {
	text := e.Title
	if e.Detail != "" {
		text = e.Detail
	}
	return fmt.Sprintf("%s: %s (%d)", e.Op, text, e.Status)
}

// Temporary reports whether the same request may succeed later.
func (e *Error) Temporary() bool {
	return e.Foreign || e.Status == http.StatusTooManyRequests || e.Status >= http.StatusInternalServerError
}

// Titles that callers branch on.
const (
	TitleNameTaken   = "name-taken"
	TitleRateLimited = "rate-limited"
	// TitlePlayedElsewhere ends a Session that was cut off: another client has the character by now.
	TitlePlayedElsewhere = "played-elsewhere"
)

// HasTitle reports whether err is, or wraps, an Error with the given title.
func HasTitle(err error, title string) bool {
	var e *Error
	return errors.As(err, &e) && e.Title == title
}

// RetryAfter is how long a refusal asks to wait before trying again; false: err does not ask.
func RetryAfter(err error) (time.Duration, bool) {
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		return 0, false
	}
	return e.RetryAfter, true
}
