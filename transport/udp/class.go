package udp

// Class is whose a datagram is, told by its first byte.
type Class uint8

// The classes of RFC 9443 (RFC 7983, with room for QUIC), as far as they concern this port. Of its ranges, 128–191 are those of RTP and
// RTCP: WebRTC brings no media here, so that they are free for datagrams of our own. QUIC's stay free for a transport on it.
const (
	None Class = iota // nobody's: dropped
	STUN              // 0–3
	DTLS              // 20–63
	QUIC              // 64–127 and 192–255
	Own               // 128–191: docs/wire.md#one-port-three-protocols
	classes
)

// classOf is the class of each first byte.
var classOf = func() (table [256]Class) {
	for _, r := range []struct {
		from, to int
		class    Class
	}{{0, 3, STUN}, {20, 63, DTLS}, {64, 127, QUIC}, {128, 191, Own}, {192, 255, QUIC}} {
		for b := r.from; b <= r.to; b++ {
			table[b] = r.class
		}
	}
	return table
}()

// receiver is who handles some classes, and what has come for it.
type receiver struct {
	handle func([]Datagram)
	batch  []Datagram // owned by the socket's reading goroutine
}

// Handle sets who gets the datagrams of some classes; nil: they are dropped, as they are until it is set. h is called on the
// socket's one reading goroutine with up to a system call's worth of datagrams, in the order in which they came, whose bytes are
// valid only during the call.
func (s *Socket) Handle(h func([]Datagram), of ...Class) {
	var r *receiver
	if h != nil {
		r = &receiver{handle: h, batch: make([]Datagram, 0, batchSize)}
	}
	s.setting.Lock()
	defer s.setting.Unlock()
	var table [classes]*receiver
	if old := s.receivers.Load(); old != nil {
		table = *old
	}
	for _, c := range of {
		table[c] = r
	}
	s.receivers.Store(&table)
}

// dispatch hands a batch on by class.
func (s *Socket) dispatch(batch []Datagram) {
	table := s.receivers.Load()
	for _, d := range batch {
		d.Class = s.classify(d.Data)
		r := table[d.Class]
		if r == nil {
			s.counters.Dropped.Add(1)
			continue
		}
		r.batch = append(r.batch, d)
	}
	for _, r := range table {
		if r != nil && len(r.batch) > 0 {
			r.handle(r.batch)
			r.batch = r.batch[:0] // one that serves two classes was given all at once
		}
	}
}

// classify counts a datagram and tells whose it is.
func (s *Socket) classify(data []byte) Class {
	s.counters.DatagramsIn.Add(1)
	s.counters.BytesIn.Add(uint64(len(data)))
	if len(data) == 0 || len(data) > MaxPayload {
		return None
	}
	return classOf[data[0]]
}
