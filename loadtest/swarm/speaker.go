package swarm

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/zone/rules"
)

// speaker makes the lines that bots say. A bot of its own thinks of them: those that play belong to their sessions.
type speaker struct {
	mu  sync.Mutex
	bot rules.Bot // guarded by mu; nil until a zone is known

	sent atomic.Uint64
}

// speak gives the speaker a zone to talk about, once.
func (s *Swarm) speak(z client.Zone) {
	if s.cfg.Chat <= 0 {
		return
	}
	s.talker.mu.Lock()
	defer s.talker.mu.Unlock()
	if s.talker.bot == nil {
		s.talker.bot = s.newBot(s.cfg.Seed, z)
	}
}

func (t *speaker) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bot == nil {
		return ""
	}
	return t.bot.Line()
}

// chatter lets n bots, chosen at random, say a line.
func (s *Swarm) chatter(rng *rand.Rand, n int) {
	for range n {
		b := s.bots[rng.IntN(len(s.bots))]
		session := b.session.Load()
		if session == nil || !b.inside.Load() {
			continue
		}
		line := s.talker.line()
		if line != "" && session.Say(line) == nil { // a bot between two zones says nothing
			s.talker.sent.Add(1)
		}
	}
}
