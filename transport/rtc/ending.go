package rtc

import (
	"time"

	"github.com/realmwire/realmwire/transport"
)

// lingerFor is how long what was accepted is given to arrive before the peer is told of the end, and the telling too.
const lingerFor = 500 * time.Millisecond

// stage is how far the end of a session has come.
type stage uint8

const (
	open     stage = iota
	draining       // reliable messages that were accepted are on their way
	telling        // so is the word that it is over
	leaving        // the association is being ended
	dead           // nothing comes or goes any more
)

// ending is the state of a session's end.
type ending struct {
	stage    stage
	code     transport.CloseCode
	text     string
	giveUp   time.Time // when the stage ends at the latest
	notified bool      // the handler was told
}

// begin ends the session from this side, in order; only the first call counts.
func (e *ending) begin(now time.Time, code transport.CloseCode, text string) {
	if e.stage == open {
		*e = ending{stage: draining, code: code, text: text, giveUp: now.Add(lingerFor)}
	}
}

// byPeer ends it because the peer has.
func (e *ending) byPeer(code transport.CloseCode, text string) {
	if e.stage == open {
		e.code, e.text = code, text
	}
	e.stage = max(e.stage, leaving)
}

// vanish ends it without a word to the peer.
func (e *ending) vanish(code transport.CloseCode, text string) {
	if e.stage == open {
		e.code, e.text = code, text
	}
	e.stage = dead
}

// advance moves on at now, where everything reliable has arrived or the time is up; it reports whether the peer is to be told
// just now. Once told, it ends the association itself: if we did, as soon as the word is acknowledged, the peer might lose what
// its application has not read.
func (e *ending) advance(now time.Time, drained bool) (tell bool) {
	late := !now.Before(e.giveUp)
	switch {
	case e.stage == draining && (drained || late):
		e.stage, e.giveUp = telling, now.Add(lingerFor)
		return true
	case e.stage == telling && late:
		e.stage = leaving
	}
	return false
}
