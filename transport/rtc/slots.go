package rtc

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

const (
	// silentFor is how long a handshake, or an offer that was answered, may stand still before it gives its place to another. An honest
	// client repeats what was lost before that.
	silentFor = time.Second
	// slowFor is how old a handshake may be before it gives its place to another, whatever it says. It takes one round trip.
	slowFor = 2 * time.Second
)

// slot is the place of a handshake.
type slot struct {
	account    uint64
	from       netip.Addr
	begun      time.Time
	heard      time.Time // when it last made progress
	nextInTurn uint16    // number of the peer's next message
	cancel     func()    // ends it
}

// slots are the places for handshakes, guarded by the server's lock: one for each account, and when all are taken those give way that
// stand still, or of whose network there are too many. Else 64 holders of tickets who begin a handshake and fall silent would keep
// everybody else out.
type slots struct {
	all  map[*slot]struct{}
	held netprefix.Count
}

// enter takes a place for a handshake; false: there is none. Those that give way are out, and are to be cancelled.
func (ss *slots) enter(s *slot) (gaveWay []*slot, ok bool) {
	for other := range ss.all {
		if other.account == s.account {
			gaveWay = append(gaveWay, other)
			ss.leave(other)
		}
	}
	if len(ss.all) >= maxHandshakes {
		victim := ss.victim(s)
		if victim == nil {
			return gaveWay, false
		}
		gaveWay = append(gaveWay, victim)
		ss.leave(victim)
	}
	if ss.all == nil {
		ss.all = make(map[*slot]struct{})
	}
	ss.all[s] = struct{}{}
	ss.held.Add(s.from)
	return gaveWay, true
}

// leave gives a place back; a second call does nothing.
func (ss *slots) leave(s *slot) {
	if _, ok := ss.all[s]; ok {
		delete(ss.all, s)
		ss.held.Drop(s.from)
	}
}

// victim is the handshake that gives its place to a newcomer: the one that has stood still for longest, else the oldest of the network that
// holds more than its share, else the oldest that has taken too long; nil: all may go on.
func (ss *slots) victim(newcomer *slot) *slot {
	now := newcomer.begun
	if v := ss.first(func(s *slot) bool { return now.Sub(s.heard) >= silentFor }, func(a, b *slot) bool { return a.heard.Before(b.heard) }); v != nil {
		return v
	}
	older := func(a, b *slot) bool { return a.begun.Before(b.begun) }
	if v := ss.first(func(s *slot) bool { return ss.wide(s) > ss.wide(newcomer)+1 }, func(a, b *slot) bool {
		if x, y := ss.wide(a), ss.wide(b); x != y {
			return x > y
		}
		return older(a, b)
	}); v != nil {
		return v
	}
	return ss.first(func(s *slot) bool { return now.Sub(s.begun) >= slowFor }, older)
}

// wide is how many places the widest network of a handshake's address holds.
func (ss *slots) wide(s *slot) int {
	networks := netprefix.Of(s.from)
	return ss.held.Held(networks[len(networks)-1])
}

// first is the first of those that are meant, in an order; nil: there is none.
func (ss *slots) first(meant func(*slot) bool, before func(a, b *slot) bool) (found *slot) {
	for s := range ss.all {
		if meant(s) && (found == nil || before(s, found)) {
			found = s
		}
	}
	return found
}

// maxMessages bounds the peer's messages in a handshake that count as progress; a client sends no more than six.
const maxMessages = 8

// progress notes a datagram of the handshake. Only a message that is the next in turn is progress: repeating the first, or sending rubbish,
// keeps no place.
func (s *slot) progress(now time.Time, datagram []byte) {
	// A record's header has 13 bytes; a handshake message begins with its type, its length (3 bytes), and its number (RFC 6347, 4.2.2).
	const recordHeader, number = 13, 4
	if len(datagram) < recordHeader+number+2 || datagram[0] != dtls.TypeHandshake {
		return
	}
	if n := binary.BigEndian.Uint16(datagram[recordHeader+number:]); n == s.nextInTurn && n < maxMessages {
		s.nextInTurn++
		s.heard = now
	}
}
