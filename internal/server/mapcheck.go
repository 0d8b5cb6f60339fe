package server

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/realmwire/realmwire/zone"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/tilemap"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// mapCmd is `realmwire map`.
type mapCmd struct {
	Check mapCheckCmd `cmd:"" help:"Say all that a zone would refuse or warn of in maps drawn with Tiled. Exit status 1: a zone would not start."`
}

// mapCheckCmd is `realmwire map check`.
type mapCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Maps (.tmx) to check." placeholder:"FILE"`
	Root  string   `help:"Folder that the game embeds; maps may use no file outside of it (default: the working folder if the map lies below it, else the map's)." type:"path" placeholder:"DIR"`
}

// Run checks each file, and what the zones of the game that are played on maps of these names say of them.
func (c *mapCheckCmd) Run(env *environment) error {
	check := mapCheck{env: env, root: c.Root, byZone: map[string]*tilemap.Map{}}
	refused := 0
	for _, file := range c.Files {
		errs, err := check.file(file)
		if err != nil {
			return err
		}
		if errs > 0 {
			refused++
		}
	}
	links, err := check.links()
	switch {
	case err != nil:
		return err
	case refused > 0:
		return fmt.Errorf("%d of %s would keep a zone from starting", refused, plural(len(c.Files), "map"))
	case links > 0:
		return fmt.Errorf("%s would keep the zones from starting", plural(links, "portal"))
	}
	return nil
}

// mapCheck is one run of the command.
type mapCheck struct {
	env    *environment
	root   string                  // "": not chosen
	byZone map[string]*tilemap.Map // the maps that were read, by the zones of the game that are played on them
}

// file checks one map, prints what was found, and counts the errors.
func (m *mapCheck) file(name string) (errs int, err error) {
	root, inside, err := within(name, m.root)
	if err != nil {
		return 0, usageError{error: err}
	}
	shown := func(file string) string { // as the user would name it
		if inside == "" || root == "." {
			return file
		}
		return filepath.Join(root, filepath.FromSlash(file))
	}
	r := tiled.Check(os.DirFS(root), inside)
	found := append(r.Findings, m.unsure(inside, r.Files)...)
	if r.Map != nil {
		found = append(found, m.rules(path.Base(inside), r.Map)...)
	}
	for _, f := range found {
		if f.Severity == tiled.Error {
			errs++
		}
		f.File = shown(f.File)
		if _, err := fmt.Fprintf(m.env.out, "%v: %v\n", f.Severity, f); err != nil {
			return errs, err
		}
	}
	return errs, m.summary(shown(inside), r, shown, errs, len(found)-errs)
}

// unsure warns of files that a map uses and that a game may not embed: those beside its folder, and those that go:embed passes over.
func (m *mapCheck) unsure(name string, files []string) (found []tiled.Finding) {
	warn := func(format string, args ...any) {
		found = append(found, tiled.Finding{Severity: tiled.Warning, Place: tiled.Place{File: name}, Text: fmt.Sprintf(format, args...)})
	}
	folder := path.Dir(name)
	for _, f := range files {
		if m.root == "" && folder != "." && !strings.HasPrefix(f, folder+"/") {
			warn("uses %s, which lies outside of its folder; the zone starts only if the game embeds both in one (name that one with --root)", f)
		}
		if base := path.Base(f); base[0] == '.' || base[0] == '_' {
			warn("uses %s, and go:embed passes over names with . or _ in front when it embeds a folder; rename it, or name it to go:embed", f)
		}
	}
	return found
}

func (m *mapCheck) summary(name string, r *tiled.Report, shown func(string) string, errs, warnings int) error {
	says := "no zone starts on it"
	if errs == 0 {
		says = "a zone starts on it"
	}
	with := ""
	if len(r.Files) > 1 {
		var files []string
		for _, f := range r.Files[1:] {
			files = append(files, shown(f))
		}
		with = "; the game must embed with it: " + strings.Join(files, ", ")
	}
	_, err := fmt.Fprintf(m.env.out, "%s: %s, %s: %s%s\n", name, plural(errs, "error"), plural(warnings, "warning"), says, with)
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// rules asks the game what it says of a map, if it has a zone that is played on one of that name.
func (m *mapCheck) rules(base string, loaded *tilemap.Loaded) (found []tiled.Finding) {
	for _, z := range m.env.game.Zones {
		if z.Map == "" || path.Base(z.Map) != base {
			continue
		}
		m.byZone[z.Name] = loaded.Map
		_, err := core.New(core.Config{Game: &m.env.game, Zone: z, Ground: core.Ground{Map: loaded.Map, Objects: loaded.Objects}})
		if err != nil {
			found = append(found, tiled.Finding{
				Severity: tiled.Error, Place: tiled.Place{File: base},
				Text: fmt.Sprintf("the game %s refuses it for its zone %s: %v (for another game, check it with that game's program, or name it with --game)",
					m.env.game.Name, z.Name, err),
			})
		}
	}
	return found
}

// links checks where portals lead, if the game has zones on the maps that were read; its other zones' maps are those that it embeds.
func (m *mapCheck) links() (int, error) {
	if len(m.byZone) == 0 {
		return 0, nil
	}
	all := map[string]*tilemap.Map{}
	for _, z := range m.env.game.Zones {
		if all[z.Name] = m.byZone[z.Name]; all[z.Name] != nil {
			continue
		}
		ground, err := zone.LoadGround(&m.env.game, z)
		if err != nil {
			return 0, err
		}
		all[z.Name] = ground.Map
	}
	errs := tilemap.CheckLinks(all)
	for _, err := range errs {
		if _, err := fmt.Fprintf(m.env.out, "%v: %v\n", tiled.Error, err); err != nil {
			return 0, err
		}
	}
	return len(errs), nil
}

// within tells the folder that stands for the one that the game embeds, and the map's name in it. What is named from the root of the disk
// is shown so.
func within(name, root string) (folder, inside string, err error) {
	chosen := root != ""
	if !chosen {
		root = "."
	}
	full, err := filepath.Abs(name)
	if err != nil {
		return "", "", err
	}
	base, err := filepath.Abs(root)
	if err != nil {
		return "", "", err
	}
	rel, err := filepath.Rel(base, full)
	info, statErr := os.Stat(name)
	switch {
	case statErr == nil && info.IsDir():
		return "", "", fmt.Errorf("%s is a folder; name the maps in it: %s", name, filepath.Join(name, "*.tmx"))
	case err == nil && filepath.IsLocal(rel) && filepath.IsAbs(name):
		return base, filepath.ToSlash(rel), nil
	case err == nil && filepath.IsLocal(rel):
		return root, filepath.ToSlash(rel), nil
	case chosen:
		return "", "", fmt.Errorf("%s does not lie in --root %s", name, root)
	}
	return filepath.Dir(name), filepath.Base(name), nil
}
