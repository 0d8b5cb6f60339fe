// Command train fits the models of package predict to a trace and writes weights.go.
//
//	go run ./protocol/predict/train -trace cubes.bin -out protocol/predict/weights.go
//
// The trace is unpacked: frames of 901 cubes of 8 little-endian int32. Every other hundred of its frames is held back,
// unless -all is given; both shares' costs are printed.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/realmwire/realmwire/protocol/internal/cubes"
	"github.com/realmwire/realmwire/protocol/predict"
)

const (
	count  = 901
	fields = 8
	ahead  = 6
	block  = 100 // frames that are held back or not
)

func main() {
	trace := flag.String("trace", "", "the unpacked trace")
	out := flag.String("out", "weights.go", "file to write")
	all := flag.Bool("all", false, "hold nothing back")
	epochs := flag.Int("epochs", 16, "rounds over the samples")
	tries := flag.Int("tries", 1, "fits to choose the best of")
	flag.Parse()
	frames, err := load(*trace)
	if err != nil {
		log.Fatal(err)
	}
	l := &lessons{all: *all, epochs: *epochs, tries: *tries}
	if err := l.watch(frames, cubes.CubeLayout); err != nil {
		log.Fatal(err)
	}
	if err := l.watch(frames, alone()); err != nil {
		log.Fatal(err)
	}
	text, err := l.fit()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		log.Fatal(err)
	}
}

// alone is the layout with a rotation that nobody predicts by: its models serve entities that have none.
func alone() predict.Layout {
	l := cubes.CubeLayout
	l.Fields = l.Fields[4:]
	l.Groups = append([]predict.Group(nil), l.Groups[1:]...)
	l.Groups[0].First, l.Groups[1].First = 0, 3
	return l
}

func load(path string) ([][]int64, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	const size = count * fields * 4
	if len(raw) == 0 || len(raw)%size != 0 {
		return nil, fmt.Errorf("%s: %d bytes are no whole frames of %d", path, len(raw), size)
	}
	frames := make([][]int64, len(raw)/size)
	for i := range frames {
		rows := make([]int64, count*fields)
		for j := range rows {
			rows[j] = int64(int32(binary.LittleEndian.Uint32(raw[i*size+j*4:])))
		}
		frames[i] = rows
	}
	return frames, nil
}

// watch codes every frame against history and keeps what the models saw.
func (l *lessons) watch(frames [][]int64, lay predict.Layout) error {
	c, err := predict.New(lay)
	if err != nil {
		return err
	}
	width := len(lay.Fields)
	rows := make([][]int64, len(frames))
	for i, f := range frames {
		for k := range count {
			rows[i] = append(rows[i], f[(k+1)*fields-width:(k+1)*fields]...)
		}
	}
	rest := make([]uint8, count)
	for i := range rest {
		rest[i] = predict.MaxRest
	}
	for i := ahead + 1; i < len(frames); i++ {
		base := i - ahead
		c.Rested(rest, rows[base-1], rows[base])
		h := predict.History{Names: predict.Names{Ahead: ahead, Steady: true}, Rest: rest}
		for lag := 0; lag <= min(base, predict.MaxLag); lag++ {
			h.Lags |= 1 << lag
			h.Versions = append(h.Versions, predict.Version{Lag: lag, Rows: rows[base-lag]})
		}
		test := i/block%2 == 1
		c.Observe(func(model string, x int64, means, shared, own []int64) {
			l.note(model, test, width < fields, x, means, shared, own)
		})
		l.frames++
		if _, err := c.Encode(nil, &h, rows[i]); err != nil {
			return err
		}
	}
	return nil
}
