// Package core is one zone without a goroutine, a clock or I/O: events go in, outputs come out, so that a seed and a list of
// events replay a zone. Package zone is the goroutine around it.
package core

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/interest"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
)

// Limits of a core. What passes one is refused or dropped, and counted.
const (
	maxWaiting    = 256 // sessions beyond the capacity that may be joining or leaving
	maxOffences   = 30  // that a player may have on the account before being kicked
	maxChatBurst  = 5   // lines that a player may say at once
	maxChatBytes  = 240
	maxGrantBytes = 8192
)

// Durations, in seconds of ticks.
const (
	joinSeconds     = 5  // from the proven ticket to Join
	silentSeconds   = 1  // of them, when others need the place
	attachSeconds   = 15 // the realm's time to answer
	transferSeconds = 10 // for the client to arrive in the next zone after it was given the grant
	closeSeconds    = 15 // for the transport to report a session closed
	offenceSeconds  = 5  // after which an offence is forgotten
	chatSeconds     = 2  // after which one more line may be said
)

// SaveSeconds is how much time passes between saves of a player that changed.
const SaveSeconds = 5

// The default and the limits of a tick rate, in Hz.
const (
	DefaultTickHz = 20
	MinTickHz     = mover.MinTickHz
	MaxTickHz     = mover.MaxTickHz
)

// MaxKeep is the longest Keep: spent tickets are remembered for as long as they live, and their lives grow with it.
const MaxKeep = 5 * time.Minute

// DefaultSnapshotBytes is the size that a snapshot is kept within: one datagram.
const DefaultSnapshotBytes = transport.MaxLatestMessage

// Config says what a core simulates.
type Config struct {
	Game          *rules.Game
	Zone          rules.Zone
	Ground        Ground
	TickHz        int    // 0: DefaultTickHz
	Ordered       bool   // snapshots of kcp sessions ride the reliable lane (--snapshots kcp)
	Seed          uint64 // of everything random in the zone
	Best          bool   // clients that ask get snapshots of the best tier (--tier best)
	SnapshotBytes int    // 0: DefaultSnapshotBytes; a session's transport may lower it
	// Keep is how long the character of a player who lost the connection stays in the world, so that the client can resume without asking
	// the realm; 0: not at all.
	Keep time.Duration
	// Conduct is what is held against accounts, in other zones of the process too; nil: a Ledger of its own.
	Conduct Conduct
}

// Core is one zone without a goroutine, a clock or I/O. One goroutine calls it.
type Core struct {
	cfg   Config
	hz    uint32
	dt    time.Duration
	sim   rules.Sim
	world *snapshot.World
	rng   *rand.Rand
	out   Outputs

	tick    uint32
	nextDue time.Duration // when the next tick is due
	now     time.Duration // when the last tick ran

	sessions []*session // in the order in which they came
	byConn   map[ConnID]*session
	players  map[rules.PlayerID]*session // those with an entity
	joining  int                         // sessions that wait for the realm: they count against the capacity
	told     int                         // players, as Population said last
	draining bool
	broken   bool           // see fault.go
	acting   rules.PlayerID // for whom the rules' Step works; 0: nobody alone
	kicks    []kick         // to be carried out after the step or event in progress

	radii interest.Radii
	index index

	count    Counters // since the start, but for what encoders count
	encoders []*Encoder
}

