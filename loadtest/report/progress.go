package report

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Progress is the state of a run, once a second.
type Progress struct {
	Elapsed   time.Duration
	Measuring bool // the window has begun
	Left      time.Duration
	Bots      int
	Connected int // now in the world
	Failed    int
	AgeMs     Percentiles // since the last progress
	DownBS    float64     // per bot and second, since the last progress
	UpBS      float64
	TickP99Ms float64 // of the slowest zone; 0: not known
	Desyncs   uint64
	Drops     int
}

// Line is a progress as one line of at most 100 or so characters.
func (p Progress) Line() string {
	state := "joining"
	if p.Measuring {
		state = fmt.Sprintf("%3.0fs left", p.Left.Seconds())
	}
	line := fmt.Sprintf("%4.0fs %s  %d/%d bots", p.Elapsed.Seconds(), state, p.Connected, p.Bots)
	if p.Connected > 0 {
		line += fmt.Sprintf("  age %.0f/%.0f ms  down %.0f up %.0f B/s", p.AgeMs.P50, p.AgeMs.P99, p.DownBS, p.UpBS)
	}
	if p.TickP99Ms > 0 {
		line += fmt.Sprintf("  tick p99 %.2f ms", p.TickP99Ms)
	}
	line += fmt.Sprintf("  %d desyncs", p.Desyncs)
	if p.Failed > 0 {
		line += fmt.Sprintf("  %d FAILED", p.Failed)
	}
	if p.Drops > 0 {
		line += fmt.Sprintf("  %d DROPPED", p.Drops)
	}
	return line
}

// Ticker shows progress lines: each over the last on a terminal, one under the other elsewhere. One goroutine uses it.
type Ticker struct {
	out      io.Writer
	terminal bool
	open     bool // a line stands that was not ended
}

// NewTicker shows progress on out.
func NewTicker(out io.Writer) *Ticker {
	t := &Ticker{out: out}
	if f, ok := out.(*os.File); ok {
		if st, err := f.Stat(); err == nil {
			t.terminal = st.Mode()&os.ModeCharDevice != 0
		}
	}
	return t
}

// Show shows p.
func (t *Ticker) Show(p Progress) {
	if t.terminal {
		fmt.Fprint(t.out, "\r\x1b[K"+p.Line())
		t.open = true
		return
	}
	fmt.Fprintln(t.out, p.Line())
}

// Done ends the line that stands.
func (t *Ticker) Done() {
	if t.open {
		fmt.Fprintln(t.out)
		t.open = false
	}
}
