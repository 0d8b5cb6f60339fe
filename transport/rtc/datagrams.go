package rtc

import (
	"net/netip"
	"slices"
	"time"

	"github.com/realmwire/realmwire/transport/udp"
)

// datagrams handles what came in one system call, of STUN and of DTLS.
func (s *Server) datagrams(now time.Time, batch []udp.Datagram) {
	for _, d := range batch {
		s.guarded(func() { s.datagram(now, d) })
	}
	s.readWriter.Flush()
}

func (s *Server) datagram(now time.Time, d udp.Datagram) {
	if d.Class == udp.STUN {
		s.check(now, d)
		return
	}
	s.mu.RLock()
	p := s.byAddress[d.Addr]
	s.mu.RUnlock()
	if p == nil {
		s.counters.Dropped.Add(1)
		return
	}
	defer s.driver.Caught(now, p)
	p.receive(now, d)
}

// check handles a connectivity check. To one that is not authentic nothing is answered.
func (s *Server) check(now time.Time, d udp.Datagram) {
	ufrag, ok := bindingUfrag(d.Data)
	if !ok {
		s.counters.Dropped.Add(1)
		return
	}
	s.mu.RLock()
	p := s.byUfrag[string(ufrag)]
	s.mu.RUnlock()
	if p == nil {
		s.counters.BadChecks.Add(1)
		return
	}
	defer s.driver.Caught(now, p)
	response := answerCheck(s.readWriter.Next(), d.Data, p.cred.password, d.Addr)
	if len(response) == 0 {
		s.counters.BadChecks.Add(1)
		return
	}
	if s.admit(now, p, d, len(response)) {
		s.readWriter.Commit(d.Addr, len(response))
	}
}

// admit notes that an authentic check of p came from an address, whose DTLS is p's from now on, and reports whether to answer
// it: once a session stands, only at its own address. What comes from elsewhere may be the peer, moved, or somebody whom the
// peer wants to see flooded: nothing goes there until it is proven as a path of the session (session.record).
func (s *Server) admit(now time.Time, p *session, d udp.Datagram, response int) (answered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end.stage != open {
		return false
	}
	if p.records == nil {
		if !s.claim(p, d.Addr) {
			return false
		}
		if !p.path.Remote.IsValid() {
			p.path.Remote = d.Addr
		}
		if p.path.Remote == d.Addr {
			p.credit.in += len(d.Data)
			p.credit.out += response
		}
		return true
	}
	if d.Addr == p.path.Remote {
		if p.assoc.Idle() { // else its acknowledgements tell that it lives: checks can be recorded, and repeated for ever
			p.lastHeard = now
		}
		return true
	}
	s.counters.Redirects.Add(1)
	s.claim(p, d.Addr)
	return false
}

// claim assigns an address to a connection; it reports false when the connection has too many, or the address is another
// connection's. An address stays with its holder, because senders can be forged. The exception is a newer connection of the
// same account: its player has restarted the client, on the same port, before the older connection timed out. p is locked.
func (s *Server) claim(p *session, addr netip.AddrPort) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	holder := s.byAddress[addr]
	if holder == p {
		return true
	}
	if holder != nil && (holder.claims.Account != p.claims.Account || holder.serial > p.serial) {
		return false
	}
	if s.byUfrag[p.cred.ufrag] != p { // forgotten meanwhile
		return false
	}
	if len(p.addresses) == maxAddresses {
		old := slices.IndexFunc(p.addresses, func(a netip.AddrPort) bool { return a != p.path.Remote && a != p.path.Candidate })
		if p.records == nil || old < 0 {
			return false
		}
		s.release(p, p.addresses[old])
		p.addresses = slices.Delete(p.addresses, old, old+1)
	}
	p.addresses = append(p.addresses, addr)
	s.byAddress[addr] = p
	return true
}

// release frees an address, if p has it still. s is locked.
func (s *Server) release(p *session, addr netip.AddrPort) {
	if s.byAddress[addr] == p {
		delete(s.byAddress, addr)
	}
}
