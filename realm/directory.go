package realm

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxProcesses = 1024
	// grantLife is how long a grant that is not used keeps its place in the zone; its ticket expires with it.
	grantLife = 45 * time.Second
)

// directory knows the zone processes that live, the zones they serve, and which characters have a place in them. It is memory only: after
// a restart of the realm the processes register again and say which leases they have. Safe for concurrent use; time is an argument.
type directory struct {
	capacity int // of the realm; 0 = the zones' together

	mu        sync.Mutex
	processes map[ID]*process    // guarded by mu
	zones     map[string]*served // guarded by mu
	places    map[ID]place       // guarded by mu; by character
	unused    unusedGrants       // guarded by mu; those of the places that nobody has come for
	displaced map[string]uint64  // guarded by mu; unused grants that gave up their place, by why
}

// process is a registered zone process.
type process struct {
	Process
	seen time.Time
}

func (p *process) zoneNames() string {
	var names []string
	for _, z := range p.Zones {
		names = append(names, z.Name)
	}
	return strings.Join(names, " ")
}

func (p *process) alive(now time.Time) bool { return now.Sub(p.seen) <= DeadAfter }

// served is a zone and the process that serves it.
type served struct {
	info  ZoneInfo
	by    *process
	taken int // places in it, granted or attached
	load  ZoneLoad
}

// place is a character's place in a zone.
type place struct {
	zone  *served
	epoch uint64
	until time.Time // when an unused grant gives it up; zero once attached
}

func newDirectory(capacity int) *directory {
	return &directory{
		capacity:  capacity,
		processes: make(map[ID]*process),
		zones:     make(map[string]*served),
		places:    make(map[ID]place),
		unused:    newUnusedGrants(),
		displaced: make(map[string]uint64),
	}
}

// register adds a process, or replaces an earlier registration of the same one, with the leases that it has. Where a zone
// belongs to another live process it changes nothing and returns that process.
func (d *directory) register(p Process, leases []attached, now time.Time) (holder *process, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, z := range p.Zones {
		if s := d.zones[z.Name]; s != nil && s.by.Incarnation != p.Incarnation && s.by.alive(now) {
			return s.by, nil
		}
	}
	if len(d.processes) >= maxProcesses && d.processes[p.Incarnation] == nil {
		return nil, refuse(CodeBusy, "the realm has %d zone processes already", maxProcesses)
	}
	for _, z := range p.Zones {
		if s := d.zones[z.Name]; s != nil {
			d.dropLocked(s.by)
		}
	}
	if old := d.processes[p.Incarnation]; old != nil {
		d.dropLocked(old)
	}
	proc := &process{Process: p, seen: now}
	d.processes[p.Incarnation] = proc
	for _, z := range p.Zones {
		z.Map = nil
		d.zones[z.Name] = &served{info: z, by: proc, load: ZoneLoad{Name: z.Name}}
	}
	for _, h := range leases {
		if s := d.zones[h.Zone]; s != nil && s.by == proc {
			d.placeLocked(h.Character, place{zone: s, epoch: h.Epoch})
		}
	}
	return nil, nil
}

// heartbeat notes that a process lives; false means that it is not known and has to register.
func (d *directory) heartbeat(incarnation ID, load Load, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.processes[incarnation]
	if p == nil {
		return false
	}
	p.seen = now
	for _, l := range load.Zones {
		if s := d.zones[l.Name]; s != nil && s.by == p {
			s.load = l
		}
	}
	return true
}

// remove forgets a process and the places in its zones.
func (d *directory) remove(incarnation ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.processes[incarnation]; p != nil {
		d.dropLocked(p)
	}
}

func (d *directory) dropLocked(p *process) {
	delete(d.processes, p.Incarnation)
	for name, s := range d.zones {
		if s.by == p {
			delete(d.zones, name)
		}
	}
	for character, pl := range d.places {
		if pl.zone.by == p {
			d.unplaceLocked(character)
		}
	}
}

// sweep forgets silent processes, which it returns, and unused grants.
func (d *directory) sweep(now time.Time) []*process {
	d.mu.Lock()
	defer d.mu.Unlock()
	var lost []*process
	for _, p := range d.processes {
		if !p.alive(now) {
			lost = append(lost, p)
			d.dropLocked(p)
		}
	}
	for character, pl := range d.places {
		if !pl.until.IsZero() && !pl.until.After(now) {
			d.unplaceLocked(character)
		}
	}
	return lost
}

// target is where a grant leads.
type target struct {
	process Process
	zone    ZoneInfo
}

