package core

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
)

// A new grant, or another character of the account, goes on where the account was: with its chat, and with its offences.
func TestANewGrantWipesNothingOut(t *testing.T) {
	w := newTable(t, Config{}, 1)
	hears := w.add()
	w.run(3, nil)
	heard := func() (n int) {
		for _, h := range hears.heard {
			if h.Channel == message.ZoneChannel {
				n++
			}
		}
		return n
	}
	const account = 77
	for range 4 { // in and out, twice with each of two characters
		p := w.addOf(account)
		w.run(2, nil)
		if !p.inZone {
			t.Fatalf("not in: %+v", p.goodbye)
		}
		for range 5 {
			w.sayLine(p, "spam")
		}
		for range maxOffences / 4 {
			w.up(p, transport.Reliable, []byte{63})
		}
		w.run(2, nil)
		if p.goodbye != nil {
			t.Fatalf("kicked too early: %+v", p.goodbye)
		}
		w.core.Handle(Event{Kind: EventClosed, Conn: p.id, Code: transport.Normal})
		w.carryOut()
	}
	if n := heard(); n != maxChatBurst {
		t.Errorf("with four sessions an account said %d lines at once, want %d", n, maxChatBurst)
	}
	p := w.addOf(account)
	w.run(2, nil)
	for range maxOffences%4 + 1 {
		w.up(p, transport.Reliable, []byte{63})
	}
	w.run(3, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.Kicked {
		t.Errorf("an account with %d offences in five sessions: %+v", maxOffences+1, p.goodbye)
	}
	if other := w.addOf(78); true {
		w.run(2, nil)
		w.sayLine(other, "hello")
		w.run(2, nil)
		if n := heard(); n != maxChatBurst+1 || other.goodbye != nil {
			t.Errorf("another account is held to it: %d lines, %+v", n, other.goodbye)
		}
	}
}

func TestLedger(t *testing.T) {
	l := NewLedger()
	now := time.Hour
	for i := range maxChatBurst {
		if !l.Line(1, now) {
			t.Fatalf("line %d was refused", i)
		}
	}
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{
		{0, false},
		{-time.Hour, false}, // another zone's clock
		{chatSeconds*time.Second - 1, false},
		{chatSeconds * time.Second, true},
		{chatSeconds * time.Second, false},
		{time.Hour, true},
	} {
		if got := l.Line(1, now+c.after); got != c.want {
			t.Errorf("%v later: %t", c.after, got)
		}
	}
	for account := range uint64(3 * maxConduct) {
		if !l.Offence(account, now) {
			t.Fatalf("account %d was refused", account)
		}
	}
	if n := len(l.accounts); n > maxConduct {
		t.Errorf("%d accounts are remembered", n)
	}
	l.Offence(1<<40, now+2*time.Hour)
	if n := len(l.accounts); n != 1 {
		t.Errorf("%d accounts are remembered of which nothing is held against them", n)
	}
}
