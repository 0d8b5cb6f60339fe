package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/ristretto/v2/z"
)

// Every group of commits carries a number, under numberKey. The file named confirmedFile beside Badger's says which number was
// confirmed last: it is written after the group is on the disk, so it never says more than was there, and whoever opens the folder
// can tell whether something is gone. It is not synced with each group, which would double the price of a commit: a killed process
// leaves it exact, because the system still has the page; a machine that went down leaves it some seconds old. It is written through
// a memory map, because a call to write would have the next sync of the log write this file's times, too. Its two slots take turns, so
// that a process that is killed as it writes one leaves the other.
const (
	confirmedFile = "CONFIRMED"
	numberKey     = "!commit" // '!' is in no key of the contract

	confirmedMagic = "rwconf1\n"
	slotSize       = len(confirmedMagic) + 8 + 1 + bootSize + 4
	slotStride     = 64
	confirmedSize  = 2 * slotStride
	bootSize       = 36
)

// confirmed is what the file says.
type confirmed struct {
	number uint64 // of the last confirmed group
	closed bool   // the store was closed after it, and the disk has all of it
	boot   string // of the machine that wrote it; "" where the system has no such name
}

// exact tells whether the file cannot be older than the last confirmed group.
func (c confirmed) exact() bool { return c.closed || c.boot != "" && c.boot == bootID() }

func (c confirmed) encode() []byte {
	b := append(make([]byte, 0, slotSize), confirmedMagic...)
	b = binary.BigEndian.AppendUint64(b, c.number)
	b = append(b, 0)
	if c.closed {
		b[len(b)-1] = 1
	}
	b = append(b, c.boot...)
	b = append(b, make([]byte, bootSize-len(c.boot))...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// errNotConfirmed says that the file is not there, or is not one.
var errNotConfirmed = errors.New("not a record of what was confirmed")

func readConfirmed(dir string) (confirmed, error) {
	b, err := os.ReadFile(filepath.Join(dir, confirmedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return confirmed{}, err
	}
	if err != nil {
		return confirmed{}, fmt.Errorf("read %s: %w", confirmedFile, err)
	}
	if len(b) != confirmedSize {
		return confirmed{}, errNotConfirmed
	}
	first, ok1 := decodeConfirmed(b[:slotSize])
	second, ok2 := decodeConfirmed(b[slotStride:][:slotSize])
	switch {
	case !ok1 && !ok2:
		return confirmed{}, errNotConfirmed
	case !ok1 || ok2 && second.number > first.number:
		return second, nil
	}
	return first, nil
}

func decodeConfirmed(b []byte) (confirmed, bool) {
	sum := slotSize - 4
	if string(b[:len(confirmedMagic)]) != confirmedMagic || crc32.ChecksumIEEE(b[:sum]) != binary.BigEndian.Uint32(b[sum:]) {
		return confirmed{}, false
	}
	b = b[len(confirmedMagic):]
	return confirmed{
		number: binary.BigEndian.Uint64(b),
		closed: b[8] == 1,
		boot:   strings.TrimRight(string(b[9:9+bootSize]), "\x00"),
	}, true
}

// record is the open file.
type record struct {
	file *z.MmapFile
	last confirmed
}

// openRecord begins a run: the file says what was confirmed so far, and no longer that the store is closed.
func openRecord(dir string, number uint64) (*record, error) {
	path := filepath.Join(dir, confirmedFile)
	// Room on the disk is taken here: a page of a memory map that finds none kills the process.
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(b) != confirmedSize {
		if err := os.WriteFile(path, make([]byte, confirmedSize), 0o600); err != nil {
			return nil, err
		}
	}
	f, err := z.OpenMmapFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	r := &record{file: f, last: confirmed{number: number, boot: bootID()}}
	if err := r.sync(); err != nil {
		return nil, errors.Join(err, f.Close(-1))
	}
	return r, nil
}

// confirm notes that a group is on the disk.
func (r *record) confirm(number uint64) {
	r.last.number = number
	copy(r.file.Data[slotStride*(number%2):], r.last.encode())
}

// sync writes both slots, to the disk.
func (r *record) sync() error {
	b := r.last.encode()
	copy(r.file.Data, b)
	copy(r.file.Data[slotStride:], b)
	return r.file.Sync()
}

// close ends the run. clean says that Badger was closed before, so that all is on the disk.
func (r *record) close(clean bool) error {
	var err error
	if clean {
		r.last.closed = true
		err = r.sync()
	}
	return errors.Join(err, r.file.Close(-1))
}

// bootID names the time since the system started: what was written since then and is not on the disk yet, the system still has. Only
// Linux has it.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if id := strings.TrimSpace(string(b)); err == nil && len(id) == bootSize {
		return id
	}
	return ""
}
