package sctp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestClose(t *testing.T) {
	p := newPeer(t, Config{})
	p.reliable(300)
	p.a.Close()
	p.a.Close()
	if p.a.Ended() != Closed || p.a.Established() || !p.a.Wake().IsZero() {
		t.Error("it has not ended")
	}
	if err := p.a.SendReliable(0, 53, []byte{1}); !errors.Is(err, ErrClosed) {
		t.Errorf("sending on: %v", err)
	}
	if _, err := p.a.SendLatest(0, 53, []byte{1}); !errors.Is(err, ErrClosed) {
		t.Errorf("sending on: %v", err)
	}
	p.want(epoch, "abort")
	p.want(epoch.Add(time.Hour), "")
	if m := p.send(p.data(0, flagWhole, 1, 0, "x")); len(m) != 0 {
		t.Error("it goes on receiving")
	}
	a := New(Config{Tag: 7})
	a.Close()
	if _, ok := a.Emit(epoch, nil); ok {
		t.Error("an ABORT for nobody")
	}
}

func TestEnds(t *testing.T) {
	lost := ports
	lost.tag = 88 // the peer has lost its state and returns its own tag
	for name, c := range map[string]struct {
		packet func(p *peer) []byte
		end    End
		answer string
	}{
		"abort":                {func(p *peer) []byte { return packetOf(p.header(), appendChunk(nil, chunkAbort, 0, nil)) }, Aborted, ""},
		"abort of a stranger":  {func(*peer) []byte { return packetOf(appendHeader(nil, lost), appendChunk(nil, chunkAbort, 0, nil)) }, NotEnded, "0!"},
		"abort without state":  {func(*peer) []byte { return packetOf(appendHeader(nil, lost), appendChunk(nil, chunkAbort, 1, nil)) }, Aborted, ""},
		"shutdown":             {func(p *peer) []byte { return packetOf(p.header(), appendChunk(nil, chunkShutdown, 0, make([]byte, 4))) }, ShutDown, "shutdown-ack"},
		"shutdown is complete": {func(p *peer) []byte { return packetOf(p.header(), appendChunk(nil, chunkShutdownComplete, 0, nil)) }, NotEnded, "0!"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, Config{})
			p.reliable(300)
			for range 2 { // the answer may be lost
				if _, err := p.a.Receive(epoch, c.packet(p)); err != nil {
					t.Fatal(err)
				}
				if p.a.Ended() != c.end {
					t.Fatalf("ended by %d", p.a.Ended())
				}
				p.want(epoch, c.answer)
				if c.end == NotEnded {
					return
				}
			}
		})
	}
}

func resetRequest(number, last uint32, list ...uint16) []byte {
	b := binary.BigEndian.AppendUint32(nil, number)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, last)
	for _, id := range list {
		b = binary.BigEndian.AppendUint16(b, id)
	}
	return appendChunk(nil, chunkReconfig, 0, appendParam(nil, paramResetOutgoing, b))
}

// result takes the answer to a request out of the packet that leaves.
func (p *peer) result(number uint32) uint32 {
	p.t.Helper()
	_, list := chunksOf(p.t, emit(p.t, p.a, epoch))
	c := list[len(list)-1]
	kind, value, rest, ok := nextParam(c.body)
	if c.kind != chunkReconfig || !ok || kind != paramResetResponse || len(value) != 8 || len(rest) != 0 || binary.BigEndian.Uint32(value) != number {
		p.t.Fatalf("answered with % x", c.raw)
	}
	return binary.BigEndian.Uint32(value[4:])
}

func TestReset(t *testing.T) {
	p := newPeer(t, Config{})
	p.send(p.data(0, flagWhole, 1, 0, "a"), p.data(1, flagWhole, 2, 0, "b"))
	for i, c := range []struct {
		chunk   []byte
		number  uint32
		result  uint32
		streams []uint16
	}{
		{resetRequest(theirTSN, theirTSN+2, 1), theirTSN, resetInProgress, nil}, // data is missing
		{resetRequest(theirTSN, theirTSN+1, 1), theirTSN, resetPerformed, []uint16{1}},
		{resetRequest(theirTSN, theirTSN+1, 1), theirTSN, resetPerformed, nil}, // the answer was lost
		{resetRequest(theirTSN+2, theirTSN+1, 1), theirTSN + 2, resetBadNumber, nil},
		{resetRequest(theirTSN+1, theirTSN+9, 2), theirTSN + 1, resetInProgress, nil},
		{resetRequest(theirTSN+2, theirTSN+1, 2), theirTSN + 2, resetPerformed, []uint16{2}}, // asked anew
		{resetRequest(theirTSN+3, theirTSN+1), theirTSN + 3, resetPerformed, []uint16{1, 2}},
		{appendChunk(nil, chunkReconfig, 0, appendParam(nil, paramAddOutgoing, []byte{0, 0, 0, theirTSN + 4, 0, 9, 0, 0})), theirTSN + 4, resetDenied, nil},
		{resetRequest(theirTSN+5, theirTSN+1, 2), theirTSN + 5, resetPerformed, []uint16{2}},
	} {
		p.send(c.chunk)
		if !slices.Equal(p.a.ResetStreams(), c.streams) {
			t.Errorf("step %d: streams %v", i, p.a.ResetStreams())
		}
		if got := p.result(c.number); got != c.result {
			t.Errorf("step %d: result %d", i, got)
		}
	}
	if m := p.send(p.data(2, flagWhole, 1, 0, "anew")); len(m) != 1 {
		t.Error("a reset stream does not begin anew")
	}
}

func TestProbe(t *testing.T) {
	p := newPeer(t, Config{})
	token := [8]byte{8, 7, 6, 5, 4, 3, 2, 1}
	h, list := chunksOf(t, p.a.AppendProbe(nil, token))
	if h.tag != 88 || len(list) != 1 || list[0].kind != chunkHeartbeat {
		t.Fatalf("%v, chunks %v", h, kinds(list))
	}
	p.send(appendChunk(nil, chunkHeartbeatAck, 0, list[0].body))
	if got, ok := p.a.Echoed(); !ok || got != token {
		t.Errorf("%v, %v", got, ok)
	}
	for _, body := range [][]byte{nil, {0, 1}, {0, 1, 0, 8, 1, 2, 3, 4}, appendParam(nil, 2, token[:])} {
		p.send(appendChunk(nil, chunkHeartbeatAck, 0, body))
		if _, ok := p.a.Echoed(); ok {
			t.Errorf("% x is taken for an echo", body)
		}
	}
	// The peer's own come back as they are, as far as a packet holds them.
	p.send(appendChunk(nil, chunkHeartbeat, 0, []byte("who is there")))
	_, list = chunksOf(t, emit(t, p.a, epoch))
	if len(list) != 1 || list[0].kind != chunkHeartbeatAck || !bytes.Equal(list[0].body, []byte("who is there")) {
		t.Errorf("answered with %v", kinds(list))
	}
	for range 10 {
		p.send(appendChunk(nil, chunkHeartbeat, 0, make([]byte, 600)))
	}
	p.want(epoch, "heartbeat-ack")
}
