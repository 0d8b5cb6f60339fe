package badger

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"strconv"

	"github.com/dgraph-io/badger/v4/y"
)

// Badger's log of a memtable, "00001.mem": a header, then entries until the first that is zero or does not hold. Badger takes the
// transactions that are whole, and cuts off the rest without a word: so what it will find is read here first.
//
//	header: key id u64, base IV 12 bytes
//	entry:  meta u8, user meta u8, key length, value length and expiry as uvarint, key, value, CRC-32C of all that u32
const (
	logHeader = 20
	logMaxKey = 1 << 16

	metaTxn = 1 << 6 // part of a transaction
	metaFin = 1 << 7 // the entry that ends it; its value is the transaction's version
)

// errKeyID says that a file is sealed with a key, which this store never does.
var errKeyID = errors.New("its header is not one of this store")

// logNumbers reads which groups a log has, in its order. An empty file has none: a process that was killed between creating it and
// giving it its size, or between emptying and removing it, leaves one.
func logNumbers(path string) ([]uint64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	if err := checkLogHeader(r); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	var numbers []uint64
	var version, number uint64 // of the transaction that is being read
	found := false
	for {
		e, err := readLogEntry(r)
		if err != nil || len(e.key) < 8 { // the end, or where it is cut off
			return numbers, nil
		}
		switch {
		case e.meta&metaTxn != 0:
			if version == 0 {
				version = y.ParseTs(e.key)
			}
			if version != y.ParseTs(e.key) {
				return numbers, nil
			}
			if string(y.ParseKey(e.key)) == numberKey && len(e.value) == 8 {
				number, found = binary.BigEndian.Uint64(e.value), true
			}
		case e.meta&metaFin != 0:
			if v, err := strconv.ParseUint(string(e.value), 10, 64); err != nil || v != version {
				return numbers, nil
			}
			if found {
				numbers = append(numbers, number)
			}
			version, found = 0, false
		case version != 0:
			return numbers, nil
		}
	}
}

// checkLogHeader reads the header of a log, or of a value log. io.EOF says that the file is empty.
func checkLogHeader(r io.Reader) error {
	var header [logHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errKeyID
		}
		return err
	}
	if binary.BigEndian.Uint64(header[:8]) != 0 {
		return errKeyID
	}
	return nil
}

type logEntry struct {
	meta       byte
	key, value []byte
}

// errNoEntry says that no whole entry follows.
var errNoEntry = errors.New("no entry")

func readLogEntry(r *bufio.Reader) (logEntry, error) {
	sum := &summer{r: r, sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	meta, err := sum.ReadByte()
	if err != nil {
		return logEntry{}, err
	}
	if _, err := sum.ReadByte(); err != nil {
		return logEntry{}, err
	}
	keyLen, err1 := binary.ReadUvarint(sum)
	valueLen, err2 := binary.ReadUvarint(sum)
	_, err3 := binary.ReadUvarint(sum) // expiry
	if err := errors.Join(err1, err2, err3); err != nil {
		return logEntry{}, err
	}
	if keyLen > logMaxKey || valueLen > 2*memtableBytes { // a log is not longer than that
		return logEntry{}, errNoEntry
	}
	b := make([]byte, keyLen+valueLen)
	if _, err := io.ReadFull(sum, b); err != nil {
		return logEntry{}, err
	}
	var want [4]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return logEntry{}, err
	}
	if binary.BigEndian.Uint32(want[:]) != sum.sum.Sum32() {
		return logEntry{}, errNoEntry
	}
	return logEntry{meta: meta, key: b[:keyLen], value: b[keyLen:]}, nil
}

// summer takes the checksum of what is read through it.
type summer struct {
	r   *bufio.Reader
	sum hash.Hash32
}

func (s *summer) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

func (s *summer) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.sum.Write([]byte{b})
	}
	return b, err
}
