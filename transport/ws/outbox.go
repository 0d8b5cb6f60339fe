package ws

import "github.com/realmwire/realmwire/transport"

// maxQueued bounds the reliable messages that wait, so that tiny ones cannot cost many times their bytes.
const maxQueued = 8192

// outbox is what waits to be written: a bounded queue of reliable messages and at most one latest message. It is guarded by
// its session's lock.
type outbox struct {
	reliable [][]byte // whole frames
	bytes    int      // of reliable, the frame being written included
	latest   []byte   // a whole frame; empty when none waits
	writing  []byte   // the latest frame being written; its buffer and latest's take turns
	replaced uint64
}

// put queues a copy of msg, whose size is checked.
func (o *outbox) put(lane transport.Lane, msg []byte) error {
	if lane == transport.Latest {
		if len(o.latest) > 0 {
			o.replaced++
		}
		o.latest = append(append(o.latest[:0], byte(lane)), msg...)
		return nil
	}
	if len(o.reliable) >= maxQueued || o.bytes+1+len(msg) > transport.MaxReliableBacklog {
		return transport.ErrBackpressure
	}
	frame := make([]byte, 1+len(msg))
	frame[0] = byte(lane)
	copy(frame[1:], msg)
	o.reliable = append(o.reliable, frame)
	o.bytes += len(frame)
	return nil
}

// take returns the next frame to write, nil when there is none. The latest message goes first: reliable ones can wait, and
// a steady stream of latest ones leaves room, since only one waits at a time.
func (o *outbox) take(afterLatest bool) (frame []byte, lane transport.Lane) {
	if len(o.latest) > 0 && !(afterLatest && len(o.reliable) > 0) {
		o.latest, o.writing = o.writing[:0], o.latest
		return o.writing, transport.Latest
	}
	if len(o.reliable) == 0 {
		return nil, transport.Reliable
	}
	frame = o.reliable[0]
	o.reliable[0] = nil
	if o.reliable = o.reliable[1:]; len(o.reliable) == 0 {
		o.reliable = nil
	}
	return frame, transport.Reliable
}

func (o *outbox) empty() bool { return len(o.latest) == 0 && len(o.reliable) == 0 }

// wrote notes that a reliable frame was written.
func (o *outbox) wrote(frame []byte) { o.bytes -= len(frame) }
