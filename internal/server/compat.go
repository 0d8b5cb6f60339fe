package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

// compatCmd is `realmwire compat`.
type compatCmd struct {
	Old    string `arg:"" help:"The older version: its lock file (NAME_schema.json), or - for one from standard input, or a package's folder."`
	New    string `arg:"" default:"." help:"The newer version, in the same forms."`
	Accept bool   `help:"Let the new server serve the old clients, if the two are compatible: write NEW/accepts/HASH.json and generate again. NEW is a folder."`
}

// errIncompatible ends the command with a status that a build takes for failure.
var errIncompatible = errors.New("clients of the older version cannot play with the newer server")

// Run compares, and prints what it found.
func (c *compatCmd) Run(env *environment) error {
	older, err := loadSchema(c.Old)
	if err != nil {
		return fmt.Errorf("the older version: %w", err)
	}
	var r *schema.Report
	if c.Accept {
		r, err = gen.Accept(gen.Config{Dir: c.New}, older)
	} else {
		var newer *schema.Lock
		if newer, err = loadSchema(c.New); err == nil {
			r = schema.Compare(older, newer)
		}
	}
	if err != nil {
		return fmt.Errorf("the newer version: %w", err)
	}
	if _, err := fmt.Fprint(env.out, r); err != nil {
		return err
	}
	switch {
	case !r.Compatible():
		return errIncompatible
	case c.Accept && older.Hash != r.New.Hash:
		if _, err := gen.Run(gen.Config{Dir: c.New}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(env.out, "%s accepts clients of %s now.\n", c.New, older.Hash)
		return err
	}
	return nil
}

// loadSchema reads one version of a schema: from a package's source, or from a lock file, which may be a pipe.
func loadSchema(name string) (*schema.Lock, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		s, err := schema.Scan(name, schema.FirstGameID)
		if err != nil {
			return nil, err
		}
		return s.Lock(), nil
	}
	text, err := readLockFile(name)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("%s is empty; did the command that was to write it fail?", name)
	}
	l, err := schema.ReadLock(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

func readLockFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	text, err := os.ReadFile(name)
	revision, folder, ok := strings.Cut(name, ":")
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return text, err
	case ok:
		return nil, fmt.Errorf("%s is no lock file and no folder; for a revision's, write `git show %s:./%s | realmwire compat - FOLDER`",
			name, revision, path.Join(folder, schema.LockName("NAME")))
	}
	return nil, fmt.Errorf("%s is no lock file and no folder", name)
}
