package harness

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
)

// Network is how the servers of a test listen, and how its clients reach them.
type Network struct {
	Name   string
	Listen string // host to listen on, by default on a free port: see [Network.Addr]
	Reach  string // host by which clients reach what listens there
}

// networks are all that there are. On a dual stack an IPv4 client comes from an IPv6 address, ::ffff:127.0.0.1.
var networks = []Network{
	{Name: "ipv4", Listen: "127.0.0.1", Reach: "127.0.0.1"},
	{Name: "ipv6", Listen: "::1", Reach: "::1"},
	{Name: "dual", Listen: "::", Reach: "127.0.0.1"},
}

// NetworkVariable names the networks that tests of one network run on, with commas: ipv4, ipv6, dual. Empty: those that run on each run on
// all, the others on ipv4.
const NetworkVariable = "REALMWIRE_IP"

// EachNetwork runs a test on every network, at once. Where a machine has no IPv6, what needs it is skipped.
func EachNetwork(t *testing.T, test func(t *testing.T, n Network)) {
	t.Helper()
	for _, n := range networks {
		t.Run(n.Name, func(t *testing.T) {
			if asked := os.Getenv(NetworkVariable); asked != "" && !slices.Contains(strings.Split(asked, ","), n.Name) {
				t.Skipf("%s asks for %s alone", NetworkVariable, asked)
			}
			n.need(t)
			t.Parallel()
			test(t, n)
		})
	}
}

// OneNetwork is the network of tests that run on one.
func OneNetwork(tb testing.TB) Network {
	tb.Helper()
	asked, _, _ := strings.Cut(os.Getenv(NetworkVariable), ",")
	i := slices.IndexFunc(networks, func(n Network) bool { return n.Name == asked })
	if i < 0 && asked != "" {
		tb.Fatalf("%s=%s: want some of ipv4, ipv6, dual", NetworkVariable, asked)
	}
	n := networks[max(i, 0)]
	n.need(tb)
	return n
}

// need skips where the machine has no such network, also in CI: containers often lack IPv6, and nothing that is installed brings it.
func (n Network) need(tb testing.TB) {
	tb.Helper()
	l, err := net.Listen("tcp", n.Addr()) //nolint:noctx // a local port: nothing to wait for
	if err != nil {
		tb.Skipf("this machine has no %s: %v", n.Name, err)
	}
	_ = l.Close()
}

// Addr is a free port to listen on.
func (n Network) Addr() string { return net.JoinHostPort(n.Listen, "0") }

// At is how clients reach what took an address of this network.
func (n Network) At(listens string) string {
	_, port, err := net.SplitHostPort(listens)
	if err != nil {
		return listens
	}
	return net.JoinHostPort(n.Reach, port)
}
