package rtc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

const (
	// maxSDP bounds an offer; a data-channel offer has about 1 KiB.
	maxSDP = 16 << 10
	// maxMID bounds the name that an offer gives to its one medium, since the answer repeats it.
	maxMID = 64
	// sctpProtocol is how SCTP over DTLS over UDP is called in a session description (RFC 8841).
	sctpProtocol = "UDP/DTLS/SCTP"
)

// offer is what we need of a client's session description. Its addresses are not among it: a lite agent finds the client
// where its checks come from, and an address that somebody wrote down is somebody else's.
type offer struct {
	mid         string
	fingerprint dtls.Fingerprint
	sctpPort    uint16
}

// parseOffer reads a session description (RFC 8866) that offers one medium: data channels. Its errors tell what is missing.
func parseOffer(sdp string) (offer, error) {
	o := offer{mid: "0"}
	media, trusted := 0, false
	for line := range strings.Lines(sdp) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "m="); ok {
			if media++; media > 1 {
				return offer{}, errors.New("it offers more than one medium; data channels alone are served")
			}
			if err := checkMedium(rest); err != nil {
				return offer{}, err
			}
			continue
		}
		attribute, ok := strings.CutPrefix(line, "a=")
		if !ok {
			continue
		}
		name, value, _ := strings.Cut(attribute, ":")
		if name == "fingerprint" {
			if f, err := dtls.ParseFingerprint(value); err == nil && !trusted { // others may follow, of hashes that we have not
				o.fingerprint, trusted = f, true
			}
			continue
		}
		if err := o.attribute(name, value); err != nil {
			return offer{}, err
		}
	}
	switch {
	case media == 0:
		return offer{}, errors.New("it offers no medium; create the data channels before the offer")
	case !trusted:
		return offer{}, errors.New("it has no fingerprint that we know; sha-256 is one")
	case o.sctpPort == 0:
		return offer{}, errors.New("it has no sctp-port")
	}
	return o, nil
}

// attribute reads one that matters.
func (o *offer) attribute(name, value string) error {
	switch name {
	case "mid":
		if value == "" || len(value) > maxMID {
			return fmt.Errorf("its mid has %d bytes; 1 to %d are allowed", len(value), maxMID)
		}
		o.mid = value
	case "setup":
		if value != "actpass" && value != "active" {
			return fmt.Errorf("its setup is %.20q; the client must be able to begin (actpass or active)", value)
		}
	case "sctp-port":
		port, err := strconv.ParseUint(value, 10, 16)
		if err != nil || port == 0 {
			return fmt.Errorf("its sctp-port is %.20q", value)
		}
		o.sctpPort = uint16(port)
	case "max-message-size":
		size, err := strconv.ParseUint(value, 10, 64)
		if err != nil || size != 0 && size < transport.MaxReliableMessage { // 0 means any
			return fmt.Errorf("its max-message-size is %.20q; %d at least are needed", value, transport.MaxReliableMessage)
		}
	}
	return nil
}

// checkMedium checks what follows m=: kind, port, protocol, formats.
func checkMedium(m string) error {
	f := strings.Fields(m)
	if len(f) < 4 || f[0] != "application" || f[2] != sctpProtocol {
		return fmt.Errorf("it offers %.60q, not data channels over %s", m, sctpProtocol)
	}
	if f[1] == "0" {
		return errors.New("it offers data channels on port 0, which means none")
	}
	return nil
}
