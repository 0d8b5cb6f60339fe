package rtc

import (
	"encoding/binary"
	"testing"

	"github.com/realmwire/realmwire/transport"
)

// openMessage is a DATA_CHANNEL_OPEN.
func openMessage(kind byte, reliability uint32, label string) []byte {
	b := []byte{channelOpen, kind, 0, 0}
	b = binary.BigEndian.AppendUint32(b, reliability)
	b = binary.BigEndian.AppendUint16(b, uint16(len(label)))
	b = append(b, 0, 0)
	return append(b, label...)
}

func TestOpenedLane(t *testing.T) {
	for _, c := range []struct {
		name string
		msg  []byte
		lane transport.Lane
		ok   bool
	}{
		{"reliable", openMessage(kindReliable, 0, "reliable"), transport.Reliable, true},
		{"latest", openMessage(kindUnorderedRexmit, 0, "latest"), transport.Latest, true},
		{"unknown label", openMessage(kindReliable, 0, "chat"), 0, false},
		{"no label", openMessage(kindReliable, 0, ""), 0, false},
		{"long label", openMessage(kindReliable, 0, string(make([]byte, maxLabel+1))), 0, false},
		{"unordered reliable", openMessage(0x80, 0, "reliable"), 0, false},
		{"reliable that gives up", openMessage(0x01, 3, "reliable"), 0, false},
		{"latest that repeats", openMessage(kindUnorderedRexmit, 2, "latest"), 0, false},
		{"latest by lifetime", openMessage(0x82, 0, "latest"), 0, false},
		{"ordered latest", openMessage(0x01, 0, "latest"), 0, false},
		{"an acknowledgement", []byte{channelAck}, 0, false},
		{"nothing", nil, 0, false},
	} {
		lane, err := openedLane(c.msg)
		if (err == nil) != c.ok || c.ok && lane != c.lane {
			t.Errorf("%s: %v, %v", c.name, lane, err)
		}
	}
	whole := openMessage(kindReliable, 0, "reliable")
	for n := range whole {
		if _, err := openedLane(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes open a channel", n, len(whole))
		}
	}
}

func FuzzOpenedLane(f *testing.F) {
	f.Add(openMessage(kindReliable, 0, "reliable"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = openedLane(b) })
}