// New makes a zone at tick 0.
func New(cfg Config) (*Core, error) {
	if cfg.TickHz == 0 {
		cfg.TickHz = DefaultTickHz
	}
	if cfg.TickHz < MinTickHz || cfg.TickHz > MaxTickHz {
		return nil, fmt.Errorf("zone %s: a tick rate of %d Hz is outside %d to %d", cfg.Zone.Name, cfg.TickHz, MinTickHz, MaxTickHz)
	}
	if cfg.Keep < 0 || cfg.Keep > MaxKeep {
		return nil, fmt.Errorf("zone %s: characters cannot be kept for %v: 0 to %v", cfg.Zone.Name, cfg.Keep, MaxKeep)
	}
	if cfg.Zone.Capacity == 0 {
		cfg.Zone.Capacity = rules.DefaultCapacity
	}
	if cfg.Zone.ViewTiles == 0 {
		cfg.Zone.ViewTiles = rules.DefaultViewTiles
	}
	if cfg.Zone.Title == "" {
		cfg.Zone.Title = cfg.Ground.Map.Title
	}
	if cfg.SnapshotBytes == 0 {
		cfg.SnapshotBytes = DefaultSnapshotBytes
	}
	if cfg.Conduct == nil {
		cfg.Conduct = NewLedger()
	}
	c := &Core{
		cfg: cfg, hz: uint32(cfg.TickHz), dt: time.Second / time.Duration(cfg.TickHz),
		rng:    rand.New(rand.NewPCG(cfg.Seed, 0x7a6f6e65)),
		byConn: map[ConnID]*session{}, players: map[rules.PlayerID]*session{},
	}
	c.nextDue = c.dt
	c.radii = viewRadii(cfg.Zone.ViewTiles)
	sim, err := cfg.Game.New(host{c})
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", cfg.Zone.Name, err)
	}
	c.sim, c.world = sim, sim.World()
	c.index.init(cfg.Ground.Map, c.radii)
	return c, nil
}

// Out is what there is to do since it was reset last.
func (c *Core) Out() *Outputs { return &c.out }

// Config is what the core was made with, its defaults filled in.
func (c *Core) Config() Config { return c.cfg }

// TickTime is the time between two ticks.
func (c *Core) TickTime() time.Duration { return c.dt }

// Tick is the number of the last tick that was simulated.
func (c *Core) Tick() uint32 { return c.tick }

// Players is the number of players in the zone.
func (c *Core) Players() int { return len(c.players) }

// Entities is the number of entities in the world, as of the last tick.
func (c *Core) Entities() int { return len(c.index.slots) }

// Sessions is the number of sessions, those joining and leaving included, and those that lost their connection and may be resumed.
func (c *Core) Sessions() int { return len(c.sessions) }

// Idle reports whether every session is over.
func (c *Core) Idle() bool { return len(c.sessions) == 0 }

// Handle takes an event.
func (c *Core) Handle(e Event) {
	s := c.concerned(&e)
	if caught := try(func() { c.handle(&e) }); caught != nil {
		if s == nil {
			s = c.concerned(&e) // it began with this
		}
		c.expel(s, caught)
	}
	c.carryOutKicks()
}

// concerned is the session that an event is about; nil: none.
func (c *Core) concerned(e *Event) *session {
	switch {
	case e.Attach != nil:
		return c.byConn[e.Attach.Request.Conn]
	case e.Handover != nil:
		return c.byConn[e.Handover.Conn]
	case e.Conn != 0:
		return c.byConn[e.Conn]
	}
	return c.players[e.Character]
}

func (c *Core) handle(e *Event) {
	switch e.Kind {
	case EventConnect:
		c.connect(e.Conn, e.Connect)
	case EventMessage:
		if s := c.byConn[e.Conn]; s != nil {
			c.receive(s, e.Lane, e.Msg, e.At)
		}
	case EventClosed:
		if s := c.byConn[e.Conn]; s != nil {
			c.closed(s, e.Code)
		}
	case EventAttach:
		c.attached(e.Attach)
	case EventHandover:
		c.transfer(e.Handover)
	case EventStale:
		// During a handover its answer decides: a save that it overtook is refused, and that is as it should be.
		if s := c.players[e.Character]; s != nil && s.epoch == e.Epoch && (s.phase == phasePlay || s.phase == phaseAway) {
			c.lapsed(s, e.Err)
		}
	case EventEvict:
		c.evict(e.Character, e.Epoch, e.Text)
	case EventDrain:
		c.drain(e.Text)
	case EventTellAll:
		c.tellAll(e.Text)
	}
}

