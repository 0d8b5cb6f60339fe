package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	zoneTimeout = 3 * time.Second // to reach a zone process, and for its answer
	maxRefusal  = 4 << 10         // bytes of a zone process's answer that is no upgrade
	// maxUpgradeAnswer bounds the head of that answer.
	maxUpgradeAnswer = 16 << 10
)

// upgradeHeaders are what a zone process has to know of a request; all else, tokens and cookies too, stays here.
var upgradeHeaders = []string{
	"Connection", "Upgrade", "Origin", "User-Agent",
	"Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Protocol", "Sec-Websocket-Extensions",
}

// carry asks a zone process for a WebSocket and relays it until it is over. An error means that nothing was answered to the client.
func (l *relay) carry(w http.ResponseWriter, r *http.Request, addr string) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	dialer := net.Dialer{Timeout: zoneTimeout}
	zone, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer zone.Close()
	stop := context.AfterFunc(ctx, func() { _ = zone.Close() })
	answer, buffered, err := askUpgrade(zone, r, addr)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSwitchingProtocols {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, io.LimitReader(answer.Body, maxRefusal))
		return nil
	}
	client, toClient, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("take over the client's connection: %w", err)
	}
	// The request's context ends with this function now, and not when the client goes: the stream sees that.
	stop()
	s := &stream{client: client, zone: zone}
	defer context.AfterFunc(l.ctx, s.cut)()
	s.run(upgradeAnswer(answer), toClient.Reader, buffered)
	return nil
}

// askUpgrade sends a client's request on. What came after the answer is in the reader.
func askUpgrade(zone net.Conn, r *http.Request, addr string) (*http.Response, *bufio.Reader, error) {
	if err := zone.SetDeadline(time.Now().Add(zoneTimeout)); err != nil {
		return nil, nil, err
	}
	out, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://"+addr+"/ws", nil)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range upgradeHeaders {
		if values := r.Header[name]; len(values) > 0 {
			out.Header[name] = values
		}
	}
	out.Header.Set("X-Forwarded-For", peerOf(r.Context()).caller.Addr.String())
	if err := out.Write(zone); err != nil {
		return nil, nil, err
	}
	head := &io.LimitedReader{R: zone, N: maxUpgradeAnswer}
	buffered := bufio.NewReaderSize(head, streamBuffer)
	answer, err := http.ReadResponse(buffered, out)
	return answer, buffered, err
}

// upgradeAnswer is the answer as it goes to the client.
func upgradeAnswer(answer *http.Response) []byte {
	b := []byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n")
	for _, name := range []string{"Sec-Websocket-Accept", "Sec-Websocket-Protocol", "Sec-Websocket-Extensions"} {
		for _, value := range answer.Header[name] { // net/http lets no line break through
			b = append(b, name+": "+value+"\r\n"...)
		}
	}
	return append(b, "\r\n"...)
}
