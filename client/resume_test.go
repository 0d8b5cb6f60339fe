package client

import (
	"slices"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
)

func resumption(name string) message.Resume {
	r := message.Resume{LifeMs: 1000}
	for i := range r.Tickets {
		r.Tickets[i] = message.ResumeTicket{Ticket: []byte(name + string(rune('0'+i))), Secret: []byte("secret" + string(rune('0'+i)))}
	}
	return r
}

// The grant to come back with is the one of the connection, with another ticket and secret, for as long as the zone said.
func TestResumeTickets(t *testing.T) {
	now := time.Unix(1000, 0)
	g := &Grant{Character: "c", Ticket: []byte("old"), Zone: GrantZone{Name: "overworld"}, Map: GrantMap{Hash: "h"}, Endpoints: []transport.Endpoint{{Transport: transport.KCP, Addr: "a:1"}}}
	p := newResumeTickets(g, resumption("t"), now)
	for i := range 2 {
		got := p.next(now.Add(999 * time.Millisecond))
		if got == nil || string(got.Ticket) != "t"+string(rune('0'+i)) || string(got.Secret) != "secret"+string(rune('0'+i)) ||
			got.Zone != g.Zone || got.Map != g.Map || !slices.Equal(got.Endpoints, g.Endpoints) || got.Character != "c" {
			t.Fatalf("ticket %d: %+v", i, got)
		}
		if p.next(now.Add(time.Second)) != nil {
			t.Error("an expired ticket is offered")
		}
		p.list = p.list[1:]
	}
	if p.next(now) != nil {
		t.Error("a third ticket")
	}
	if string(g.Ticket) != "old" {
		t.Error("the connection's own grant was changed")
	}
	if (*resumeTickets)(nil).next(now) != nil {
		t.Error("a ticket out of nothing")
	}
}

func TestLinkTakesTickets(t *testing.T) {
	s := &Session{}
	l := &link{events: &Events{}, grant: &Grant{Character: "c"}, phase: playing}
	r := resumption("a")
	msg := message.Append(nil, &r)
	now := time.Unix(1000, 0)
	l.receive(now, msg[:len(msg)-1])
	if l.garbage != 1 || l.tickets != nil {
		t.Fatal("a cut message was taken")
	}
	l.receive(now, msg)
	s.keep(l, false)
	l.receive(now, msg[:len(msg)-1])
	s.keep(l, false)
	if g := s.tickets.next(now); g == nil || g.Character != "c" || string(g.Ticket) != "a0" || l.tickets != nil {
		t.Fatalf("kept %+v", s.tickets)
	}
	r = resumption("b")
	l.receive(now, message.Append(nil, &r))
	s.keep(l, false)
	if g := s.tickets.next(now); string(g.Ticket) != "b0" {
		t.Error("the newest ticket is not the one that is kept")
	}
}

// A transfer drops the resume tickets of the zone that is left. What that zone still says must not drop those of the next.
func TestTicketsOnTheWay(t *testing.T) {
	s := &Session{}
	open := func(g string) *connection {
		return &connection{session: s, changed: make(chan struct{}, 1), link: link{events: &Events{}, grant: &Grant{Character: g}, phase: playing}}
	}
	say := func(c *connection, m message.Body) { c.Message(nil, transport.Reliable, message.Append(nil, m)) }
	old, next := open("old"), open("next")
	r := resumption("a")
	say(old, &r)
	if s.tickets == nil {
		t.Fatal("no tickets")
	}
	say(old, &message.Transfer{Grant: "{}"})
	if s.tickets != nil {
		t.Error("the way to another zone leaves the tickets of this one")
	}
	r = resumption("b")
	say(next, &r)
	say(old, &message.Population{Players: 3})
	if g := s.tickets.next(time.Now()); g == nil || g.Character != "next" {
		t.Errorf("the next zone's tickets are %+v", s.tickets)
	}
}

func TestWhichEndsLetComeBackToTheZone(t *testing.T) {
	for code := transport.Normal; code <= transport.Backpressure; code++ {
		want := code == transport.Timeout || code == transport.Network || code == transport.Backpressure
		if (&EndError{Code: code}).resumable() != want {
			t.Errorf("%s: resumable %t", code, !want)
		}
		if (&EndError{Code: code, Goodbye: &message.Goodbye{}}).resumable() {
			t.Errorf("%s with a Goodbye is resumable", code)
		}
	}
}