// Step simulates the next tick. due is when it should have run and now when it does, both since the zone started. After that
// it is the time to encode the tick's snapshots, unless the core is [Core.Broken]: see [Encoder].
func (c *Core) Step(due, now time.Duration) {
	c.tick++
	c.nextDue, c.now = due+c.dt, now
	if !c.simulate() {
		return
	}
	c.carryOutKicks()
	c.expire()
	if !c.attemptAll(func() { c.world.Commit(c.tick) }) {
		return
	}
	c.saveSome()
	c.renewTickets()
	c.tellPopulation()
	c.attemptAll(func() { c.index.refresh(c.tick, c.world) })
}

// expire ends sessions that took too long over a step of their life.
func (c *Core) expire() {
	for i := len(c.sessions) - 1; i >= 0; i-- {
		s := c.sessions[i]
		if caught := s.fault; caught != nil {
			s.fault = nil
			c.expel(s, caught)
		}
		if s.deadline != 0 && c.tick >= s.deadline {
			c.attempt(s, func() { c.overdue(s) })
		}
	}
}

// overdue ends a session that took too long.
func (c *Core) overdue(s *session) {
	switch s.phase {
	case phaseJoin:
		// On a bad network that is no fault of the client's, which shall come again.
		c.dismiss(s, message.AttachRefused, "Your client did not say in time what it wants. Please enter again.", false)
	case phaseAttach:
		c.dismiss(s, message.RealmDown, "The realm does not answer. Please try again.", false)
	case phaseTransfer:
		c.dismiss(s, message.HandedOver, "", false)
	case phaseAway:
		c.dismiss(s, message.Left, "The player did not come back.", true)
	case phaseClosing:
		c.remove(s) // the transport owes us the news, but must not leak a slot
	}
}

// kick is a player who is to be kicked.
type kick struct {
	session *session
	why     string // for the log
	text    string // for the player
}

// carryOutKicks removes the players whom the rules kicked while they ran: they cannot be taken out in the middle of a step.
func (c *Core) carryOutKicks() {
	for _, k := range c.kicks {
		if k.session.phase != phaseClosing {
			c.count.Kicked++
			c.notice(PlayerKicked, k.session, Notice{Text: k.why})
			k.session.kicked = cmp.Or(k.text, k.why)
			c.attempt(k.session, func() { c.end(k.session, message.Kicked, k.text, true) })
		}
	}
	clear(c.kicks)
	c.kicks = c.kicks[:0]
}

func (c *Core) drain(text string) {
	c.draining = true
	if text == "" {
		text = "The server is restarting."
	}
	for i := len(c.sessions) - 1; i >= 0; i-- {
		s := c.sessions[i]
		c.attempt(s, func() { c.dismiss(s, message.ServerShutdown, text, true) })
	}
}

// evict takes a character out for the realm. A request may come late, when the realm has granted the character again: whoever plays it by
// then is not the one who was to go.
func (c *Core) evict(p rules.PlayerID, upTo uint64, text string) {
	if text == "" {
		text = "You signed in elsewhere."
	}
	e := Eviction{Character: p}
	defer func() { c.out.Evictions = append(c.out.Evictions, e) }() // whoever asked waits for the answer
	if s := c.players[p]; s != nil && s.phase != phaseTransfer {
		if s.epoch <= upTo {
			if state, caught := c.savedState(p); caught == nil {
				e.Found, e.Epoch, e.State = true, s.epoch, state
			} else {
				c.noteFault(s, caught)
			}
			c.dismiss(s, message.TakenOver, text, false)
		}
	} else {
		for _, s := range slices.Clone(c.sessions) {
			waits := s.phase == phaseJoin || s.phase == phaseAttach || s.phase == phaseTransfer
			if s.character == p && s.epoch <= upTo && waits {
				c.dismiss(s, message.TakenOver, text, false)
			}
		}
	}
}

func (c *Core) remove(s *session) {
	delete(c.byConn, s.conn)
	c.sessions = slices.DeleteFunc(c.sessions, func(o *session) bool { return o == s })
}

// ticks turns seconds into ticks.
func (c *Core) ticks(seconds int) uint32 { return uint32(seconds) * c.hz }
