package gateway

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	requests         *prometheus.CounterVec // by route, status
	seconds          *prometheus.HistogramVec
	relays           prometheus.Gauge
	relaysFull       prometheus.Counter
	relaysUnadmitted prometheus.Counter
	relayFailed      prometheus.Counter
	panics           prometheus.Counter
	signalsTaken     *prometheus.CounterVec // by result
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "realmwire_gateway_requests_total", Help: "HTTP requests, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "realmwire_gateway_request_seconds", Help: "Time to answer, by route; relayed WebSockets are not in it.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 10),
		}, []string{"route"}),
		relays:           prometheus.NewGauge(prometheus.GaugeOpts{Name: "realmwire_gateway_websockets", Help: "WebSockets that are relayed now."}),
		relaysFull:       prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_gateway_websockets_refused_total", Help: "WebSockets refused because too many are relayed."}),
		relaysUnadmitted: prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_gateway_websockets_unadmitted_total", Help: "WebSockets refused because their URL was not a grant's, or held too many already."}),
		relayFailed:      prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_gateway_websockets_failed_total", Help: "WebSockets that a zone process did not take."}),
		panics:           prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_gateway_panics_total", Help: "Requests that panicked."}),
		signalsTaken: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "realmwire_gateway_signals_total", Help: "WebRTC offers relayed, by result.",
		}, []string{"result"}),
	}
	reg.MustRegister(m.requests, m.seconds, m.relays, m.relaysFull, m.relaysUnadmitted, m.relayFailed, m.panics, m.signalsTaken)
	return m
}
