package rtc

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
)

// sctpPacket makes one, of one chunk.
func sctpPacket(tag uint32, kind byte, body []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0x13, 0x88, 0x13, 0x88}, tag)
	b = append(b, 0, 0, 0, 0, kind, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(body)))
	b = append(b, body...)
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// associated is an association whose peer made the handshake, with a window of 64 KiB, and nothing since.
func associated(t *testing.T, now time.Time) *sctp.Association {
	t.Helper()
	const tag, initKind, cookieEcho, forwardTSN = 7, 1, 10, 0xC0000004
	a := sctp.New(sctp.Config{Tag: tag, TSN: 1})
	init := []byte{0, 0, 0, 9, 0, 1, 0, 0, 0, 2, 0, 2, 0, 0, 0, 1}
	if _, err := a.Receive(now, sctpPacket(0, initKind, binary.BigEndian.AppendUint32(init, forwardTSN))); err != nil {
		t.Fatal(err)
	}
	const cookieAt, cookieSize = 12 + 4 + 16 + 4, 8
	ack, ok := a.Emit(now, nil)
	if !ok {
		t.Fatal("INIT was not answered")
	}
	if _, err := a.Receive(now, sctpPacket(tag, cookieEcho, ack[cookieAt:cookieAt+cookieSize])); err != nil || !a.Established() {
		t.Fatal("the association does not stand", err)
	}
	return a
}

// TestEndsMakeProgress: a session that ends while its peer answers nothing is awakened as often as it has something to do, not
// over and over for a time that has passed, also when the time to connect runs out meanwhile.
func TestEndsMakeProgress(t *testing.T) {
	for name, connect := range map[string]time.Duration{"accepted": 0, "connecting": 200 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(1_000, 0)
			began := now
			s := &session{server: &Server{cfg: ServerConfig{Timeout: time.Minute}}, assoc: associated(t, now), lastHeard: now}
			s.channels.open[transport.Reliable] = true
			if connect > 0 {
				s.connectBy = now.Add(connect)
			}
			if err := s.assoc.SendReliable(0, ppidBinary, []byte("lost")); err != nil {
				t.Fatal(err)
			}
			s.end.begin(now, transport.Kicked, "")
			s.end.notified = true
			awakened := 0
			for ; s.end.stage < leaving; awakened++ {
				if awakened > 50 {
					t.Fatalf("awakened %d times, at last %v after the end began", awakened, now.Sub(began))
				}
				for {
					if _, ok := s.assoc.Emit(now, nil); !ok {
						break
					}
				}
				if wake, _ := s.Wake(); wake.After(now) {
					now = wake
				}
				s.Advance(now)
			}
			if took := now.Sub(began); took != 2*lingerFor {
				t.Errorf("it took %v, want two times %v", took, lingerFor)
			}
		})
	}
}

// TestEndGoesOnWhenAllHasArrived: nobody waits for the time to be up, where there is nothing to be sent and nowhere to say so.
func TestEndGoesOnWhenAllHasArrived(t *testing.T) {
	now := time.Unix(1_000, 0)
	s := &session{server: &Server{cfg: ServerConfig{Timeout: time.Minute}}, assoc: associated(t, now), lastHeard: now}
	s.end.begin(now, transport.Kicked, "")
	s.end.notified = true
	for s.end.stage < leaving {
		if wake, ok := s.Wake(); !ok || wake.After(now) {
			t.Fatalf("in stage %d it sleeps until %v from now", s.end.stage, wake.Sub(now))
		}
		s.Advance(now)
	}
}

// TestSendAfterThePeerLeft: the association may be over before the session is.
func TestSendAfterThePeerLeft(t *testing.T) {
	now := time.Unix(1_000, 0)
	s := &session{assoc: associated(t, now)}
	s.assoc.Close()
	for _, lane := range []transport.Lane{transport.Reliable, transport.Latest} {
		if err := s.Send(lane, []byte("x")); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("%s: %v", lane, err)
		}
	}
}

// TestTheToldHaveTimeToRead: the association stays, though the word of the end has arrived, until the peer ends it or the time is
// up. An ABORT at once would overtake, in the peer, what its application has not read.
func TestTheToldHaveTimeToRead(t *testing.T) {
	now := time.Unix(1_000, 0)
	s := &session{server: &Server{cfg: ServerConfig{Timeout: time.Minute}}, assoc: associated(t, now), lastHeard: now}
	s.channels.open[transport.Reliable] = true
	s.end.begin(now, transport.Kicked, "")
	s.Advance(now)
	for {
		if _, ok := s.assoc.Emit(now, nil); !ok {
			break
		}
	}
	const tag, sack = 7, 3
	if _, err := s.assoc.Receive(now, sctpPacket(tag, sack, []byte{0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0})); err != nil || s.assoc.Backlog() > 0 {
		t.Fatalf("%d bytes are not acknowledged, %v", s.assoc.Backlog(), err)
	}
	if s.Advance(now.Add(time.Millisecond)); s.end.stage != telling {
		t.Errorf("stage %d at once", s.end.stage)
	}
	if s.Advance(now.Add(lingerFor)); s.end.stage != leaving {
		t.Errorf("stage %d when the time is up", s.end.stage)
	}
}
