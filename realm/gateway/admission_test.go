package gateway

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/internal/admission"
)

// keeper answers for the realm, which has keys or is away.
type keeper struct {
	realm.API
	keys  realm.AdmissionKeys
	away  bool
	asked int
	slow  chan struct{} // where set, an answer waits for a value
}

func (k *keeper) AdmissionKeys(context.Context) (realm.AdmissionKeys, error) {
	k.asked++
	if k.slow != nil {
		<-k.slow
	}
	if k.away {
		return nil, errors.New("away")
	}
	return k.keys, nil
}

type gateStage struct {
	*gate
	k   *keeper
	at  time.Time
	t   *testing.T
	got []func()
}

func newGateStage(t *testing.T) *gateStage {
	s := &gateStage{k: &keeper{}, at: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), t: t}
	s.k.keys, _ = s.k.keys.Rotate(s.at)
	s.gate = newGate(Config{API: s.k, Now: func() time.Time { return s.at }, Log: slog.New(slog.DiscardHandler)})
	return s
}

// enters tries a tag; want is the code of the refusal, empty for none.
func (s *gateStage) enters(tag string, incarnation realm.ID, want realm.Code) {
	s.t.Helper()
	leave, err := s.enter(s.t.Context(), tag, incarnation)
	if err == nil && want == "" {
		s.got = append(s.got, leave)
	} else if err == nil || realm.CodeOf(err) != want {
		s.t.Errorf("%v, want %q", err, want)
	}
}

func TestGateJudgesWithoutTheRealm(t *testing.T) {
	s := newGateStage(t)
	tag := s.k.keys.Mint(7, s.at)
	s.enters(tag, 7, "") // the first one asks for the keys
	s.k.away = true
	s.at = s.at.Add(time.Hour)
	s.enters(s.k.keys.Mint(7, s.at), 7, "")
	s.enters(tag, 8, realm.CodeNotAdmitted)
	s.at = s.at.Add(admission.TagLife)
	s.enters(tag, 7, realm.CodeNotAdmitted)
}

// A flood of tags with keys that nobody knows asks the realm once a second, not once each.
func TestGateAsksSeldom(t *testing.T) {
	s := newGateStage(t)
	strangers, _ := realm.AdmissionKeys(nil).Rotate(s.at)
	for range 1000 {
		s.enters(strangers.Mint(7, s.at), 7, realm.CodeNotAdmitted)
		s.at = s.at.Add(10 * time.Millisecond)
	}
	if s.k.asked != 10 {
		t.Errorf("asked %d times in ten seconds", s.k.asked)
	}
	s.enters(s.k.keys.Mint(7, s.at), 7, "")
}

// A newcomer who comes while a gateway that has just started asks for its keys is let in when they come.
func TestGateWaitsForKeysOnTheirWay(t *testing.T) {
	s := newGateStage(t)
	s.k.slow = make(chan struct{})
	tag := s.k.keys.Mint(7, s.at)
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := s.enter(t.Context(), tag, 7)
			results <- err
		}()
	}
	s.k.slow <- struct{}{} // the one that asks; the other waits, or comes when the keys are there
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if s.k.asked != 1 {
		t.Errorf("asked %d times", s.k.asked)
	}
}

// A tag holds a few WebSockets at once, and gets its places back.
func TestGateBoundsATag(t *testing.T) {
	s := newGateStage(t)
	tag, other := s.k.keys.Mint(7, s.at), s.k.keys.Mint(7, s.at)
	for range maxPerTag {
		s.enters(tag, 7, "")
	}
	s.enters(tag, 7, realm.CodeBusy)
	s.enters(other, 7, "")
	s.got[0]()
	s.enters(tag, 7, "")
	for _, leave := range s.got[1:] {
		leave()
	}
	if len(s.held) != 0 {
		t.Errorf("%d tags are remembered, and nobody is there", len(s.held))
	}
}
