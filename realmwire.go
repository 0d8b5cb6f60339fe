// Package realmwire joins the parts of a game server: zones that simulate, transports that carry, a realm that remembers, a
// gateway that lets people in. [Main] is the whole program; a game of your own is a value given to it:
//
//	func main() { realmwire.Main(mygame.Game) }
//
// [Run] is the same for a program that has a main of its own.
package realmwire

import (
	"context"
	"os"

	"github.com/realmwire/realmwire/internal/server"
	"github.com/realmwire/realmwire/internal/stop"
	"github.com/realmwire/realmwire/zone/rules"
)

// Main runs the command line with the games given, the first being the default, and exits. Ctrl-C, SIGTERM and SIGHUP end it with
// everything saved.
func Main(games ...rules.Game) {
	ctx, release := stop.Context()
	code := server.Main(ctx, os.Args[1:], os.Stdout, os.Stderr, games)
	release()
	os.Exit(code)
}

// Run runs one command, such as ["up", "--http", ":9000"], until it has ended or ctx is done, and then stops it with everything
// saved. It prints to standard output and logs to standard error, as the command line does, and leaves signals, and
// what to do with an error, to its caller.
func Run(ctx context.Context, args []string, games ...rules.Game) error {
	return server.Run(ctx, args, os.Stdout, os.Stderr, games)
}

// Version is what the program says of itself: its module's version, or the commit it was built from.
func Version() string { return server.Version() }
