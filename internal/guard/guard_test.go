package guard

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// listen takes what is logged during a test.
func listen(t *testing.T) *bytes.Buffer {
	var b bytes.Buffer
	LogTo(slog.New(slog.NewTextHandler(&b, nil)))
	noted.mu.Lock()
	noted.counts, noted.since, noted.logged, noted.silent = nil, time.Time{}, 0, 0
	noted.mu.Unlock()
	t.Cleanup(func() { LogTo(nil) })
	return &b
}

func explode() { panic(errors.New("the fuse was lit")) }

func TestRun(t *testing.T) {
	b := listen(t)
	ran := false
	if !Run("quiet", func() { ran = true }) || !ran || b.Len() != 0 {
		t.Errorf("without a panic: ran %t, logged %q", ran, b)
	}
	if Run("loud", explode) {
		t.Error("a panic is reported as none")
	}
	for _, want := range []string{"where=loud", "the fuse was lit", "guard.explode", "level=ERROR"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the log lacks %q: %s", want, b)
		}
	}
	if n := Counts(); n["loud"] != 1 || n["quiet"] != 0 {
		t.Errorf("counted %v", n)
	}
	var null *bytes.Buffer
	if Run("a nil pointer", func() { null.WriteByte(0) }) || Run("panic(nil)", func() { panic(nil) }) { //nolint:govet // it is meant
		t.Error("panics that the runtime makes are reported as none")
	}
}

func TestGo(t *testing.T) {
	listen(t)
	done := make(chan string, 4)
	Go("well", func() { done <- "ran" }, func() { done <- "failed" })
	if got := <-done; got != "ran" {
		t.Error(got)
	}
	Go("ill", explode, func() { done <- "failed" })
	if got := <-done; got != "failed" {
		t.Error(got)
	}
	Go("worse", explode, func() { defer func() { done <- "failed twice" }(); explode() })
	if got := <-done; got != "failed twice" {
		t.Error(got)
	}
	Go("nobody asks", func() { defer func() { done <- "gone" }(); explode() }, nil)
	if got := <-done; got != "gone" {
		t.Error(got)
	}
}

func TestForms(t *testing.T) {
	listen(t)
	failed := 0
	Func("ill", explode, func() { failed++ })()
	Func("well", func() {}, func() { failed++ })()
	if failed != 1 {
		t.Errorf("failed was called %d times", failed)
	}
	var got []int
	h := Handler("handler", func(n int) {
		if n == 2 {
			explode()
		}
		got = append(got, n)
	})
	for n := range 4 {
		h(n)
	}
	if !slices.Equal(got, []int{0, 1, 3}) {
		t.Errorf("the handler took %v", got)
	}
	other := errors.New("another")
	if err := Fallible("f", func() error { return other })(); !errors.Is(err, other) {
		t.Error(err)
	}
	if err := Fallible("f", func() error { explode(); return nil })(); !errors.Is(err, ErrPanic) {
		t.Error(err)
	}
}

// TestStacksAreLimited: a peer that can cause a panic can cause many, and must not fill the disk with stacks.
func TestStacksAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := listen(t)
		for range 1000 {
			Run("again", explode)
		}
		if n := strings.Count(b.String(), "level=ERROR"); n != maxStacks {
			t.Errorf("%d of 1000 were logged, want %d", n, maxStacks)
		}
		time.Sleep(stackPeriod)
		b.Reset()
		Run("again", explode)
		if !strings.Contains(b.String(), "not_logged_before=990") {
			t.Errorf("after a while: %s", b)
		}
		if n := Counts()["again"]; n != 1001 {
			t.Errorf("counted %d", n)
		}
	})
}
