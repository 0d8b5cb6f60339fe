package realm

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/realmwire/realmwire/realm/bus"
)

// ZoneHandlers is what a zone process does for others. Both are called on many goroutines.
type ZoneHandlers struct {
	// Evict saves a character one last time and drops its player, who is told the reason. It returns the state and the epoch under which
	// the process held it, or ErrNotHere. One that is held under a later epoch than upTo stays: the request was overtaken on its way.
	Evict func(ctx context.Context, character ID, upTo uint64, reason string) (state json.RawMessage, epoch uint64, err error)
	// Signal answers a WebRTC offer. Errors that are no *Error reach the player as a refusal without details.
	Signal func(ctx context.Context, ticket []byte, sdp string) (answer string, err error)
}

// ZoneClient is the realm as a zone process sees it. It is safe for concurrent use and has nothing to close but its bus.
type ZoneClient struct {
	bus *bus.Conn
	seq atomic.Uint64 // of saves

	saving sync.Mutex // saves leave one after the other

	mu       sync.Mutex
	process  Process         // guarded by mu; zero until Register
	handlers ZoneHandlers    // guarded by mu
	serving  bool            // guarded by mu; others are answered
	attached map[ID]attached // guarded by mu; the leases that this process has, for a realm that has restarted
}

// Dial returns the realm's zone side on a bus that was joined as bus.RoleZone. It sends nothing yet.
func Dial(c *bus.Conn) *ZoneClient {
	return &ZoneClient{bus: c, attached: make(map[ID]attached)}
}

// Incarnation is which run of a zone process this is: the identity of its bus connection, which stays the same when the bus was away.
func (z *ZoneClient) Incarnation() ID { return ID(z.bus.Identity()) }

// Serve sets what the process does for others. It is called once, before Register.
func (z *ZoneClient) Serve(h ZoneHandlers) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.handlers = h
}

// Register makes the process's zones known; from then on players may come. It is called again to change the zones. A zone that another live
// process serves is CodeZoneTaken; a process built from another schema is CodeSchemaMismatch; both say what to do. p.Incarnation is not asked for: it is Incarnation.
func (z *ZoneClient) Register(ctx context.Context, p Process) error {
	p.Incarnation = z.Incarnation()
	if err := z.listen(); err != nil {
		return err
	}
	if err := z.register(ctx, p); err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.process = p
	return nil
}

func (z *ZoneClient) register(ctx context.Context, p Process) error {
	for _, zone := range p.Zones {
		if _, err := call[nothing](ctx, z.bus, "map", mapMsg{Hash: zone.MapHash, Data: zone.Map}); err != nil {
			return err
		}
	}
	_, err := call[nothing](ctx, z.bus, "register", registerMsg{Process: p, Key: p.TicketKey[:], Attached: z.leases()})
	return err
}

func (z *ZoneClient) leases() []attached {
	z.mu.Lock()
	defer z.mu.Unlock()
	list := make([]attached, 0, len(z.attached))
	for _, a := range z.attached {
		list = append(list, a)
	}
	return list
}

// listen answers what others ask of this process.
func (z *ZoneClient) listen() error {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.serving {
		return nil
	}
	if z.handlers.Evict == nil || z.handlers.Signal == nil {
		return errors.New("realm: a zone process needs handlers before it registers: call Serve")
	}
	if err := errors.Join(
		bus.Handle(z.bus, bus.RoleRealm, "alive", func(context.Context, bus.Identity, nothing) (nothing, error) { return nothing{}, nil }),
		bus.Handle(z.bus, bus.RoleRealm, "evict", z.evict),
		bus.Handle(z.bus, bus.RoleGateway, "signal", z.signal),
	); err != nil {
		return err
	}
	z.serving = true
	return nil
}

func (z *ZoneClient) evict(ctx context.Context, _ bus.Identity, m evictMsg) (evictAnswer, error) {
	state, epoch, err := z.handlers.Evict(ctx, m.Character, m.Epoch, m.Reason)
	if err != nil {
		return evictAnswer{}, err
	}
	z.forget(m.Character, epoch)
	return evictAnswer{State: state, Epoch: epoch}, nil
}

