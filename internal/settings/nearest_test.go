package settings

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"http", "udp", "public-addr", "public-ws", "tick", "tier", "keep", "nats", "nats-token", "nats-token-file", "log-level"}
	for word, want := range map[string]string{
		"htpp": "http", "udp_port": "udp", "Tick": "tick", "ticks": "tick", "publicAddr": "public-addr", "public": "public-ws", "natstoken": "nats-token",
		"token-file": "nats-token-file", "loglevel": "log-level", "teir": "tier", "keepalive": "keep", "http-addr": "http",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	for words, want := range map[[2]string]int{
		{"", ""}: 0, {"", "abc"}: 3, {"abc", ""}: 3, {"http", "http"}: 0, {"http", "htpp"}: 1, {"htpt", "http"}: 1, {"tick", "ticks"}: 1, {"ü", "u"}: 1,
		{"kitten", "sitting"}: 3,
	} {
		if got := edits(words[0], words[1]); got != want {
			t.Errorf("%q to %q takes %d, want %d", words[0], words[1], got, want)
		}
	}
}
