package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// One network gets through as many requests as it may, whatever it says of itself; its neighbours, and players behind a proxy, are counted apart.
func TestRequestsOfANetworkAreLimited(t *testing.T) {
	start := time.Now()
	var passed atomic.Int64
	s := newSite(t, nil, func(c *Config) {
		c.Now = func() time.Time { return start.Add(time.Duration(passed.Load())) }
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	ask := func(method, path, from, forwarded string) int {
		r := httptest.NewRequest(method, path, nil)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-For", forwarded)
		w := httptest.NewRecorder()
		s.gw.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return w.Code
	}
	through := func(method, path string, from, forwarded func(i int) string) (n int) {
		for i := range 5000 {
			if ask(method, path, from(i), forwarded(i)) != http.StatusTooManyRequests {
				n++
			}
		}
		return n
	}
	is := func(text string) func(int) string { return func(int) string { return text } }
	many := func(format string) func(int) string { return func(i int) string { return fmt.Sprintf(format, i) } }
	for name, c := range map[string]struct {
		method, path    string
		from, forwarded func(i int) string
		want            int
	}{
		"one address":             {"GET", "/v1/nothing", is("203.0.113.1:5"), many("198.51.100.%d"), callRate.Burst},
		"a /64":                   {"GET", "/v1/nothing", many("[2001:db8::%x]:5"), is(""), callRate.Burst},
		"a /48":                   {"GET", "/v1/nothing", many("[2001:db8:1:%x::1]:5"), is(""), 4 * callRate.Burst},
		"offers":                  {"POST", "/v1/rtc/00000000000000ff", is("198.18.0.1:5"), is(""), signalRate.Burst},
		"one player of a proxy's": {"GET", "/v1/nothing", is("10.0.0.1:5"), is("192.0.2.1"), callRate.Burst},
		"pages":                   {"GET", "/", is("192.0.2.9:5"), is(""), 5000},
	} {
		if got := through(c.method, c.path, c.from, c.forwarded); got != c.want {
			t.Errorf("%s: %d requests got through, want %d", name, got, c.want)
		}
	}
	if code := ask("GET", "/v1/nothing", "10.0.0.1:5", "192.0.2.77"); code != http.StatusNotFound {
		t.Errorf("another player of the proxy's: %d", code)
	}
	passed.Add(int64(time.Second))
	if got := through("GET", "/v1/nothing", is("203.0.113.1:5"), is("")); got != 100 {
		t.Errorf("a second later %d get through", got)
	}
}
