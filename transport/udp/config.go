// Package udp owns the one UDP socket of a zone process. Datagrams are told apart by their first byte (RFC 9443) and go to
// who handles their class: our own to kcp's server, STUN and DTLS to WebRTC's.
package udp

// Config tunes a Socket. The zero value works.
type Config struct {
	// ReadBuffer and WriteBuffer are the kernel's buffers for the socket, in bytes; 0 means 4 MiB. The kernel may give less.
	ReadBuffer, WriteBuffer int
}
