// Package server is the inside of the program: the command line, the roles, their listeners and metrics. It joins realm and zones,
// which do not know each other.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/settings"
	"github.com/realmwire/realmwire/zone/rules"
)

// usageError is a command line that cannot be meant.
type usageError struct {
	error
	parse *kong.ParseError // nil where the words are not to blame
}

func (e usageError) Unwrap() error { return e.error }

// Main is Run for a program's main: it prints the error and returns the exit status.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer, games []rules.Game) int {
	err := Run(ctx, args, stdout, stderr, games)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "realmwire:", err)
	var usage usageError
	if !errors.As(err, &usage) {
		return 1
	}
	if usage.parse != nil && usage.parse.Context != nil && usage.parse.Context.Selected() == nil {
		_ = usage.parse.Context.PrintUsage(true)
	}
	return 2
}

// helpShown ends a command line that asked for help, and got it.
type helpShown struct{}

// Run runs one command with the games given, the first being the default.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer, games []rules.Game) (err error) {
	// The parser would end the process after --help; a program that embeds this one goes on.
	defer func() {
		switch r := recover(); r.(type) {
		case nil, helpShown:
		default:
			panic(r)
		}
	}()
	if len(games) == 0 {
		return usageError{error: errors.New("no game was given; call realmwire.Main(mygame.Game)")}
	}
	var c cli
	opts := append(options(stdout, stderr, games), kong.Exit(func(int) { panic(helpShown{}) }))
	parser, err := kong.New(&c, opts...)
	if err != nil {
		return usageError{error: err}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		usage := usageError{error: err}
		_ = errors.As(err, &usage.parse)
		return usage
	}
	game, err := pick(games, c.Game)
	if err != nil {
		return usageError{error: err}
	}
	log := c.Log.logger(stderr)
	guard.LogTo(log)
	for name, near := range settings.Misspelt(os.Environ(), parser.Model) {
		log.Warn("a variable of the environment is no setting, and was passed over", "variable", name, "nearest", near)
	}
	return parsed.Run(&environment{ctx: ctx, game: game, out: stdout, log: log, cli: &c, parsed: parsed, options: opts})
}

func pick(games []rules.Game, name string) (rules.Game, error) {
	for _, g := range games {
		if g.Name == name || name == "" {
			return g, nil
		}
	}
	return rules.Game{}, fmt.Errorf("--game %s: this program has %s", name, gameNames(games))
}

func gameNames(games []rules.Game) string {
	var out []string
	for _, g := range games {
		out = append(out, g.Name)
	}
	return strings.Join(out, ", ")
}
