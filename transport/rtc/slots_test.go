package rtc

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

// stage is a server's places for handshakes, and a clock.
type slotStage struct {
	slots
	t       *testing.T
	at      time.Time
	account uint64
	over    map[*slot]bool
}

func newSlotStage(t *testing.T) *slotStage {
	return &slotStage{t: t, at: time.Unix(1000, 0), over: map[*slot]bool{}}
}

// begins lets another account begin a handshake; nil: it found no place.
func (st *slotStage) begins(from string) *slot {
	st.account++
	return st.beginsFor(st.account, from)
}

func (st *slotStage) beginsFor(account uint64, from string) *slot {
	st.t.Helper()
	s := &slot{account: account, from: netip.MustParseAddr(from), begun: st.at, heard: st.at}
	gaveWay, ok := st.enter(s)
	for _, other := range gaveWay {
		if st.over[other] {
			st.t.Error("one gave way twice")
		}
		st.over[other] = true
	}
	if len(st.all) > maxHandshakes {
		st.t.Errorf("%d handshakes at a time", len(st.all))
	}
	if !ok {
		return nil
	}
	return s
}

// message is a datagram with the peer's n-th message.
func message(n uint16) []byte {
	b := make([]byte, 40)
	b[0] = dtls.TypeHandshake
	binary.BigEndian.PutUint16(b[17:], n)
	return b
}

func TestOneHandshakeForEachAccount(t *testing.T) {
	st := newSlotStage(t)
	first := st.beginsFor(7, "203.0.113.1")
	for range 100 {
		if st.beginsFor(7, "203.0.113.1") == nil {
			t.Fatal("the newest has no place")
		}
	}
	if !st.over[first] || len(st.all) != 1 {
		t.Errorf("%d handshakes of one account", len(st.all))
	}
}

// TestSilentHandshakesGiveWay: whoever begins one and says no more, or repeats what was said, or talks rubbish, is out after a second when
// others need the place. What has just begun, or makes progress, is not.
func TestSilentHandshakesGiveWay(t *testing.T) {
	for name, say := range map[string]func(i int) []byte{
		"nothing":                    func(int) []byte { return nil },
		"the first message again":    func(int) []byte { return message(0) },
		"messages far ahead":         func(i int) []byte { return message(uint16(1000 + i)) },
		"rubbish":                    func(int) []byte { return []byte{dtls.TypeHandshake, 1, 2} },
		"alerts":                     func(int) []byte { b := message(1); b[0] = 21; return b },
		"messages in turn, too many": func(i int) []byte { return message(uint16(maxMessages + i)) },
	} {
		t.Run(name, func(t *testing.T) {
			st := newSlotStage(t)
			var attackers []*slot
			for i := range maxHandshakes {
				s := st.begins(fmt.Sprintf("10.%d.0.1", i))
				s.progress(st.at, message(0))
				if name == "messages in turn, too many" {
					for n := range uint16(maxMessages) {
						s.progress(st.at, message(n))
					}
				}
				attackers = append(attackers, s)
			}
			if st.begins("198.51.100.7") != nil {
				t.Error("a handshake that has just begun gave way")
			}
			for i := range 10 {
				st.at = st.at.Add(silentFor / 10)
				for _, s := range attackers {
					if b := say(i); b != nil {
						s.progress(st.at, b)
					}
				}
			}
			honest := st.begins("198.51.100.7")
			if honest == nil || len(st.over) != 1 {
				t.Fatalf("the newcomer has no place, %d gave way", len(st.over))
			}
			// It is at work, so that it outlives a flood of newcomers who fall silent.
			for i := range 2 * maxHandshakes {
				if i%20 == 0 {
					st.at = st.at.Add(silentFor / 20)
					honest.progress(st.at, message(uint16(i/20)))
				}
				st.begins(fmt.Sprintf("10.%d.7.1", i))
			}
			if st.over[honest] {
				t.Error("one that makes progress gave way")
			}
		})
	}
}

// TestBusyNetworkGivesWay: those who keep all their handshakes moving have no more than their share when others come.
func TestBusyNetworkGivesWay(t *testing.T) {
	st := newSlotStage(t)
	for i := range maxHandshakes {
		st.begins(fmt.Sprintf("203.0.113.%d", i))
	}
	for i := range maxHandshakes {
		if st.begins(fmt.Sprintf("10.%d.0.1", i)) == nil && i < maxHandshakes-3 {
			t.Fatalf("newcomer %d of another network has no place", i)
		}
	}
	if st.begins("203.0.113.200") != nil {
		t.Error("the busy network took a place from others")
	}
	st.at = st.at.Add(slowFor)
	for s := range st.all {
		s.heard = st.at // as if each of them still moved
	}
	if st.begins("203.0.113.200") == nil {
		t.Error("a handshake that takes so long kept its place")
	}
}

func TestSlotsAreGivenBack(t *testing.T) {
	st := newSlotStage(t)
	for i := range maxHandshakes {
		s := st.begins(fmt.Sprintf("10.0.0.%d", i))
		defer func() {
			st.leave(s)
			st.leave(s)
		}()
	}
	defer func() {
		if len(st.all) != 0 || st.held.Networks() != 0 {
			t.Errorf("%d handshakes and %d networks are left", len(st.all), st.held.Networks())
		}
	}()
	for s := range st.all {
		st.leave(s)
	}
}
