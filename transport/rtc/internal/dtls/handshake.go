// Package dtls is what WebRTC's server end needs of DTLS 1.2 (RFC 6347): the handshake, which pion makes, and the records
// that follow, which cost too much there (docs/decisions/0010-webrtc-server.md).
package dtls

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/prf"
	"github.com/pion/logging"
)

const (
	suite = dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	// handshakeMTU keeps each flight's datagrams as small as any other.
	handshakeMTU = 1200
)

// Accept makes the server's side of a handshake over a pipe, with a client whose certificate has the given fingerprint, and
// returns the association's records. It ends with ctx, and closes the pipe.
func Accept(ctx context.Context, pipe *Pipe, id Identity, client Fingerprint) (*Records, error) {
	defer pipe.Close()
	conn, err := dtls.ServerWithOptions(
		pipe, pipe.peer,
		dtls.WithCertificates(id.cert),
		dtls.WithCipherSuites(suite),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // no authority signs these certificates: the offer names the one
		dtls.WithVerifyPeerCertificate(func(raw [][]byte, _ [][]*x509.Certificate) error { return client.check(raw) }),
		dtls.WithInsecureSkipVerifyHello(true), // the cookie costs a round trip; see Server.handshake for what is sent before
		// Clients offer keys for media with every handshake, and pion ends one where none fits. They are not derived.
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithFlightInterval(RepeatAfter),
		dtls.WithMTU(handshakeMTU),
		dtls.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}),
	)
	if err != nil {
		return nil, fmt.Errorf("dtls: handshake: %w", err)
	}
	defer conn.Close()
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("dtls: handshake: %w", err)
	}
	last := pipe.mute() // from here on the records are ours; pion's goodbye goes nowhere
	state, ok := conn.ConnectionState()
	if !ok {
		return nil, errors.New("dtls: handshake: it left no state")
	}
	r, err := take(&state)
	if err != nil {
		return nil, err
	}
	r.lastFlight = last
	return r, nil
}

// exported are those fields of a connection's state, as pion marshals it for later use, that the keys are made of.
type exported struct {
	LocalEpoch     uint16
	LocalRandom    [32]byte
	RemoteRandom   [32]byte
	CipherSuiteID  uint16
	MasterSecret   []byte
	SequenceNumber uint64
}

// take makes the records of a server's finished handshake.
func take(state *dtls.State) (*Records, error) {
	raw, err := state.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("dtls: take over the keys: %w", err)
	}
	var s exported
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&s); err != nil {
		return nil, fmt.Errorf("dtls: take over the keys: %w", err)
	}
	if dtls.CipherSuiteID(s.CipherSuiteID) != suite || s.LocalEpoch != sealedEpoch || len(s.MasterSecret) == 0 {
		return nil, fmt.Errorf("dtls: take over the keys: suite %#04x in epoch %d", s.CipherSuiteID, s.LocalEpoch)
	}
	keys, err := prf.GenerateEncryptionKeys(s.MasterSecret, s.RemoteRandom[:], s.LocalRandom[:], 0, 16, 4, sha256.New)
	if err != nil {
		return nil, fmt.Errorf("dtls: derive keys: %w", err)
	}
	r := &Records{sent: s.SequenceNumber}
	if r.in, err = newDirection(keys.ClientWriteKey, keys.ClientWriteIV); err != nil {
		return nil, err
	}
	r.out, err = newDirection(keys.ServerWriteKey, keys.ServerWriteIV)
	return r, err
}
