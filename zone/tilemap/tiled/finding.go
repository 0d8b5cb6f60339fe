package tiled

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// Severity tells findings apart.
type Severity uint8

// A warning is something that the game shows or does otherwise than Tiled. An error keeps the zone from starting: a wall would be
// walkable, a tile would be another, something that the author wrote would be lost.
const (
	Warning Severity = iota
	Error
)

// String is "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Place is where in the files something was found. What does not apply is empty.
type Place struct {
	File     string // as the file system that was given names it
	Tileset  string // the name in quotes of one that lies in the map's file
	Layer    string // its name in quotes; within groups, theirs before it: "town/decor"
	Object   string // its name in quotes and its id: "start" (id 7)
	Tile     string // number of a tile in the tileset, or several
	Property string // the property's name, or an attribute's
}

// String names the place from the outside in.
func (p Place) String() string {
	var where []string
	for _, part := range []struct{ what, name string }{
		{"tileset", p.Tileset}, {"layer", p.Layer}, {"object", p.Object}, {"tile", p.Tile},
	} {
		if part.name != "" {
			where = append(where, part.what+" "+part.name)
		}
	}
	if p.Property != "" {
		where = append(where, fmt.Sprintf("property %q", p.Property))
	}
	if len(where) == 0 {
		return p.File
	}
	return p.File + ": " + strings.Join(where, ", ")
}

// Finding is one thing that a map's author should know, and what to do about it.
type Finding struct {
	Severity Severity
	Place
	Text string
}

// String is the finding in a line, without its severity.
func (f Finding) String() string { return f.Place.String() + ": " + f.Text }

// Report is what reading a map gave.
type Report struct {
	Map      *tilemap.Loaded // nil if there is an error among the findings
	Findings []Finding
	Files    []string // every file that was read, the map's first: the game's Maps must hold them all
}

// Err joins the errors among the findings; nil where there is none.
func (r *Report) Err() error {
	var errs []error
	for _, f := range r.Findings {
		if f.Severity == Error {
			errs = append(errs, errors.New(f.String()))
		}
	}
	return errors.Join(errs...)
}

// Warnings are the lines of the findings that do not keep a zone from starting.
func (r *Report) Warnings() []string {
	var out []string
	for _, f := range r.Findings {
		if f.Severity == Warning {
			out = append(out, f.String())
		}
	}
	return out
}

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

func (r *Report) fail(at Place, format string, args ...any) {
	r.add(Finding{Error, at, fmt.Sprintf(format, args...)})
}

func (r *Report) warn(at Place, format string, args ...any) {
	r.add(Finding{Warning, at, fmt.Sprintf(format, args...)})
}

func (r *Report) failed() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}
