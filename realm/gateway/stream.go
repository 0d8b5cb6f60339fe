package gateway

import (
	"bufio"
	"net"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
)

const (
	// streamBuffer is what one direction of a stream keeps.
	streamBuffer = 4 << 10
	// streamSilence ends a stream on which an end says nothing. Zone processes ping every other second, and end a connection whose pongs
	// fail to come; that is for those who do not.
	streamSilence = 3 * transport.DefaultTimeout
	// streamStall ends a stream whose one end takes nothing.
	streamStall = 2 * transport.DefaultTimeout
	// streamLinger is how long the other direction may take to say its last word when one has ended.
	streamLinger = time.Second
)

// stream is a relayed WebSocket: bytes go both ways until either end has gone, says nothing or takes nothing. Then it ends for both: a
// client that stays silent must not keep what its zone process gave up long ago.
type stream struct {
	client, zone net.Conn
	ending       sync.Once
	linger       *time.Timer // set with ending
}

// run carries until the stream is over. first goes to the client before all else; what the two readers have buffered goes before what
// comes.
func (s *stream) run(first []byte, fromClient, fromZone *bufio.Reader) {
	first = append(first, rest(fromZone)...)
	var both sync.WaitGroup
	both.Go(guard.Func("gateway: relay", func() { s.carry(s.zone, s.client, rest(fromClient)) }, s.cut))
	both.Go(guard.Func("gateway: relay", func() { s.carry(s.client, s.zone, first) }, s.cut))
	both.Wait()
	s.end()
	s.linger.Stop()
	s.cut()
}

// rest is what a reader has buffered.
func rest(r *bufio.Reader) []byte {
	b, _ := r.Peek(r.Buffered())
	return b
}

// carry takes one direction to its end.
func (s *stream) carry(to, from net.Conn, first []byte) {
	defer s.end()
	defer func() {
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite() // what was written still arrives
		}
	}()
	buf := make([]byte, streamBuffer)
	for chunk := first; ; {
		if len(chunk) > 0 {
			_ = to.SetWriteDeadline(time.Now().Add(streamStall))
			if _, err := to.Write(chunk); err != nil {
				return
			}
		}
		_ = from.SetReadDeadline(time.Now().Add(streamSilence))
		n, err := from.Read(buf)
		chunk = buf[:n]
		if err != nil && n == 0 {
			return
		}
	}
}

// end gives the other direction its last moment.
func (s *stream) end() {
	s.ending.Do(func() { s.linger = time.AfterFunc(streamLinger, guard.Func("gateway: relay", s.cut, nil)) })
}

// cut ends both directions at once.
func (s *stream) cut() {
	_ = s.client.Close()
	_ = s.zone.Close()
}
