package server

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	transportDesc = prometheus.NewDesc("realmwire_transport_events_total", "What a transport took, refused or dropped.", []string{"transport", "event"}, nil)
	sessionsDesc  = prometheus.NewDesc("realmwire_transport_sessions", "Sessions that are open.", []string{"transport"}, nil)
)

func describeTransports(ch chan<- *prometheus.Desc) {
	ch <- transportDesc
	ch <- sessionsDesc
}

// collectTransports exports every counter of every transport under its field's name, so that a new one is never forgotten.
func collectTransports(ch chan<- prometheus.Metric, p *zoneProcess) {
	all := map[string]any{"udp": p.sock.Counters(), "kcp": p.kcp.Counters(), "webrtc": p.rtc.Counters(), "websocket": p.ws.Counters()}
	if p.wsDirect != nil {
		all["websocket-direct"] = p.wsDirect.Counters()
	}
	for name, counters := range all {
		v := reflect.ValueOf(counters)
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Uint64:
				ch <- prometheus.MustNewConstMetric(transportDesc, prometheus.CounterValue, float64(f.Uint()), name, snake(v.Type().Field(i).Name))
			case reflect.Int:
				ch <- prometheus.MustNewConstMetric(sessionsDesc, prometheus.GaugeValue, float64(f.Int()), name)
			}
		}
	}
}

// snake spells a Go name as metrics do: BadTickets → bad_tickets.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
