package rtc

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/transport"
)

// The labels of the two data channels. The offering side creates both.
var (
	labelReliable = transport.Reliable.String()
	labelLatest   = transport.Latest.String()
)

// What an SCTP message is (RFC 8831, 8).
const (
	ppidControl = 50
	ppidText    = 51
	ppidBinary  = 53
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

// The Data Channel Establishment Protocol (RFC 8832, 5): the opener of a channel says on its stream what it is to be.
const (
	channelAck  = 0x02
	channelOpen = 0x03

	openHeaderSize = 12 // type, kind, priority, reliability, lengths of label and protocol

	kindReliable        = 0x00
	kindUnorderedRexmit = 0x81 // partially reliable: retransmitted at most so often as the reliability parameter says
	maxLabel            = 32
)

// openedLane finds out which lane a channel is that the peer opens; its reliability must be that lane's.
func openedLane(msg []byte) (transport.Lane, error) {
	if len(msg) < openHeaderSize || msg[0] != channelOpen {
		return 0, fmt.Errorf("a control message of %d bytes opens no data channel", len(msg))
	}
	kind, reliability := msg[1], binary.BigEndian.Uint32(msg[4:])
	size := int(binary.BigEndian.Uint16(msg[8:]))
	if size > len(msg)-openHeaderSize || size > maxLabel {
		return 0, fmt.Errorf("the label of a data channel has %d bytes", size)
	}
	switch label := string(msg[openHeaderSize : openHeaderSize+size]); {
	case label == labelReliable && kind == kindReliable:
		return transport.Reliable, nil
	case label == labelLatest && kind == kindUnorderedRexmit && reliability == 0:
		return transport.Latest, nil
	default:
		return 0, fmt.Errorf("data channel %q is neither %q (ordered) nor %q (unordered, maxRetransmits 0)",
			transport.ClipText(label), labelReliable, labelLatest)
	}
}
