// Package realmwire joins the parts of a game server: zones that simulate, transports that carry, a realm that remembers, a
// gateway that lets people in. [Main] is the whole program; a game of your own is a value given to it:
//
//	func main() { realmwire.Main(mygame.Game) }
package realmwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/realmwire/realmwire/zone/rules"
)

// Main runs the command line with the games given, the first being the default, and exits.
func Main(games ...rules.Game) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, games)
	stop()
	os.Exit(code)
}

// run is Main without the process around it: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, games []rules.Game) int {
	if len(games) == 0 {
		fmt.Fprintln(stderr, "realmwire: Main was given no game; call realmwire.Main(mygame.Game)")
		return 2
	}
	var c cli
	opts := options(stdout, stderr, games)
	parser, err := kong.New(&c, opts...)
	if err != nil {
		fmt.Fprintln(stderr, "realmwire:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "realmwire:", err)
		var usage *kong.ParseError
		if errors.As(err, &usage) && usage.Context != nil && usage.Context.Selected() == nil {
			_ = usage.Context.PrintUsage(true)
		}
		return 2
	}
	game, err := pick(games, c.Game)
	if err != nil {
		fmt.Fprintln(stderr, "realmwire:", err)
		return 2
	}
	env := environment{
		ctx: ctx, game: game, out: stdout, log: c.Log.logger(stderr),
		parser: parser, options: opts, config: string(c.Config),
	}
	if err := parsed.Run(&env); err != nil {
		fmt.Fprintln(stderr, "realmwire:", err)
		return 1
	}
	return 0
}

func pick(games []rules.Game, name string) (rules.Game, error) {
	if name == "" {
		return games[0], nil
	}
	var known []string
	for _, g := range games {
		if g.Name == name {
			return g, nil
		}
		known = append(known, g.Name)
	}
	return rules.Game{}, fmt.Errorf("--game %s: this program has %v", name, known)
}

// Version is what the program says of itself: its module's version, or the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, d := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if d.Path == "github.com/realmwire/realmwire" && d.Version != "" && d.Version != "(devel)" {
			return d.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}
