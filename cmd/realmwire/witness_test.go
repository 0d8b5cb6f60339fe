package main_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const (
	// saveWindow is how long ago a state may have been saved that a character comes back with: the five seconds between saves, and what a
	// machine that is busy with bots adds.
	saveWindow = 8 * time.Second
	// strayTiles is how far a body may have gone between the snapshots that its client saw.
	strayTiles = 2
	// spawnTiles is how far from a spawn point arrivals are spread, and what they walked before they were seen.
	spawnTiles = 3
)

// spot is where a bot was seen.
type spot struct {
	at   time.Time
	zone string
	x, y int32
}

func (s spot) near(x, y int32, tiles int32) bool {
	return max(s.x-x, x-s.x, s.y-y, y-s.y) <= tiles*mover.UnitsPerTile
}

func (s spot) String() string {
	return fmt.Sprintf("%s %d, %d", s.zone, s.x/mover.UnitsPerTile, s.y/mover.UnitsPerTile)
}

// sighted is what is known of one bot.
type sighted struct {
	api       *client.API
	character string
	session   *client.Session
	inside    bool
	zone      string
	track     []spot // of the last seconds, oldest first
	returning bool   // dropped, and its place is not compared yet
	lostIn    string // zone in which it was dropped last
	atPortal  bool   // was at a portal then: on its way
	drops     int
	returns   int
	lostBy    error     // why it was dropped last
	lostAt    time.Time // and when
}

// witness watches a swarm: who is in, where they were, and whether they came back to where they were.
type witness struct {
	mu     sync.Mutex
	bots   []sighted
	maps   map[string]*tilemap.Map
	faults []string // what must not be

	handovers map[string]int // arrivals through portals, by zone
	refused   []string       // what players were told at portals that did not open
}

func newWitness(bots int) *witness {
	return &witness{bots: make([]sighted, bots), maps: map[string]*tilemap.Map{}, handovers: map[string]int{}}
}

// SignedIn implements swarm.Observer.
func (w *witness) SignedIn(bot int, api *client.API, character string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bots[bot].api != nil {
		w.fault("bot %d signed in a second time", bot)
	}
	w.bots[bot].api, w.bots[bot].character = api, character
}

// Began implements swarm.Observer.
func (w *witness) Began(bot int, s *client.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bots[bot].session = s
}

// Entered implements swarm.Observer.
func (w *witness) Entered(bot int, z client.Zone) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &w.bots[bot]
	if b.inside && b.zone != z.Name {
		w.handovers[z.Name]++
	}
	b.inside, b.zone = true, z.Name
	w.maps[z.Name] = z.Map
}

// Dropped implements swarm.Observer.
func (w *witness) Dropped(bot int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &w.bots[bot]
	b.lostBy, b.lostAt = err, time.Now()
	b.inside, b.returning, b.atPortal, b.lostIn = false, true, false, b.zone
	if m := w.maps[b.zone]; m != nil && len(b.track) > 0 {
		last := b.track[len(b.track)-1]
		b.atPortal = slices.ContainsFunc(m.Portals, func(p tilemap.Portal) bool {
			return last.near(p.X+p.W/2, p.Y+p.H/2, strayTiles+max(p.W, p.H)/2/mover.UnitsPerTile)
		})
	}
	b.drops++
}

// Heard implements swarm.Observer.
func (w *witness) Heard(_ int, m message.Heard) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.Contains(m.Text, "portal does not open") && len(w.refused) < maxFaults {
		w.refused = append(w.refused, m.Text)
	}
}

// crossed is how many bots came into a zone through a portal so far.
func (w *witness) handedOver(zone string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.handovers[zone]
}

// cutOff is a bot that was dropped in a zone and is not back. One that was at a portal may be in another zone by now, as the realm sees it.
func (w *witness) cutOff(zone string) (bot sighted, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.bots, func(b sighted) bool { return b.drops > 0 && !b.inside && b.lostIn == zone && !b.atPortal })
	if i < 0 {
		return sighted{}, false
	}
	return w.bots[i], true
}

