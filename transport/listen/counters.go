package listen

import "github.com/realmwire/realmwire/internal/count"

// Counter is one number of one transport.
type Counter struct {
	Transport string
	count.Counter
}

// Counters are those of all transports: every field of each one's Counters, and the sessions that are open.
func (t *Transports) Counters() []Counter {
	var out []Counter
	for _, s := range t.all {
		for _, c := range count.Of(s.counters) {
			out = append(out, Counter{s.name, c})
		}
		if s.sessions != nil {
			for _, c := range count.Of(gauges{Sessions: s.sessions()}) {
				out = append(out, Counter{s.name, c})
			}
		}
	}
	return out
}

// gauges are what every transport with sessions has.
type gauges struct {
	Sessions int `help:"Sessions that are open."`
}
