package server

import (
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/realmwire/realmwire/internal/settings"
)

// showCmd is `realmwire config`.
type showCmd struct {
	Command []string `arg:"" optional:"" passthrough:"partial" help:"Command to show alone, with flags of its own: config up --http :9000."`
}

// Run prints every flag of every command, or of one, with its value and where that came from.
func (c *showCmd) Run(env *environment) error {
	w := tabwriter.NewWriter(env.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "COMMAND\tFLAG\tVALUE\tFROM\tENVIRONMENT\tMEANING")
	if len(c.Command) > 0 {
		if err := c.show(env, w, true, c.Command); err != nil {
			return err
		}
		return w.Flush()
	}
	printFlags(w, "(all)", env.parsed.Model.Flags, env.parsed, env.cli.file)
	for _, args := range commandLines(env.parsed.Model.Node, nil) {
		if err := c.show(env, w, false, args); err != nil {
			return err
		}
	}
	return w.Flush()
}

// show prints the flags of the command that args run: a flag has its value only after its own command was parsed.
func (c *showCmd) show(env *environment, w *tabwriter.Writer, shared bool, args []string) error {
	var own cli
	parser, err := kong.New(&own, env.options...)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(append(given(env.parsed), args...))
	if err != nil {
		return usageError{error: fmt.Errorf("settings of %s: %w", args[0], err)}
	}
	if shared {
		printFlags(w, "(all)", parsed.Model.Flags, parsed, own.file)
	}
	if selected := parsed.Selected(); selected != nil {
		printFlags(w, selected.Path(), selected.Flags, parsed, own.file)
	}
	return nil
}

// given repeats the flags before `config`.
func given(parsed *kong.Context) (args []string) {
	for _, p := range parsed.Path {
		if p.Flag != nil && !p.Resolved {
			args = append(args, fmt.Sprintf("--%s=%v", p.Flag.Name, parsed.FlagValue(p.Flag)))
		}
	}
	return args
}

// commandLines are the shortest command lines that run each command below a node.
func commandLines(n *kong.Node, words []string) (out [][]string) {
	for _, child := range n.Children {
		line := append(append([]string(nil), words...), child.Name)
		if len(child.Children) > 0 {
			out = append(out, commandLines(child, line)...)
			continue
		}
		for _, p := range child.Positional {
			if p.Required {
				line = append(line, p.Name) // any word: what is shown are flags
			}
		}
		out = append(out, line)
	}
	return out
}

func printFlags(w *tabwriter.Writer, command string, flags []*kong.Flag, parsed *kong.Context, file *settings.File) {
	for _, f := range flags {
		if f.Name == "help" {
			continue
		}
		fmt.Fprintf(w, "%s\t--%s\t%s\t%s\t%s\t%s\n", command, f.Name, shown(f), settings.Source(parsed, f, file), strings.Join(f.Envs, ","), f.Help)
	}
}

// shown is a flag's value, unless it is a secret: people put what this prints into reports.
func shown(f *kong.Flag) string {
	switch {
	case f.Tag.Has("secret") && !f.Target.IsZero():
		return "(set)"
	case f.Target.Kind() == reflect.Struct && f.Target.IsZero():
		return ""
	}
	return fmt.Sprint(f.Target.Interface())
}