// reserve takes a place for a claimant's character in a zone, out of its present one. undo puts things back as they were, but for grants
// that gave way.
func (d *directory) reserve(c claimant, zone string, epoch uint64, now time.Time) (t target, undo func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	character := c.character
	s := d.zones[zone]
	if s == nil || !s.by.alive(now) {
		return target{}, nil, &Error{
			Code: CodeZoneDown, RetryAfter: 3 * time.Second,
			Detail: fmt.Sprintf("No server runs the zone %q at the moment; try again in a few seconds.", zone),
		}
	}
	old, had := d.places[character]
	if (!had || old.zone != s) && s.taken >= s.info.Capacity && !d.makeRoomLocked(c, func(z *served) bool { return z == s }, now) {
		return target{}, nil, &Error{
			Code: CodeZoneFull, RetryAfter: 5 * time.Second,
			Detail: fmt.Sprintf("%s is full (%d players); try again later.", s.info.Title, s.info.Capacity),
		}
	}
	if !had && d.capacity > 0 && len(d.places) >= d.capacity && !d.makeRoomLocked(c, func(*served) bool { return true }, now) {
		return target{}, nil, &Error{
			Code: CodeRealmFull, RetryAfter: 10 * time.Second,
			Detail: fmt.Sprintf("The realm is full (%d players); try again later.", d.capacity),
		}
	}
	waiting, waited := d.unused.all[character]
	d.placeLocked(character, place{zone: s, epoch: epoch, until: now.Add(grantLife)})
	if !c.walks {
		d.addUnusedLocked(c, s, now)
	}
	undo = func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.places[character].epoch != epoch {
			return // somebody else has moved it on
		}
		d.unplaceLocked(character)
		if had && d.zones[old.zone.info.Name] == old.zone {
			d.placeLocked(character, old)
			if waited {
				d.addUnusedLocked(waiting.claimant, old.zone, waiting.since)
			}
		}
	}
	return target{process: s.by.Process, zone: s.info}, undo, nil
}

// addUnusedLocked notes that nobody has come for a place yet, within the bounds of such.
func (d *directory) addUnusedLocked(c claimant, zone *served, since time.Time) {
	for over, why, is := d.unused.overBound(c); is; over, why, is = d.unused.overBound(c) {
		d.displaceLocked(over, why)
	}
	d.unused.add(c, zone, since)
}

// attach makes a place permanent. A place that is not there (the realm has restarted, the grant gave way, or was used late) is made,
// whatever the capacity: the zone has let the character in. Who has come goes before who has not.
func (d *directory) attach(character ID, epoch uint64, incarnation ID, zone string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.zones[zone]
	if s == nil || s.by.Incarnation != incarnation || d.places[character].epoch > epoch {
		return
	}
	d.placeLocked(character, place{zone: s, epoch: epoch})
	if s.taken > s.info.Capacity {
		d.makeRoomLocked(claimant{walks: true}, func(z *served) bool { return z == s }, time.Time{})
	}
}

// makeRoomLocked lets an unused grant in one of the zones meant give its place to a claimant; false: none has to.
func (d *directory) makeRoomLocked(c claimant, in func(*served) bool, now time.Time) bool {
	character, ok := d.unused.givesWay(c, in, now)
	if ok {
		d.displaceLocked(character, "full")
	}
	return ok
}

func (d *directory) displaceLocked(character ID, why string) {
	d.displaced[why]++
	d.unplaceLocked(character)
}

// leave gives up the place that a character has by this epoch.
func (d *directory) leave(character ID, epoch uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pl, ok := d.places[character]; ok && pl.epoch == epoch {
		d.unplaceLocked(character)
	}
}

func (d *directory) placeLocked(character ID, pl place) {
	d.unplaceLocked(character)
	d.places[character] = pl
	pl.zone.taken++
}

func (d *directory) unplaceLocked(character ID) {
	if pl, ok := d.places[character]; ok {
		pl.zone.taken--
		delete(d.places, character)
		d.unused.remove(character)
	}
}

// relayTarget is where a live process takes relayed connections.
func (d *directory) relayTarget(incarnation ID, now time.Time) (RelayTarget, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.processes[incarnation]
	if p == nil || !p.alive(now) {
		return RelayTarget{}, false
	}
	return RelayTarget{Incarnation: incarnation, HTTPAddr: p.HTTPAddr}, true
}

// directURLs are the URLs among live processes' endpoints, each once, in order.
func (d *directory) directURLs(now time.Time) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	urls := []string{}
	for _, p := range d.processes {
		if !p.alive(now) {
			continue
		}
		for _, e := range p.Endpoints {
			if e.URL != "" {
				urls = append(urls, e.URL)
			}
		}
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// status lists the zones that live processes serve, by name, and counts the players.
func (d *directory) status(now time.Time) (zones []ZoneStatus, players, capacity int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	zones = []ZoneStatus{}
	for _, s := range d.zones {
		if !s.by.alive(now) {
			continue
		}
		zones = append(zones, ZoneStatus{
			Name: s.info.Name, Title: s.info.Title, Players: s.load.Players, Capacity: s.info.Capacity, TickHz: s.info.TickHz,
		})
		players += s.load.Players
		capacity += s.info.Capacity
	}
	slices.SortFunc(zones, func(a, b ZoneStatus) int { return strings.Compare(a.Name, b.Name) })
	if d.capacity > 0 {
		capacity = d.capacity
	}
	return zones, players, capacity
}
