package realm

import "github.com/prometheus/client_golang/prometheus"

// metrics count what the realm does. Gauges about zones come from the directory when they are asked for.
type metrics struct {
	signIns         *prometheus.CounterVec // by how, result
	plays           *prometheus.CounterVec // by result
	takeovers       *prometheus.CounterVec // by result
	handovers       *prometheus.CounterVec // by result
	saves           *prometheus.CounterVec // by result
	attaches        *prometheus.CounterVec // by result
	rateLimited     *prometheus.CounterVec // by limit
	limiterOverflow *prometheus.CounterVec // by limit
	hashRefused     prometheus.Counter
	processesLost   prometheus.Counter
	auditDropped    prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "realmwire_realm_" + name, Help: help}, labels)
		if reg != nil {
			reg.MustRegister(c)
		}
		return c
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_realm_" + name, Help: help})
		if reg != nil {
			reg.MustRegister(c)
		}
		return c
	}
	return &metrics{
		signIns:         vec("sign_ins_total", "Registrations, logins and guests, by result.", "how", "result"),
		plays:           vec("plays_total", "Grants asked for, by result.", "result"),
		takeovers:       vec("takeovers_total", "Characters taken from the process that had the lease, by how it answered.", "result"),
		handovers:       vec("handovers_total", "Handovers between zones, by result.", "result"),
		saves:           vec("saves_total", "Saves of characters, by result.", "result"),
		attaches:        vec("attaches_total", "Characters attached by zones, by result.", "result"),
		rateLimited:     vec("rate_limited_total", "Calls refused by a rate limit.", "limit"),
		limiterOverflow: vec("limiter_overflow_total", "Calls counted in the bucket that keys share when there are too many.", "limit"),
		hashRefused:     counter("hash_refused_total", "Sign-ins refused because too many waited for a password hash."),
		processesLost:   counter("processes_lost_total", "Zone processes that fell silent."),
		auditDropped:    counter("audit_dropped_total", "Audit records not written: too many at once, or the store refused."),
	}
}

// result is the label of an outcome.
func result(err error) string {
	if err == nil {
		return "ok"
	}
	return string(CodeOf(err))
}
