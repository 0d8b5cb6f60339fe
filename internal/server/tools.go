package server

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/gen"
)

// versionCmd is `realmwire version`.
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(env *environment) error {
	_, err := fmt.Fprintln(env.out, "realmwire", Version())
	return err
}

// genCmd is `realmwire gen`.
type genCmd struct {
	Dir           string `arg:"" default:"." type:"path" help:"Folder of the Go package that declares the schema."`
	TypeScript    string `name:"ts" type:"path" help:"TypeScript file to write."`
	GDScript      string `name:"gd" type:"path" help:"GDScript file to write."`
	TypeScriptSDK string `name:"ts-sdk" default:"../sdk" help:"How the TypeScript file imports the SDK."`
	Check         bool   `help:"Write nothing; fail when a file is stale."`
}

// Run generates, or checks.
func (c *genCmd) Run(env *environment) error {
	conf := gen.Config{Dir: c.Dir, GDScript: c.GDScript, TypeScript: c.TypeScript, TypeScriptSDK: c.TypeScriptSDK}
	if c.Check {
		return gen.Check(conf)
	}
	s, err := gen.Run(conf)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.out, "%s: %d entities, %d messages, schema %016x\n", s.Package, len(s.Entities), len(s.Messages), s.Hash())
	return err
}