// Saw implements swarm.Observer.
func (w *witness) Saw(bot int, now time.Time, view *snapshot.Replica) {
	own := view.Own()
	if own == nil {
		return
	}
	body := own.State.(*rpg.Player).Body
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &w.bots[bot]
	if !b.inside {
		return
	}
	s := spot{now, b.zone, body.X, body.Y}
	if b.returning {
		b.returning = false
		b.returns++
		if len(b.track) > 0 && !w.mayStand(b, s, b.track[len(b.track)-1].at) {
			w.fault("bot %d (character %s) was last seen at %s and came back at %s", bot, b.character, b.track[len(b.track)-1], s)
		}
	}
	b.track = append(b.track, s)
	if len(b.track) > 1 && now.Sub(b.track[0].at) > 4*saveWindow {
		b.track = slices.Clone(b.track[len(b.track)/2:])
	}
	if bot%8 == 0 && view.Tick()%20 == 0 {
		w.noDoubles(bot, view)
	}
}

// mayStand tells whether a character may be at a saved place, having been seen last at a moment: where it was within the time between saves; or,
// where it came into the zone or was on its way there in that time, at a way in.
func (w *witness) mayStand(b *sighted, saved spot, last time.Time) bool {
	stayed := true // in that zone for all of the time
	for _, s := range b.track {
		recent := last.Sub(s.at) <= saveWindow
		if recent && s.zone == saved.zone && s.near(saved.x, saved.y, strayTiles) {
			return true
		}
		if recent && s.zone != saved.zone {
			stayed = false
		}
	}
	if len(b.track) == 0 || stayed && last.Sub(b.track[0].at) > saveWindow {
		return false
	}
	m := w.maps[saved.zone]
	return m == nil || slices.ContainsFunc(m.Spawns, func(p tilemap.Spawn) bool { return saved.near(p.X, p.Y, spawnTiles) })
}

// noDoubles looks for two bodies of one name.
func (w *witness) noDoubles(bot int, view *snapshot.Replica) {
	seen := map[string]bool{}
	for e := range view.All {
		if p, ok := e.State.(*rpg.Player); ok {
			if seen[p.Look.Name] {
				w.fault("bot %d sees two of %s", bot, p.Look.Name)
			}
			seen[p.Look.Name] = true
		}
	}
}

// maxFaults bounds what is told: after the first few, more say nothing new.
const maxFaults = 20

func (w *witness) fault(format string, args ...any) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, fmt.Sprintf(format, args...))
	}
}

// playing counts the bots that saw themselves in a zone since a moment.
func (w *witness) playing(since time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, b := range w.bots {
		if b.inside && len(b.track) > 0 && b.track[len(b.track)-1].at.After(since) {
			n++
		}
	}
	return n
}

// missing says of each bot that did not see itself in a zone since a moment what it waits for.
func (w *witness) missing(since time.Time) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var text strings.Builder
	for i, b := range w.bots {
		if b.inside && len(b.track) > 0 && b.track[len(b.track)-1].at.After(since) {
			continue
		}
		fmt.Fprintf(&text, "\nbot %d (character %s)", i, b.character)
		if b.session == nil {
			text.WriteString(": has no session yet")
			continue
		}
		fmt.Fprintf(&text, ": %v", b.session.Status())
		if len(b.track) > 0 {
			last := b.track[len(b.track)-1]
			fmt.Fprintf(&text, "\n\twas last seen at %s at %s, inside: %v", last, last.at.Format(clockFormat), b.inside)
		}
		if b.drops > 0 {
			fmt.Fprintf(&text, "\n\twas dropped %d times, last at %s in %s, at a portal: %v, because of: %v",
				b.drops, b.lostAt.Format(clockFormat), b.lostIn, b.atPortal, b.lostBy)
		}
	}
	return text.String()
}

const clockFormat = "15:04:05.000"

// totals are drops and returns of all bots so far.
func (w *witness) totals() (drops, returns int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.bots {
		drops += b.drops
		returns += b.returns
	}
	return drops, returns
}
