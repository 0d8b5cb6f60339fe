package realm

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/realmwire/realmwire/transport"
)

const (
	maxEndpoints     = 8  // of one process
	maxTransportName = 32 // bytes
)

// throughGateway are the transports for which a gateway stands between, and the paths on it that lead to a process.
var throughGateway = map[transport.Kind]func(*Realm, ID) string{
	transport.WebRTC:    func(_ *Realm, incarnation ID) string { return "/v1/rtc/" + incarnation.String() }, // signalling alone
	transport.WebSocket: (*Realm).webSocketPath,
}

// endpoints are a process's ways in for a client that reached a gateway by some host.
func (r *Realm) endpoints(p Process, host string) []transport.Endpoint {
	out := make([]transport.Endpoint, 0, len(p.Endpoints))
	for _, e := range p.Endpoints {
		switch {
		case e.Addr != "":
			e.Addr = publicAddr(e.Addr, host)
		case e.URL == "":
			e.URL = throughGateway[e.Transport](r, p.Incarnation)
		default:
			if u, err := url.Parse(e.URL); err == nil {
				u.Host = publicAddr(u.Host, host)
				e.URL = u.String()
			}
		}
		out = append(out, e)
	}
	return out
}

// checkEndpoints refuses what no client could use. Transports that the realm does not know are passed on: they are between zone
// processes and clients.
func checkEndpoints(list []transport.Endpoint) error {
	if n := len(list); n == 0 || n > maxEndpoints {
		return fmt.Errorf("%d endpoints: want 1 to %d", n, maxEndpoints)
	}
	for _, e := range list {
		if err := checkEndpoint(e); err != nil {
			return fmt.Errorf("endpoint of transport %.40q: %w", e.Transport, err)
		}
	}
	return nil
}

func checkEndpoint(e transport.Endpoint) error {
	if n := len(e.Transport); n == 0 || n > maxTransportName {
		return fmt.Errorf("a name of %d bytes, want 1 to %d", n, maxTransportName)
	}
	if len(e.Addr) > maxHost || len(e.URL) > maxHost {
		return fmt.Errorf("it is longer than %d bytes", maxHost)
	}
	switch {
	case e.Addr != "" && e.URL != "":
		return fmt.Errorf("an address and a URL: want one of them")
	case e.Addr != "":
		if _, port, err := net.SplitHostPort(e.Addr); err != nil || port == "" {
			return fmt.Errorf("address %.80q: want HOST:PORT", e.Addr)
		}
	case e.URL != "":
		// A path on the gateway is not the process's to name: others' requests are there.
		if u, err := url.Parse(e.URL); err != nil || u.Host == "" || u.User != nil || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "https" {
			return fmt.Errorf("URL %.80q: want ws://HOST:PORT/PATH, wss://… or https://…", e.URL)
		}
	case throughGateway[e.Transport] == nil:
		return fmt.Errorf("neither an address nor a URL, and no gateway stands between for it")
	}
	return nil
}

// ways are endpoints for people.
func ways(list []transport.Endpoint) string {
	var out []string
	for _, e := range list {
		switch where := e.Addr + e.URL; {
		case where == "":
			out = append(out, string(e.Transport)+" through gateways")
		default:
			out = append(out, string(e.Transport)+" "+where)
		}
	}
	return strings.Join(out, ", ")
}

// publicAddr is where a client reaches a process: at its own address or, where that says "any", at the host by which the client
// reaches the gateway.
func publicAddr(registered, host string) string {
	h, port, err := net.SplitHostPort(registered)
	if err != nil || host == "" {
		return registered
	}
	if ip, err := netip.ParseAddr(h); h == "" || (err == nil && ip.IsUnspecified()) {
		return net.JoinHostPort(host, port)
	}
	return registered
}
