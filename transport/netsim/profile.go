package netsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Profile is the behaviour of one direction. The zero value is a perfect network. Shares are from 0 to 1.
type Profile struct {
	Latency   time.Duration // one way
	Jitter    time.Duration // up to so much more, uniformly; order is kept unless Reorder strikes
	Loss      float64       // share of datagrams lost independently
	Burst     Burst
	Duplicate float64 // share of datagrams that arrive twice
	Reorder   float64 // share of datagrams that later ones overtake
	// ReorderBy is how much later those come; 0 means 20 ms.
	ReorderBy time.Duration
	// Rate is the bottleneck in bytes per second; 0 means none. A datagram that would wait longer than MaxQueue is lost.
	Rate int
	// MaxQueue bounds the bottleneck's queue; 0 means 200 ms.
	MaxQueue time.Duration
	// MTU is the largest datagram (UDP payload) that passes, in bytes; 0 means any.
	MTU       int
	Partition Partition
}

// Burst is loss that comes in runs (the Gilbert–Elliott model): a link turns bad with share Enter per datagram, turns good
// with share Leave, and loses with share Loss while bad.
type Burst struct{ Enter, Leave, Loss float64 }

// Partition cuts the link for the last For of every Every.
type Partition struct{ Every, For time.Duration }

const (
	defaultReorderBy = 20 * time.Millisecond
	defaultMaxQueue  = 200 * time.Millisecond
)

// profileWords says what a profile's text may hold.
const profileWords = "latency=50ms jitter=10ms loss=5% burst=1%/20%/80% duplicate=1% reorder=2% reorder-by=20ms rate=250000 queue=200ms mtu=1200 partition=30s/2s, separated by spaces or commas"

// UnmarshalText reads a profile from words such as "latency=50ms loss=5%". A burst is enter/leave/loss, a partition every/for.
func (p *Profile) UnmarshalText(text []byte) error {
	var out Profile
	for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return r == ' ' || r == ',' }) {
		key, val, _ := strings.Cut(word, "=")
		if err := out.set(key, val); err != nil {
			return fmt.Errorf("network profile: %q: %w; a profile is made of %s", word, err, profileWords)
		}
	}
	*p = out
	return nil
}

func (p *Profile) set(key, val string) error {
	durations := map[string]*time.Duration{"latency": &p.Latency, "jitter": &p.Jitter, "reorder-by": &p.ReorderBy, "queue": &p.MaxQueue}
	shares := map[string]*float64{"loss": &p.Loss, "duplicate": &p.Duplicate, "reorder": &p.Reorder}
	counts := map[string]*int{"rate": &p.Rate, "mtu": &p.MTU}
	parts := strings.Split(val, "/")
	switch {
	case durations[key] != nil:
		return parseDuration(val, durations[key])
	case shares[key] != nil:
		return parseShare(val, shares[key])
	case counts[key] != nil:
		n, err := strconv.Atoi(val)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of bytes above 0", val)
		}
		*counts[key] = n
		return nil
	case key == "burst" && len(parts) == 3:
		for i, dst := range []*float64{&p.Burst.Enter, &p.Burst.Leave, &p.Burst.Loss} {
			if err := parseShare(parts[i], dst); err != nil {
				return err
			}
		}
		return nil
	case key == "partition" && len(parts) == 2:
		for i, dst := range []*time.Duration{&p.Partition.Every, &p.Partition.For} {
			if err := parseDuration(parts[i], dst); err != nil {
				return err
			}
		}
		if p.Partition.For >= p.Partition.Every {
			return fmt.Errorf("a cut of %v in every %v leaves nothing", p.Partition.For, p.Partition.Every)
		}
		return nil
	}
	return fmt.Errorf("there is no such word")
}

func parseDuration(s string, dst *time.Duration) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no duration such as 50ms", s)
	}
	*dst = d
	return nil
}

// parseShare reads "5%" or "0.05".
func parseShare(s string, dst *float64) error {
	number, percent := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= 1) {
		return fmt.Errorf("%q is no share such as 5%%", s)
	}
	*dst = v
	return nil
}
