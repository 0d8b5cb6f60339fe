package limit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// wait queues one caller, whose turns are told on turns and last until the test goes on.
func wait(q *Queue, a string, known bool, turns chan<- string) {
	go func() {
		leave, err := q.Enter(context.Background(), addr(a), known)
		if err != nil {
			turns <- "busy " + a
			return
		}
		turns <- a
		leave()
	}()
	synctest.Wait()
}

// order holds the only slot until all wait, and returns who got a turn, and in which order.
func order(t *testing.T, places int, arrive func(q *Queue, turns chan<- string)) (got []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, places)
		hold, err := q.Enter(t.Context(), addr("192.0.2.1"), false)
		if err != nil {
			t.Fatal(err)
		}
		turns := make(chan string, 1000)
		arrive(q, turns)
		hold()
		synctest.Wait()
		for len(turns) > 0 {
			got = append(got, <-turns)
		}
		if q.Waiting() != 0 || q.free != 1 || len(q.lanes[0].turns)+len(q.lanes[1].turns) != 0 {
			t.Errorf("when all is done %d wait, %d slots are free, %v", q.Waiting(), q.free, q.lanes)
		}
	})
	return got
}

func TestQueueTakesTurnsAmongNetworks(t *testing.T) {
	got := order(t, 64, func(q *Queue, turns chan<- string) {
		for _, a := range []string{
			"2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:2:1::1", "2001:db8:3:1::1", // one /32
			"198.51.100.1", "198.51.100.1", "198.51.101.1", // one /16
		} {
			wait(q, a, false, turns)
		}
	})
	want := []string{
		"2001:db8:1:1::1", "198.51.100.1", "2001:db8:2:1::1", "198.51.101.1", "2001:db8:3:1::1", "198.51.100.1", "2001:db8:1:2::1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("turns %v, want %v", got, want)
	}
}

func TestQueueHasRoomForTheHonest(t *testing.T) {
	for _, c := range []struct{ what, evil string }{
		{"one address", "203.0.113.9"},
		{"a /24", "203.0.113.%[1]d"},
		{"a /48", "2001:db8:1:%[1]x::1"},
		{"a /32", "2001:db8:%[1]x::1"},
	} {
		got := order(t, 8, func(q *Queue, turns chan<- string) {
			for i := range 40 {
				a := c.evil
				if a != "203.0.113.9" {
					a = fmt.Sprintf(a, i)
				}
				wait(q, a, false, turns)
			}
			wait(q, "198.51.100.1", false, turns)
			wait(q, "198.51.100.2", true, turns)
		})
		refused := slices.DeleteFunc(slices.Clone(got), func(s string) bool { return s[:4] != "busy" })
		served := slices.DeleteFunc(slices.Clone(got), func(s string) bool { return s[:4] == "busy" })
		if at := slices.Index(served, "198.51.100.1"); at < 0 || at > 3 {
			t.Errorf("%s floods: the honest one had turn %d of %v", c.what, at, served)
		}
		if at := slices.Index(served, "198.51.100.2"); at < 0 || at > 1 {
			t.Errorf("%s floods: the one who is known had turn %d of %v", c.what, at, served)
		}
		if len(served) != 9 || len(refused) != 33 {
			t.Errorf("%s floods: %d served, %d refused", c.what, len(served), len(refused))
		}
	}
}

func TestWhoGivesUpWaitingHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, 2)
		hold, _ := q.Enter(t.Context(), addr("192.0.2.1"), false)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := q.Enter(ctx, addr("192.0.2.2"), false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave up with %v", err)
		}
		hold()
		leave, err := q.Enter(t.Context(), addr("192.0.2.3"), false)
		if err != nil {
			t.Fatal(err)
		}
		leave()
		if q.free != 1 {
			t.Errorf("%d slots free", q.free)
		}
	})
}
