package kcp_test

import (
	"testing"

	"go.uber.org/goleak"
)

// kcp-go starts a scheduler for its own sessions when it is loaded, which we use nothing of.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("github.com/xtaci/kcp-go/v5.(*TimedSched).sched"),
		goleak.IgnoreTopFunction("github.com/xtaci/kcp-go/v5.(*TimedSched).prepend"))
}
