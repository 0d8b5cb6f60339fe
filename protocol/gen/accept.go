package gen

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// AcceptsFolder is in a game's folder and holds the lock files of the older versions whose clients are served.
const AcceptsFolder = "accepts"

// maxAccepts bounds how many older versions a server serves: each join looks through them.
const maxAccepts = 64

// ErrIncompatible is what a schema is refused with that breaks clients which it is to serve.
var ErrIncompatible = errors.New("the schema breaks clients that it is to serve")

// Accept makes the schema in dir accept clients built for an older one. It writes nothing where the older is not
// compatible, or is the same wire.
func Accept(c Config, older *schema.Lock) (*schema.Report, error) {
	if c.FirstMessageID == 0 {
		c.FirstMessageID = schema.FirstGameID
	}
	s, err := schema.Scan(c.Dir, c.FirstMessageID)
	if err != nil {
		return nil, err
	}
	r := schema.Compare(older, s.Lock())
	if !r.Compatible() || older.Hash == r.New.Hash {
		return r, nil
	}
	folder := filepath.Join(c.Dir, AcceptsFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the accepted versions: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, older.Hash+".json"), older.Bytes(), 0o644); err != nil {
		return nil, fmt.Errorf("write the accepted version: %w", err)
	}
	return r, nil
}

// readAccepts compares the schema with every version that it is to accept, in the order of their names.
func readAccepts(dir string, s *schema.Schema) ([]*schema.Report, error) {
	folder := filepath.Join(dir, AcceptsFolder)
	files, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the accepted versions: %w", err)
	}
	// Systems leave files of their own in folders.
	files = slices.DeleteFunc(files, func(f fs.DirEntry) bool { return filepath.Ext(f.Name()) != ".json" })
	if len(files) > maxAccepts {
		return nil, fmt.Errorf("%s has %d lock files; at most %d older versions are served: remove the oldest", folder, len(files), maxAccepts)
	}
	now := s.Lock()
	var out []*schema.Report
	for _, f := range files {
		path := filepath.Join(folder, f.Name())
		older, err := readLock(path)
		if err != nil {
			return nil, err
		}
		if older.Hash+".json" != f.Name() {
			return nil, fmt.Errorf("%s holds schema %s; its name must be %s.json", path, older.Hash, older.Hash)
		}
		if older.Hash == now.Hash {
			continue // the schema came back to what it was
		}
		r := schema.Compare(older, now)
		if !r.Compatible() {
			return nil, fmt.Errorf("%w:\n%sMend it as above, or remove %s: its clients are then refused at join", ErrIncompatible, r, path)
		}
		out = append(out, r)
	}
	return out, nil
}

func readLock(path string) (*schema.Lock, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a schema's lock file: %w", err)
	}
	l, err := schema.ReadLock(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// olderVersions writes what the server keeps in mind of each accepted version.
func (g *goEmitter) olderVersions() {
	if len(g.older) == 0 {
		return
	}
	g.line("Older: []snapshot.Older{")
	for _, r := range g.older {
		g.line("{Hash: 0x%s%s%s%s%s},", r.Old.Hash, ids("Kinds", r.Kinds), ids("Messages", r.Messages), ids("Retired", r.Retired), map[bool]string{true: ", Fast: true"}[r.Fast])
	}
	g.line("},")
}

func ids(field string, list []int) string {
	if len(list) == 0 {
		return ""
	}
	return ", " + field + ": []uint8{" + strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]") + "}"
}