func (z *ZoneClient) signal(ctx context.Context, _ bus.Identity, s Signal) (SignalAnswer, error) {
	sdp, err := z.handlers.Signal(ctx, s.Ticket, s.SDP)
	var own *Error
	if err != nil && !errors.As(err, &own) {
		err = refuse(CodeSignalRefused, "The zone refuses the connection: the offer is not valid, or its ticket is used, expired or for another zone. Ask /v1/play again.")
	}
	return SignalAnswer{SDP: sdp}, err
}

// forget notes that this process does not hold a character any more under this epoch.
func (z *ZoneClient) forget(character ID, epoch uint64) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.attached[character].Epoch == epoch {
		delete(z.attached, character)
	}
}

func (z *ZoneClient) registered() Process {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.process
}

// Heartbeat says that the process lives, once a second. A realm that does not know the process any more is registered with again, with the
// characters that are attached; CodeZoneTaken then means that another process serves the zones by now, and this one must let go of them.
func (z *ZoneClient) Heartbeat(ctx context.Context, l Load) error {
	p := z.registered()
	msg := heartbeatMsg{Load: l}
	_, err := call[nothing](ctx, z.bus, "heartbeat", msg)
	if CodeOf(err) != CodeUnknownProcess || err == nil {
		return err
	}
	if err := z.register(ctx, p); err != nil {
		return err
	}
	_, err = call[nothing](ctx, z.bus, "heartbeat", msg)
	return err
}

// Leave takes the process out of the directory: its zones are free for another at once.
func (z *ZoneClient) Leave(ctx context.Context) error {
	_, err := call[nothing](ctx, z.bus, "leave", nothing{})
	return err
}

// Attach takes a character that was granted to this process. CodeFenced means that a later grant has overtaken this one.
func (z *ZoneClient) Attach(ctx context.Context, character ID, epoch uint64, session ID) (Character, error) {
	c, err := call[Character](ctx, z.bus, "attach", attachMsg{Character: character, Epoch: epoch, Session: session})
	if err != nil {
		return Character{}, err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.attached[character].Epoch < epoch {
		z.attached[character] = attached{Character: character, Epoch: epoch, Zone: c.Zone}
	}
	return c, nil
}

// Save saves characters durably. The errors are one for each request, nil for what is on the disk; CodeFenced and CodeHandedOver mean that the character
// must be dropped without saving. The second result is for all: the realm was not reached, and whether anything was saved is unknown.
func (z *ZoneClient) Save(ctx context.Context, saves []SaveRequest) ([]error, error) {
	z.saving.Lock()
	defer z.saving.Unlock()
	errs := make([]error, len(saves))
	for begin := 0; begin < len(saves); {
		end, size := begin, 0
		for end < len(saves) && end-begin < maxSaves && (end == begin || size+len(saves[end].State) <= maxSaveBytes) {
			size += len(saves[end].State)
			end++
		}
		if err := z.saveSome(ctx, saves[begin:end], errs[begin:end]); err != nil {
			return nil, err
		}
		begin = end
	}
	return errs, nil
}

func (z *ZoneClient) saveSome(ctx context.Context, saves []SaveRequest, errs []error) error {
	msg := saveMsg{Saves: append([]SaveRequest(nil), saves...)}
	for i := range msg.Saves {
		msg.Saves[i].Seq = z.seq.Add(1)
	}
	results, err := call[[]saveResult](ctx, z.bus, "save", msg)
	if err == nil && len(results) != len(saves) {
		err = errors.New("realm: an answer for another number of saves")
	}
	if err != nil {
		return err
	}
	for i, res := range results {
		if res.Code != "" {
			errs[i] = &Error{Code: res.Code, Detail: res.Detail}
		}
		if over(errs[i]) || (errs[i] == nil && saves[i].Final) {
			z.forget(saves[i].Character, saves[i].Epoch)
		}
	}
	return nil
}

// Handover saves a character and hands it to another zone, in one commit. The grant is for the client to connect there; this process no longer
// holds the character. On CodeZoneFull, CodeZoneDown and CodeUnavailable it may ask again later, and plays on meanwhile: after
// CodeUnavailable the handover may have happened, which CodeHandedOver on the next save tells, and asking for the same one again is safe.
func (z *ZoneClient) Handover(ctx context.Context, t HandoverRequest) (Grant, error) {
	g, err := call[Grant](ctx, z.bus, "handover", t)
	if err == nil || over(err) {
		z.forget(t.Character, t.Epoch)
	}
	return g, err
}
