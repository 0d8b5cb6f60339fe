package realm

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/prom"
)

// metrics count what the realm does. Gauges about zones come from the directory when they are asked for.
type metrics struct {
	SignIns         *prometheus.CounterVec `help:"Registrations, logins and guests, by result." labels:"how,result"`
	Plays           *prometheus.CounterVec `help:"Grants asked for, by result." labels:"result"`
	Takeovers       *prometheus.CounterVec `help:"Characters taken from the process that had the lease, by how it answered." labels:"result"`
	Handovers       *prometheus.CounterVec `help:"Handovers between zones, by result." labels:"result"`
	Saves           *prometheus.CounterVec `help:"Saves of characters, by result." labels:"result"`
	Attaches        *prometheus.CounterVec `help:"Characters attached by zones, by result." labels:"result"`
	RateLimited     *prometheus.CounterVec `help:"Calls refused by a rate limit." labels:"limit"`
	LimiterOverflow *prometheus.CounterVec `help:"What a limit has forgotten before its time, the least used first, because it was counting so much." labels:"limit"`
	HashRefused     prometheus.Counter     `help:"Sign-ins refused because too many waited for a password hash."`
	ProcessesLost   prometheus.Counter     `help:"Zone processes that fell silent."`
	GuestsExpired   prometheus.Counter     `help:"Guest accounts deleted because they never played."`
	NoRoom          prometheus.Counter     `help:"New accounts and characters refused because the store's disk is nearly full."`
	AuditDropped    prometheus.Counter     `help:"Audit records not written: too many at once, or the store refused."`
}

func newMetrics(reg prometheus.Registerer) *metrics { return prom.New[metrics]("realmwire_realm", reg) }

// result is the label of an outcome.
func result(err error) string {
	if err == nil {
		return "ok"
	}
	return string(CodeOf(err))
}
