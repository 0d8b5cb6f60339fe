package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/realmwire/realmwire/internal/guard"
)

const (
	defaultTimeout = 5 * time.Second  // of a request whose context has no deadline
	replyWindow    = 30 * time.Second // longest that a request may be worked on
	timeoutHeader  = "Rw-Timeout-Ms"  // how long the caller waits
)

// Codes of errors that the bus itself makes.
const (
	CodeUnreachable = "bus-unreachable" // nobody listens there: the request was not worked on
	CodeAway        = "bus-away"        // this side has no connection at the moment: the request was not sent, or its answer is lost
	CodeTimeout     = "bus-timeout"     // no answer in time: whether it was worked on is unknown
	CodeBadRequest  = "bus-bad-request" // the other side cannot read the request
	CodeInternal    = "internal"        // the other side failed; its log says why
)

// Error is an error that crosses the bus: a code for programs and a text for people.
type Error struct {
	Code       string        `json:"code"`
	Text       string        `json:"text"`
	RetryAfter time.Duration `json:"retry_after,omitempty"` // how long to wait before trying again; 0 = not said
}

// Error is the text.
func (e *Error) Error() string { return e.Text }

// IsUnreachable tells whether the bus said that nobody listens on the subject.
func IsUnreachable(err error) bool { return hasCode(err, CodeUnreachable) }

// IsTimeout tells whether a request got no answer in time.
func IsTimeout(err error) bool { return hasCode(err, CodeTimeout) }

func hasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Coder is an error that knows what it is on the bus. Other errors of handlers are logged and cross as CodeInternal, without their text.
type Coder interface {
	error
	BusError() *Error
}

// reply is what an answer looks like on the bus.
type reply struct {
	Data  json.RawMessage `json:"data,omitempty"`
	Error *Error          `json:"error,omitempty"`
}

// Call asks a verb of somebody, with req as JSON, and decodes the answer into Resp. It waits until ctx ends, or 5 s where ctx has no
// deadline. Errors are *Error: those of the other side, or CodeUnreachable, CodeAway or CodeTimeout.
func Call[Resp any](ctx context.Context, c *Conn, to Target, verb string, req any) (Resp, error) {
	subject := to.request(c.role, c.key.id.String(), verb)
	var resp Resp
	body, err := json.Marshal(req)
	if err != nil {
		return resp, fmt.Errorf("encode a request to %s: %w", subject, err)
	}
	if len(body) > MaxPayload-1024 {
		return resp, &Error{Code: CodeBadRequest, Text: fmt.Sprintf("a request to %s of %d bytes: at most %d cross the bus", subject, len(body), MaxPayload-1024)}
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.connected(), func() { cancel(errCut) })()
	msg := nats.NewMsg(subject)
	msg.Data = body
	deadline, _ := ctx.Deadline()
	msg.Header.Set(timeoutHeader, strconv.FormatInt(time.Until(deadline).Milliseconds(), 10))
	answer, err := c.request(ctx, to, msg)
	if err != nil {
		if errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), errCut) {
			err = errCut
		}
		return resp, callError(subject, err)
	}
	var r reply
	if err := json.Unmarshal(answer.Data, &r); err != nil {
		return resp, fmt.Errorf("decode an answer from %s: %w", subject, err)
	}
	if r.Error != nil {
		return resp, r.Error
	}
	if err := json.Unmarshal(r.Data, &resp); err != nil {
		return resp, fmt.Errorf("decode an answer from %s: %w", subject, err)
	}
	return resp, nil
}

// errCut ends a call whose connection is lost while it waits: its answer cannot come any more.
var errCut = errors.New("the connection to the bus was lost")

func callError(subject string, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return &Error{Code: CodeTimeout, Text: "no answer from " + subject + " in time"}
	}
	if errors.Is(err, nats.ErrNoResponders) {
		return &Error{Code: CodeUnreachable, Text: "nobody listens on " + subject}
	}
	return &Error{Code: CodeAway, Text: fmt.Sprintf("%s cannot be reached: %v", subject, err)}
}

