// Package udp owns the one UDP socket of a zone process. Datagrams are told apart by their first byte (RFC 7983): ours are
// 0xC0–0xFF and go to the kcp server; 0–3 (STUN) and 20–63 (DTLS) go to a view that WebRTC reads. All else is dropped.
package udp

// Config tunes a Socket. The zero value works.
type Config struct {
	// ReadBuffer and WriteBuffer are the kernel's buffers for the socket, in bytes; 0 means 4 MiB. The kernel may give less.
	ReadBuffer, WriteBuffer int
}
