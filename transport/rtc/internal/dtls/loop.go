package dtls

import "time"

// RepeatAfter is how long the handshake waits for an answer before it repeats a flight, doubling: pion's second would leave a
// lossy path too few tries within the time that a player waits.
const RepeatAfter = 150 * time.Millisecond

// until is the package's only use of the clock: pion sets deadlines by it.
func until(t time.Time) time.Duration { return time.Until(t) }
