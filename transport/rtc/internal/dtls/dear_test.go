package dtls

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/realmwire/realmwire/internal/dear"
)

// both are the two ends of an association whose keys are given.
func both(t testing.TB) (ours, theirs *Records) {
	t.Helper()
	there, err := newDirection(bytes.Repeat([]byte{1}, 16), []byte{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	back, err := newDirection(bytes.Repeat([]byte{2}, 16), []byte{5, 6, 7, 8})
	if err != nil {
		t.Fatal(err)
	}
	return &Records{in: there, out: back}, &Records{in: back, out: there}
}

// record is one with so many bytes of plaintext.
func (r *Records) record(typ byte, size int) []byte { return r.Seal(typ, make([]byte, Front+size)) }

// full is a datagram of as many records as fit.
func full(record func() []byte) (datagram []byte) {
	for {
		next := record()
		if len(datagram)+len(next) > 1200 {
			return datagram
		}
		datagram = append(datagram, next...)
	}
}

// hostile are datagrams that an association's peer, or somebody who forges its address, may send.
var hostile = map[string]func(theirs *Records) []byte{
	"empty records": func(theirs *Records) []byte {
		return full(func() []byte { return theirs.record(TypeData, 0) })
	},
	"alerts": func(theirs *Records) []byte {
		return full(func() []byte { return theirs.record(TypeAlert, 2) })
	},
	"forged records": func(*Records) []byte {
		n := uint64(0)
		return full(func() []byte { n++; return bare(TypeData, sealedEpoch, 1<<40+n, nonceSize+tagSize) })
	},
	"a large forged record": func(*Records) []byte { return bare(TypeData, sealedEpoch, 1<<40, 1100) },
	"records of the handshake": func(*Records) []byte {
		return full(func() []byte { return bare(TypeHandshake, 0, 1, 0) })
	},
	"records of nothing": func(*Records) []byte { return full(func() []byte { return bare(0, 7, 0, 0) }) },
}

// bare is a record that nobody sealed.
func bare(typ byte, epoch uint16, sequence uint64, size int) []byte {
	b := append([]byte{typ, version12 >> 8, version12 & 0xFF}, make([]byte, 10+size)...)
	binary.BigEndian.PutUint64(b[3:], uint64(epoch)<<48|sequence)
	binary.BigEndian.PutUint16(b[11:], uint16(size))
	return b
}

// take opens a datagram as a session does.
func (r *Records) take(datagram []byte) (opened int) {
	rest := datagram
	for n := 0; len(rest) > 0 && n < MaxRecords; n++ {
		var rec Record
		var ok bool
		if rec, rest, ok = Next(rest); !ok {
			break
		}
		if _, _, ok := r.Open(rec); ok {
			opened++
		}
	}
	return opened
}

// class measures datagrams.
func class(name string, datagram func(theirs *Records) []byte) dear.Class {
	return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
		ours, theirs := both(b)
		var list [][]byte
		for range n {
			list = append(list, datagram(theirs))
		}
		return func() {
			for _, datagram := range list {
				ours.take(datagram)
			}
		}
	}}
}

// BenchmarkDearPackets sets the datagrams of a hostile peer beside a full one of an honest peer.
func BenchmarkDearPackets(b *testing.B) {
	var classes []dear.Class
	for name, datagram := range hostile {
		classes = append(classes, class(name, datagram))
	}
	dear.Sort(classes)
	dear.Run(b, class("honest", func(theirs *Records) []byte { return theirs.record(TypeData, 1100) }), classes...)
}

// TestDearPackets holds that a datagram opens no more records than MaxRecords, and forged ones open none.
func TestDearPackets(t *testing.T) {
	for name, datagram := range hostile {
		t.Run(name, func(t *testing.T) {
			ours, theirs := both(t)
			want := 0
			if name == "empty records" || name == "alerts" {
				want = MaxRecords
			}
			if got := ours.take(datagram(theirs)); got != want {
				t.Errorf("%d records open, not %d", got, want)
			}
		})
	}
}
