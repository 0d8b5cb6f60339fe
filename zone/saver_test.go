package zone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

// book is a saver whose calls the test answers.
type book struct {
	*saver
	got    chan []core.SaveRequest
	answer chan saveResult
}

func newBook() *book {
	b := &book{got: make(chan []core.SaveRequest), answer: make(chan saveResult)}
	b.saver = newSaver(func(_ context.Context, r []core.SaveRequest) ([]error, error) {
		b.got <- r
		a := <-b.answer
		return a.errs, a.err
	}, slog.New(slog.DiscardHandler))
	return b
}

func req(character, epoch uint64, state string, final bool) core.SaveRequest {
	return core.SaveRequest{Character: rules.PlayerID(character), Epoch: epoch, State: []byte(state), Final: final}
}

// flush pumps at a tick, and returns the batch as text, or "" when there was none.
func (b *book) flush(tick uint32, answer func(n int) saveResult) (text string, stale []rules.PlayerID) {
	b.pump(context.Background(), tick)
	if b.inFlight == nil {
		return "", nil
	}
	batch := <-b.got
	for _, r := range batch {
		text += fmt.Sprintf("%d@%d=%s/%t ", r.Character, r.Epoch, r.State, r.Final)
	}
	b.answer <- answer(len(batch))
	b.settle(<-b.results, tick, func(r core.SaveRequest, _ error) { stale = append(stale, r.Character) })
	return text, stale
}

func stored(n int) saveResult { return saveResult{errs: make([]error, n)} }

func TestSaverKeepsTheNewestOfEach(t *testing.T) {
	b := newBook()
	for _, r := range []core.SaveRequest{req(1, 1, "a", false), req(2, 1, "b", true), req(1, 1, "c", false), req(2, 1, "d", false), req(3, 5, "new", false), req(3, 4, "old", true)} {
		b.add(r)
	}
	if text, _ := b.flush(1, stored); text != "1@1=c/false 2@1=d/true 3@5=new/false " {
		t.Errorf("the batch was %s", text)
	}
	if !b.idle() {
		t.Error("not everything is stored")
	}
	b.add(req(1, 1, "x", false))
	b.forget(1)
	if text, _ := b.flush(2, stored); text != "" || !b.idle() {
		t.Errorf("a forgotten state was saved: %s", text)
	}
}

func TestSaverTriesAgainWithTheNewest(t *testing.T) {
	b := newBook()
	down := func(int) saveResult { return saveResult{err: core.ErrRealmDown} }
	b.add(req(1, 1, "a", false))
	b.add(req(2, 1, "b", false))
	b.pump(context.Background(), 1)
	<-b.got
	b.add(req(1, 1, "newer", false)) // while the call is on its way
	if !b.has(1) || b.has(3) {
		t.Error("has is wrong about what is on its way")
	}
	b.answer <- down(0)
	b.settle(<-b.results, 1, nil)
	if text, _ := b.flush(1+saveRetryTicks-1, stored); text != "" {
		t.Errorf("tried again at once: %s", text)
	}
	if text, _ := b.flush(1+saveRetryTicks, down); text != "1@1=newer/false 2@1=b/false " {
		t.Errorf("the second batch was %s", text)
	}
	if text, _ := b.flush(1+saveRetryTicks+2*saveRetryTicks-1, stored); text != "" {
		t.Error("the pause did not grow")
	}
	if text, _ := b.flush(1000, stored); text == "" || !b.idle() {
		t.Error("the states were lost")
	}
}

func TestSaverReportsStaleLeases(t *testing.T) {
	b := newBook()
	for i := range uint64(3) {
		b.add(req(i+1, 1, "s", false))
	}
	_, stale := b.flush(1, func(n int) saveResult {
		return saveResult{errs: []error{nil, fmt.Errorf("no: %w", core.ErrStale), errors.New("disk full")}}
	})
	if len(stale) != 1 || stale[0] != 2 || !b.idle() || b.counters.SaveFailed != 1 {
		t.Errorf("stale %v, %d failed", stale, b.counters.SaveFailed)
	}
}

func TestSaverSplitsBatches(t *testing.T) {
	b := newBook()
	for i := range uint64(maxSaveBatch + 10) {
		b.add(req(i+1, 1, "s", false))
	}
	sizes := []int{}
	for tick := uint32(1); !b.idle(); tick++ {
		b.flush(tick, func(n int) saveResult { sizes = append(sizes, n); return stored(n) })
	}
	if fmt.Sprint(sizes) != fmt.Sprint([]int{maxSaveBatch, 10}) {
		t.Errorf("batches of %v", sizes)
	}
}

// The record of a kick goes with the save, however often that is tried, and does not get lost behind a newer state.
func TestSaverKeepsKicks(t *testing.T) {
	b := newBook()
	kicked := req(1, 1, "a", true)
	kicked.Kicked = "Be kind."
	b.add(kicked)
	b.add(req(1, 1, "b", true))
	if !b.owes(1) || b.owes(2) {
		t.Error("owes is wrong about whose kick waits")
	}
	b.flush(1, func(int) saveResult { return saveResult{err: core.ErrRealmDown} })
	if !b.owes(1) {
		t.Error("a kick that was not stored does not wait")
	}
	b.pump(context.Background(), 1000)
	if batch := <-b.got; len(batch) != 1 || batch[0].Kicked != "Be kind." || string(batch[0].State) != "b" {
		t.Errorf("the batch is %+v", batch)
	}
	b.answer <- stored(1)
	b.settle(<-b.results, 1000, nil)
	if b.owes(1) || !b.idle() {
		t.Error("a kick that was stored waits")
	}
}
