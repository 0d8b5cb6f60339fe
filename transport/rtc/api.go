package rtc

import (
	"io"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

// Buffers of SCTP and DTLS, smaller than pion's own: a session moves kilobytes, not megabytes.
const (
	sctpReceiveBuffer = 256 << 10 // four of the largest reliable messages
	receiveMTU        = 1500
	// minCwnd keeps a loss from closing SCTP's congestion window to one packet, in which a lost one is noticed only after a second:
	// what a session sends is bounded already, by what its path is seen to carry.
	minCwnd = 32 << 10
)

// quiet keeps pion from logging what peers do: that is counted, never written per packet.
func quiet() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}

// settings are those of clients.
func settings(timeout time.Duration) webrtc.SettingEngine {
	var se webrtc.SettingEngine
	se.LoggerFactory = quiet()
	se.DetachDataChannels()
	// DTLS asks for a cookie to prove the client's address; ICE has proven it already, and the cookie costs a round trip.
	se.SetDTLSInsecureSkipHelloVerify(true)
	se.SetDTLSRetransmissionInterval(dtls.RepeatAfter)
	se.EnableSCTPZeroChecksum(true) // DTLS authenticates every packet already
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	se.SetReceiveMTU(receiveMTU)
	se.SetSCTPMaxReceiveBufferSize(sctpReceiveBuffer)
	se.SetSCTPMaxMessageSize(transport.MaxReliableMessage)
	se.SetSCTPMinCwnd(minCwnd)
	se.SetSCTPRTOMax(time.Second) // a player cannot wait for TCP's patience
	se.SetICETimeouts(iceTimeouts(timeout))
	return se
}
