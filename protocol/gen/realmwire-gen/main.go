// Command realmwire-gen is `realmwire gen` alone: it builds without the packages it generates for, so that a schema
// can be changed while the code that uses it does not compile.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/realmwire/realmwire/protocol/gen"
)

func main() {
	var c gen.Config
	flag.StringVar(&c.Dir, "dir", ".", "folder of the Go package that declares the schema")
	flag.StringVar(&c.TypeScript, "ts", "", "TypeScript file to write")
	flag.StringVar(&c.TypeScriptSDK, "ts-sdk", "", "how the TypeScript file imports the SDK (default ../sdk)")
	flag.StringVar(&c.GDScript, "gd", "", "GDScript file to write")
	flag.IntVar(&c.FirstMessageID, "first-message-id", 0, "lowest message id (default 64; lower ones are the system's)")
	check := flag.Bool("check", false, "write nothing; fail when a file is stale")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "%s: not expected here; name the folder with -dir\n", flag.Arg(0))
		os.Exit(2)
	}
	run := func() error { _, err := gen.Run(c); return err }
	if *check {
		run = func() error { return gen.Check(c) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
