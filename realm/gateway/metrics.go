package gateway

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/prom"
)

// metrics count what the gateway does.
type metrics struct {
	Requests             *prometheus.CounterVec   `help:"HTTP requests, by route and status." labels:"route,status"`
	RequestSeconds       *prometheus.HistogramVec `help:"Time to answer, by route; relayed WebSockets are not in it." labels:"route" buckets:"0.0005 2.5 10"`
	Websockets           prometheus.Gauge         `help:"WebSockets that are relayed now."`
	WebsocketsRefused    prometheus.Counter       `help:"WebSockets refused because too many are relayed."`
	WebsocketsUnadmitted prometheus.Counter       `help:"WebSockets refused because their URL was not a grant's, or held too many already."`
	WebsocketsFailed     prometheus.Counter       `help:"WebSockets that a zone process did not take."`
	RateLimited          prometheus.Counter       `help:"Requests refused because their network made too many."`
	Panics               prometheus.Counter       `help:"Requests that panicked."`
	Signals              *prometheus.CounterVec   `help:"WebRTC offers relayed, by result." labels:"result"`
}

func newMetrics(reg prometheus.Registerer) *metrics {
	return prom.New[metrics]("realmwire_gateway", reg)
}
