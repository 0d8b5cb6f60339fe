package server

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/realmwire/realmwire/protocol/gen"
)

// versionCmd is `realmwire version`.
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(env *environment) error {
	_, err := fmt.Fprintln(env.out, "realmwire", Version())
	return err
}

// showCmd is `realmwire config`.
type showCmd struct{}

// Run prints every flag of every command with its value as flags, environment and file leave it.
func (showCmd) Run(env *environment) error {
	w := tabwriter.NewWriter(env.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "COMMAND\tFLAG\tVALUE\tENVIRONMENT\tMEANING")
	line := func(cmd string, f *kong.Flag) {
		if f.Name != "help" {
			fmt.Fprintf(w, "%s\t--%s\t%v\t%s\t%s\n", cmd, f.Name, f.Target.Interface(), strings.Join(f.Envs, ","), f.Help)
		}
	}
	for _, f := range env.parser.Model.Flags {
		line("(all)", f)
	}
	for _, cmd := range env.parser.Model.Children {
		// A flag has its value only after its own command was parsed.
		parser, err := kong.New(&cli{}, env.options...)
		if err != nil {
			return err
		}
		args := []string{cmd.Name}
		for _, p := range cmd.Positional {
			if p.Required {
				args = append(args, p.Name) // any word: what is shown are flags
			}
		}
		if env.config != "" {
			args = append(args, "--config", env.config)
		}
		parsed, err := parser.Parse(args)
		if err != nil {
			return fmt.Errorf("settings of %s: %w", cmd.Name, err)
		}
		for _, f := range parsed.Selected().Flags {
			line(cmd.Name, f)
		}
	}
	return w.Flush()
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