// Handle answers a verb of a role's until the connection closes: a realm what gateways or zone processes ask of any realm, a zone process
// what is asked of itself. from is who asks, which the server vouches for. fn runs on many goroutines at once; its context ends when the
// caller has given up or the connection closes.
func Handle[Req, Resp any](c *Conn, asker Role, verb string, fn func(ctx context.Context, from Identity, req Req) (Resp, error)) error {
	work := func(ctx context.Context, from Identity, data []byte) (any, error) {
		var req Req
		if err := json.Unmarshal(data, &req); err != nil {
			return nil, &Error{Code: CodeBadRequest, Text: fmt.Sprintf("%s cannot read the request: %v", verb, err)}
		}
		return fn(ctx, from, req)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.New("bus: connection is closed")
	}
	if c.role == RoleGateway {
		return errors.New("bus: nobody asks a gateway")
	}
	subject := c.self().request(asker, "*", verb)
	slots := make(chan struct{}, maxInFlight)
	sub, err := c.nc.QueueSubscribe(subject, string(c.role), guard.Handler("bus: request", func(msg *nats.Msg) { c.dispatch(msg, slots, work) }))
	if err != nil {
		return fmt.Errorf("listen on %s: %w", subject, err)
	}
	c.subs = append(c.subs, sub)
	if err := c.nc.FlushTimeout(defaultTimeout); err != nil {
		return fmt.Errorf("listen on %s: %w", subject, err)
	}
	if err := c.nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), strconv.Quote(subject)) {
		return fmt.Errorf("role %s may not listen on %s: %w", c.role, subject, err)
	}
	return nil
}

// worker is a handler of any type.
type worker func(ctx context.Context, from Identity, data []byte) (any, error)

// dispatch runs work on its own goroutine when a slot is free; until then it holds up its subscription, and no other: requests that wait
// for something never delay heartbeats. A request whose answer would go to another than its asker is dropped: it would have this side say
// something to a third, in its own name.
func (c *Conn) dispatch(msg *nats.Msg, slots chan struct{}, work worker) {
	from, ok := c.self().asker(msg.Subject)
	if !ok || !strings.HasPrefix(msg.Reply, c.self().answers(from.String())) {
		c.log.Debug("bus: dropped a request whose answer is not for its asker", "subject", msg.Subject, "reply", msg.Reply)
		return
	}
	select {
	case slots <- struct{}{}:
	case <-c.ctx.Done():
		return
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		<-slots
		return
	}
	c.handlers.Add(1)
	c.mu.Unlock()
	guard.Go("bus: request", func() {
		defer c.handlers.Done()
		defer func() { <-slots }()
		ctx, cancel := context.WithTimeout(c.ctx, callerWaits(msg))
		defer cancel()
		c.respond(msg, c.work(ctx, from, msg, work))
	}, nil)
}

// work turns what a handler returns, or its panic, into a reply.
func (c *Conn) work(ctx context.Context, from Identity, msg *nats.Msg, work worker) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			guard.NoteStack("bus: request", p, debug.Stack(), "subject", msg.Subject)
			r = reply{Error: &Error{Code: CodeInternal, Text: "internal error; the log says more"}}
		}
	}()
	resp, err := work(ctx, from, msg.Data)
	if err != nil {
		return reply{Error: c.wireError(msg.Subject, err)}
	}
	data, err := json.Marshal(resp)
	if err != nil {
		return reply{Error: c.wireError(msg.Subject, err)}
	}
	return reply{Data: data}
}

func (c *Conn) wireError(subject string, err error) *Error {
	var own *Error
	var coder Coder
	switch {
	case errors.As(err, &coder):
		return coder.BusError()
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: CodeTimeout, Text: subject + " did not finish in time"}
	}
	c.log.Error("bus: request failed", "subject", subject, "err", err)
	return &Error{Code: CodeInternal, Text: "internal error; the log says more"}
}

func (c *Conn) respond(msg *nats.Msg, r reply) {
	data, err := json.Marshal(r)
	if err == nil {
		err = msg.Respond(data)
	}
	if err != nil && c.ctx.Err() == nil {
		c.log.Warn("bus: an answer was lost", "subject", msg.Subject, "err", err)
	}
}

func callerWaits(msg *nats.Msg) time.Duration {
	ms, err := strconv.ParseInt(msg.Header.Get(timeoutHeader), 10, 64)
	if err != nil || ms <= 0 {
		return defaultTimeout
	}
	return min(time.Duration(ms)*time.Millisecond, replyWindow)
}
