package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

// compatCmd is `realmwire compat`.
type compatCmd struct {
	Old    string `arg:"" help:"The older version: a lock file (NAME_schema.json), a package's folder, or REVISION:FOLDER of the git repository here."`
	New    string `arg:"" default:"." help:"The newer version, named likewise."`
	Accept bool   `help:"Where the two are compatible, let the new server serve the old clients: writes NEW/accepts/HASH.json and generates anew. NEW is a folder."`
}

// errIncompatible ends the command with a status that a build takes for failure.
var errIncompatible = errors.New("clients of the older version cannot play with the newer server")

// Run compares, and prints what it found.
func (c *compatCmd) Run(env *environment) error {
	older, err := loadSchema(env.ctx, c.Old)
	if err != nil {
		return fmt.Errorf("the older version: %w", err)
	}
	var r *schema.Report
	if c.Accept {
		r, err = gen.Accept(gen.Config{Dir: c.New}, older)
	} else {
		var newer *schema.Lock
		if newer, err = loadSchema(env.ctx, c.New); err == nil {
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

// loadSchema reads one version of a schema from wherever it is.
func loadSchema(ctx context.Context, name string) (*schema.Lock, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		s, err := schema.Scan(name, schema.FirstGameID)
		if err != nil {
			return nil, err
		}
		return s.Lock(), nil
	case err == nil:
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l, err := schema.ReadLock(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return l, nil
	}
	revision, folder, ok := strings.Cut(name, ":")
	if !ok {
		return nil, fmt.Errorf("%s is no lock file, no folder and no REVISION:FOLDER", name)
	}
	return schemaAt(ctx, revision, folder)
}

// schemaAt reads a schema from a revision of the git repository here: its lock file where it has one, since that is what
// the clients of that revision were built with, else its source.
func schemaAt(ctx context.Context, revision, folder string) (*schema.Lock, error) {
	tree := revision + ":./" + filepath.ToSlash(filepath.Clean(folder))
	names, err := git(ctx, "ls-tree", "--name-only", tree)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "realmwire-compat-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for name := range strings.Lines(string(names)) {
		name = strings.TrimSpace(name)
		lock := strings.HasSuffix(name, schema.LockName(""))
		if !lock && filepath.Ext(name) != ".go" {
			continue
		}
		text, err := git(ctx, "show", tree+"/"+name)
		if err != nil {
			return nil, err
		}
		if lock {
			return schema.ReadLock(text)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600); err != nil {
			return nil, err
		}
	}
	s, err := schema.Scan(dir, schema.FirstGameID)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tree, err)
	}
	return s.Lock(), nil
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("git %s: %s", strings.Join(args, " "), strings.TrimSpace(string(failed.Stderr)))
	}
	return out, err
}
