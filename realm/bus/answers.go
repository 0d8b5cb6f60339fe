package bus

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/nats-io/nats.go"
)

// answers are the requests of one connection that wait. An answer is taken from whom it was asked of only: its subject, which the server holds
// everybody to, says who gives it.
type answers struct {
	mu      sync.Mutex
	waiting map[string]chan *nats.Msg // guarded by mu; by subject of the answer
}

// expect prepares for the answer on a subject; done ends it.
func (a *answers) expect(subject string) (answer <-chan *nats.Msg, done func()) {
	ch := make(chan *nats.Msg, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = make(map[string]chan *nats.Msg)
	}
	a.waiting[subject] = ch
	return ch, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, subject)
	}
}

// take hands an answer to who waits for it; what comes late or twice is dropped.
func (a *answers) take(msg *nats.Msg) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ch, ok := a.waiting[msg.Subject]; ok {
		delete(a.waiting, msg.Subject)
		ch <- msg
	}
}

// NATS says by such an answer that nobody listens.
const (
	statusHeader = "Status"
	noResponders = "503"
)

// request sends a message and waits for its answer until ctx ends.
func (c *Conn) request(ctx context.Context, to Target, msg *nats.Msg) (*nats.Msg, error) {
	msg.Reply = to.answers(c.key.id.String()) + rand.Text()
	answer, done := c.answers.expect(msg.Reply)
	defer done()
	if err := c.nc.PublishMsg(msg); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if len(m.Data) == 0 && m.Header.Get(statusHeader) == noResponders {
			return nil, nats.ErrNoResponders
		}
		return m, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
