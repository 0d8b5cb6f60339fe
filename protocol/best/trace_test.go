package best_test

import (
	"encoding/binary"
	"math"
	mathbits "math/bits"
	"os"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/internal/physics"
)

// BenchmarkWriteTrace writes another trace of the same format, from package physics: the models were fitted to the one in
// testdata, and this shows how they do on what they have not seen.
//
//	CUBES_WRITE=/tmp/field.bin.zst go test ./protocol/best -run '^$' -bench WriteTrace -benchtime 1x
//	CUBES_TRACE=/tmp/field.bin.zst go test ./protocol/best -run '^$' -bench Cubes
func BenchmarkWriteTrace(b *testing.B) {
	path := os.Getenv("CUBES_WRITE")
	if path == "" {
		b.Skip("CUBES_WRITE names the file to write; there is none")
	}
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	z, err := zstd.NewWriter(out)
	if err != nil {
		b.Fatal(err)
	}
	scene := physics.NewField(1)
	moving := 0
	const frames = 1500
	for frame := range frames {
		scene.Plough(frame)
		raw := make([]byte, 0, cubeCount*cubeFields*4)
		put := func(v int) { raw = binary.LittleEndian.AppendUint32(raw, uint32(int32(v))) }
		for i := range scene.Boxes {
			box := &scene.Boxes[i]
			largest, parts := box.Pose.SmallestThree(511)
			put(largest)
			for _, p := range parts {
				put(p)
			}
			for _, x := range box.Place {
				put(int(math.Round(x * 512)))
			}
			touched := 0
			if box.Touched < 4*100 { // steps of a quarter of a frame
				touched = 1
			}
			put(touched)
			if !box.Asleep {
				moving++
			}
		}
		if _, err := z.Write(raw); err != nil {
			b.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(moving)/frames, "awake/frame")
}

// BenchmarkPacked is the trace bit-packed without prediction, to compare with: the gap to each cube that changed, and its
// difference from the baseline as docs/wire.md has it.
func BenchmarkPacked(b *testing.B) {
	frames, err := trace()
	if err != nil {
		b.Fatal(err)
	}
	total, packets := 0, 0
	for b.Loop() {
		for i := cubeAhead; i < len(frames); i++ {
			total += packed(frames[i], frames[i-cubeAhead])
			packets++
		}
	}
	b.ReportMetric(float64(total)/8/float64(packets), "bytes/packet")
}

// packed is how many bits the trace's differences take where nothing is foreseen: an integer's difference for each field.
func packed(now, was []int64) int {
	var w bits.Writer
	next := 0
	for k := range cubeCount {
		a, b := now[k*cubeFields:(k+1)*cubeFields], was[k*cubeFields:(k+1)*cubeFields]
		if slices.Equal(a, b) {
			continue
		}
		w.Bool(true)
		w.Varuint(uint64(k-next), 2)
		for i, f := range cubeLayout.Fields {
			width := uint(mathbits.Len64(uint64(f.Max - f.Min)))
			small := uint(0)
			if width > 8 {
				small = max(4, width/3)
			}
			w.IntDelta(a[i], b[i], f.Min, f.Max, width, small, (small+width)/2)
		}
		next = k + 1
	}
	w.Bool(false)
	return w.Len()
}
