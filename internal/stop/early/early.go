// Package early catches the signals that end a process as soon as it is imported. A program's other packages take some milliseconds
// before main runs, in which a signal would kill it with a status that says so; nothing but [stop] is imported here, so that this is
// among the first that Go initialises. Only mains import it: a library leaves signals to its program.
package early

import "github.com/realmwire/realmwire/internal/stop"

func init() { stop.Catch() }
