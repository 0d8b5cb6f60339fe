// Command train fits the models of package best to a trace and writes weights.go.
//
//	go run ./protocol/best/internal/train -trace cubes.bin -all -crowds 1 -epochs 20 -out protocol/best/weights.go
//
// The trace is unpacked: frames of 901 cubes of 8 little-endian int32. Every other hundred of its frames is held back,
// unless -all is given; both shares' costs are printed. Crowds are scenes of package physics, of other seeds than the
// benchmark's: without them the models fit one kind of body in one choice of units.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math"
	"os"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/internal/bodies"
	"github.com/realmwire/realmwire/protocol/internal/cubes"
	"github.com/realmwire/realmwire/protocol/internal/physics"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

const (
	count  = 901
	fields = 8
	ahead  = 6
	block  = 100 // frames that are held back or not
)

// The layouts of what is learnt from.
var (
	cubeLayout = layoutOf(new(cubes.Body))
	poseLayout = layoutOf(new(bodies.Body))
)

func layoutOf(s snapshot.BestState) best.Layout { return s.BestCodec().(*best.Codec).Layout() }

func main() {
	trace := flag.String("trace", "", "the unpacked trace")
	out := flag.String("out", "weights.go", "file to write")
	all := flag.Bool("all", false, "hold nothing back")
	epochs := flag.Int("epochs", 16, "rounds over the samples")
	tries := flag.Int("tries", 1, "fits to choose the best of")
	crowdFrames := flag.Int("crowd-frames", 80, "ticks of a crowd")
	crowds := flag.Int("crowds", 0, "crowds of package physics to learn from as well")
	flag.Parse()
	frames, err := load(*trace)
	if err != nil {
		log.Fatal(err)
	}
	l := &lessons{all: *all, epochs: *epochs, tries: *tries}
	for _, lay := range []best.Layout{cubeLayout, alone(cubeLayout)} {
		if err := l.watch(frames, lay, fields, ahead); err != nil {
			log.Fatal(err)
		}
	}
	for seed := range uint64(*crowds) {
		frames := crowd(seed+2, *crowdFrames)
		for _, lay := range []best.Layout{poseLayout, alone(poseLayout)} {
			if err := l.watch(frames, lay, len(poseLayout.Fields), 3); err != nil {
				log.Fatal(err)
			}
		}
	}
	text, err := l.fit()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		log.Fatal(err)
	}
}

// crowd is a crowd's frames as rows.
func crowd(seed uint64, frames int) [][]int64 {
	s := physics.NewCrowd(seed)
	var out [][]int64
	for range frames {
		s.Tick()
		row := make([]int64, 0, 7*len(s.Boxes))
		for i := range s.Boxes {
			b := &s.Boxes[i]
			largest, p := b.Pose.SmallestThree(1414)
			row = append(row, int64(largest), int64(p[0]), int64(p[1]), int64(p[2]))
			for _, x := range b.Place {
				row = append(row, int64(math.Round(x*100)))
			}
		}
		out = append(out, row)
	}
	return out
}

// alone is the layout with a rotation that nobody predicts by: its models serve entities that have none.
func alone(l best.Layout) best.Layout {
	l.Fields = l.Fields[4:]
	l.Groups = append([]best.Group(nil), l.Groups[1:]...)
	for i := range l.Groups {
		l.Groups[i].First -= 4
	}
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
func (l *lessons) watch(frames [][]int64, lay best.Layout, fields, ahead int) error {
	c, err := best.New(lay)
	if err != nil {
		return err
	}
	width := len(lay.Fields)
	count := len(frames[0]) / fields
	rows := make([][]int64, len(frames))
	for i, f := range frames {
		for k := range count {
			rows[i] = append(rows[i], f[(k+1)*fields-width:(k+1)*fields]...)
		}
	}
	rest := make([]uint8, count)
	for i := range rest {
		rest[i] = best.MaxRest
	}
	for i := ahead + 1; i < len(frames); i++ {
		base := i - ahead
		c.Rested(rest, rows[base-1], rows[base])
		h := snapshot.BestHistory{BestNames: snapshot.BestNames{Ahead: ahead, Steady: true}, Rest: rest}
		for lag := 0; lag <= min(base, best.MaxLag); lag++ {
			h.Lags |= 1 << lag
			h.Versions = append(h.Versions, snapshot.BestVersion{Lag: lag, Rows: rows[base-lag]})
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
