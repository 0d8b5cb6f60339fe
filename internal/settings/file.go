// Package settings reads the configuration file, in which each key is the name of a flag. What it does not understand it refuses: a
// setting that is passed over in silence is a server that runs without TLS.
package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// maxFile bounds the configuration file.
const maxFile = 1 << 20

// File is a configuration file that was read. Of a flag that the command line does not give, the environment counts first, then the file.
type File struct {
	name   string
	values map[string]member
}

var _ kong.Resolver = (*File)(nil)

// Load reads a file for the program that model describes. Every key must be a flag of some command, and its value fit each of them: so
// a file that one role takes, all take. The error lists all that is wrong, by line.
func Load(name string, model *kong.Application, notHere ...string) (*File, error) {
	text, err := read(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	members, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	flags := flagsOf(model)
	for _, n := range append(notHere, "help") {
		delete(flags, n)
	}
	f := &File{name: name, values: make(map[string]member)}
	var wrong []error
	for _, m := range members {
		if err := f.take(m, flags, model); err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, m.line, err))
		}
	}
	return f, errors.Join(wrong...)
}

func read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, errors.New("there is no such file")
		}
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("that is a folder; name the file in it")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("the file is larger than %d bytes; settings are not", maxFile)
	}
	return text, err
}

func (f *File) take(m member, flags map[string][]*kong.Flag, model *kong.Application) error {
	if before, ok := f.values[m.key]; ok {
		return fmt.Errorf("%q stands in line %d already", m.key, before.line)
	}
	if _, ok := m.value.(map[string]any); ok {
		return section(m, model)
	}
	if _, ok := flags[m.key]; !ok {
		return unknown(m, flags, model)
	}
	for _, flag := range flags[m.key] {
		if _, err := fit(flag, m.value); err != nil {
			return fmt.Errorf("%q: %w", m.key, err)
		}
	}
	f.values[m.key] = m
	return nil
}

// section refuses an object within the file's own.
func section(m member, model *kong.Application) error {
	if slices.ContainsFunc(model.Children, func(n *kong.Node) bool { return n.Name == m.key }) {
		return fmt.Errorf("%q is a command; write its settings beside the others, without a section of their own", m.key)
	}
	return fmt.Errorf("%q: no setting is an object", m.key)
}

// unknown says what a key that is no flag may have been meant for.
func unknown(m member, flags map[string][]*kong.Flag, model *kong.Application) error {
	names := make([]string, 0, len(flags))
	for n := range flags {
		names = append(names, n)
	}
	near := nearest(m.key, names)
	if plain(near) == plain(m.key) {
		return fmt.Errorf("%q is written %q here, as the flag is", m.key, near)
	}
	return fmt.Errorf("%q is no setting; the nearest is %q, and `%s config` lists all", m.key, near, model.Name)
}

// flagsOf are the flags of all commands by their names.
func flagsOf(model *kong.Application) map[string][]*kong.Flag {
	flags := make(map[string][]*kong.Flag)
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, f := range n.Flags {
			flags[f.Name] = append(flags[f.Name], f)
		}
		for _, c := range n.Children {
			visit(c)
		}
	}
	visit(model.Node)
	return flags
}

// Validate implements [kong.Resolver]: Load has.
func (f *File) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver].
func (f *File) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	m, ok := f.values[flag.Name]
	if _, set := inEnvironment(flag); !ok || set {
		return nil, nil
	}
	return fit(flag, m.value)
}

// Source says where a flag's value came from: the flag itself, the environment, the file, or nowhere. file may be nil.
func Source(parsed *kong.Context, flag *kong.Flag, file *File) string {
	given := slices.ContainsFunc(parsed.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
	if given {
		return "flag"
	}
	if _, ok := inEnvironment(flag); ok {
		return "environment"
	}
	if file != nil {
		if m, ok := file.values[flag.Name]; ok {
			return fmt.Sprintf("file %s:%d", file.name, m.line)
		}
	}
	return "default"
}

// inEnvironment is the variable that gives a flag its value, if one does.
func inEnvironment(flag *kong.Flag) (name string, ok bool) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return name, true
		}
	}
	return "", false
}

// Misspelt are the variables of an environment, as os.Environ lists it, that are no setting but nearly one, each with the one that it is near to.
// Others that begin alike may be somebody else's: Kubernetes makes some for each service.
func Misspelt(environ []string, model *kong.Application) map[string]string {
	var known []string
	for _, flags := range flagsOf(model) {
		for _, f := range flags {
			known = append(known, f.Envs...)
		}
	}
	out := make(map[string]string)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		prefix, word, ok := strings.Cut(name, "_")
		if !ok || len(known) == 0 || !strings.HasPrefix(known[0], prefix+"_") || slices.Contains(known, name) {
			continue
		}
		near := nearest(name, known)
		if d := edits(name, near); d == 1 && len(word) >= 3 || d == 2 && len(word) >= 8 {
			out[name] = near
		}
	}
	return out
}
