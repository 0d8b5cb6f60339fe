package rtc

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
)

// The labels of the two data channels. The offering side creates both.
var (
	labelReliable = transport.Reliable.String()
	labelLatest   = transport.Latest.String()
)

// Binary messages on either channel are the lanes' messages. A text message on the reliable channel ends the session:
// "close CODE TEXT".
const closeWord = "close"

// closeText is the text message that tells the peer of the end.
func closeText(code transport.CloseCode, text string) string {
	return closeWord + " " + strconv.Itoa(int(code)) + " " + text
}

// parseClose reads such a message.
func parseClose(msg string) (transport.CloseCode, string, bool) {
	rest, ok := strings.CutPrefix(msg, closeWord+" ")
	if !ok {
		return 0, "", false
	}
	number, text, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil || !transport.CloseCode(n).Valid() {
		return 0, "", false
	}
	return transport.CloseCode(n), transport.ClipText(text), true
}

// channel is one open data channel.
type channel struct {
	lane transport.Lane
	dc   *webrtc.DataChannel
	raw  datachannel.ReadWriteCloser
}

// laneOf finds out which lane a data channel of the peer is; its reliability must be that lane's.
func laneOf(dc *webrtc.DataChannel) (transport.Lane, error) {
	retransmits, lifetime := dc.MaxRetransmits(), dc.MaxPacketLifeTime()
	switch {
	case dc.Label() == labelReliable && dc.Ordered() && retransmits == nil && lifetime == nil:
		return transport.Reliable, nil
	case dc.Label() == labelLatest && !dc.Ordered() && retransmits != nil && *retransmits == 0:
		return transport.Latest, nil
	}
	return 0, fmt.Errorf("data channel %q is neither %q (ordered) nor %q (unordered, maxRetransmits 0)",
		transport.ClipText(dc.Label()), labelReliable, labelLatest)
}

// errTooBig says that a message is over its lane's limit.
var errTooBig = errors.New("message over the limit")

// read returns the next message, in buf or a larger buffer that takes its place.
func (ch channel) read(buf []byte) (msg []byte, text bool, err error) {
	for {
		n, text, err := ch.raw.ReadDataChannel(buf[:cap(buf)])
		if errors.Is(err, io.ErrShortBuffer) {
			if cap(buf) >= transport.MaxReliableMessage {
				return buf, text, errTooBig
			}
			// The message waits, of a size that pion does not tell; SCTP's own window bounds what the peer can make us hold.
			buf = make([]byte, min(4*cap(buf), transport.MaxReliableMessage))
			continue
		}
		return buf[:max(n, 0)], text, err
	}
}
