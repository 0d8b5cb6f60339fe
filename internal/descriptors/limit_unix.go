//go:build unix

package descriptors

import (
	"errors"
	"net"
	"syscall"
)

// Limit is how many files and connections this process may have open, 0 where nobody knows. Go itself raises a soft limit to the hard one
// when a process starts.
func Limit() uint64 {
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil {
		return 0
	}
	return uint64(r.Cur) //nolint:unconvert // signed on some systems
}

// exhausted tells whether an error says that nothing can be opened: of this process, or of the whole system.
func exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// number is a connection's descriptor. The system gives the lowest that is free, so a high one tells how many are taken.
func number(c net.Conn) (uint64, bool) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return 0, false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return 0, false
	}
	var n uint64
	err = raw.Control(func(fd uintptr) { n = uint64(fd) })
	return n, err == nil
}
