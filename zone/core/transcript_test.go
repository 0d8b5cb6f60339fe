package core

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/*.txt as the core does it now: read the difference")

// TestTranscripts plays testdata/*.txt: what happens to a zone, and under a line of dashes what the zone does about it. A blank line
// ends a step, # begins a comment, and `go test ./zone/core -run Transcripts -rewrite` writes what is under the dashes. The words are those
// of the commands in scenario_test.go.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d transcripts were found: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newScenario(t)
			var out strings.Builder
			for _, step := range readTranscript(string(text)) {
				out.WriteString(step.above)
				if step.commands == nil {
					continue
				}
				got := s.play(file, step)
				if !*rewrite && got != step.want {
					t.Errorf("%s:%d: after %q the zone does\n%swant\n%s", file, step.line, step.commands, got, step.want)
				}
				out.WriteString(divider + "\n" + got)
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

const divider = "----"

// transcriptStep is some commands, and what came of them.
type transcriptStep struct {
	line     int    // of the first command, from 1
	above    string // comments, blank lines and the commands, as they stand
	commands []string
	want     string
}

// readTranscript splits a transcript into its steps; the last may be comments only.
func readTranscript(text string) (steps []transcriptStep) {
	var step transcriptStep
	below := false
	n := 0
	for line := range strings.Lines(text) {
		n++
		bare := strings.TrimSpace(line)
		switch {
		case below && bare != "":
			step.want += line
		case below:
			steps = append(steps, step)
			step, below = transcriptStep{above: line}, false
		case bare == divider:
			below = true
		case bare == "" && step.commands != nil: // nothing was written under it yet
			steps = append(steps, step)
			step = transcriptStep{above: line}
		default:
			step.above += line
			if bare != "" && !strings.HasPrefix(bare, "#") {
				if step.commands == nil {
					step.line = n
				}
				step.commands = append(step.commands, bare)
			}
		}
	}
	return append(steps, step)
}

// words are a command and its arguments: key=value, key="a value", a flag under its name, or a number under "".
type words struct {
	t    *testing.T
	name string
	args map[string]string
}

func readWords(t *testing.T, line string) words {
	w := words{t: t, args: map[string]string{}}
	w.name, line, _ = strings.Cut(line, " ")
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexAny(line, " =")
		key := ""
		if end >= 0 && line[end] == '=' {
			key, line = line[:end], line[end+1:]
		}
		value, err := strconv.QuotedPrefix(line)
		if err != nil { // it is not quoted
			value, _, _ = strings.Cut(line, " ")
		}
		line = line[len(value):]
		if text, err := strconv.Unquote(value); err == nil {
			value = text
		}
		if _, err := strconv.Atoi(value); key == "" && err != nil {
			key = value
		}
		w.args[key] = value
	}
	return w
}

func (w words) has(key string) bool { _, ok := w.args[key]; return ok }

func (w words) number(key string, otherwise int) int {
	text, ok := w.args[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		w.t.Fatalf("%s %s=%s: %v", w.name, key, text, err)
	}
	return n
}

// place is x,y.
func (w words) place(key string) (x, y int32) {
	if _, err := fmt.Sscanf(w.args[key], "%d,%d", &x, &y); err != nil {
		w.t.Fatalf("%s %s=%s: %v", w.name, key, w.args[key], err)
	}
	return x, y
}

func TestReadTranscript(t *testing.T) {
	steps := readTranscript("# a\nfirst x=1\nsecond\n----\none\n\n# b\nthird\n----\n\n# c\n")
	if len(steps) != 3 || steps[0].line != 2 || len(steps[0].commands) != 2 || steps[0].want != "one\n" || steps[1].want != "" || steps[1].commands[0] != "third" || steps[2].commands != nil {
		t.Fatalf("%+v", steps)
	}
	if w := readWords(t, `say conn=1 text="two words" bare 7`); w.name != "say" || w.number("conn", 0) != 1 || w.args["text"] != "two words" || !w.has("bare") || w.args[""] != "7" {
		t.Fatalf("%+v", w)
	}
}
