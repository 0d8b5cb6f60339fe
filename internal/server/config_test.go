package server_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/server"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// show runs `realmwire config` and returns its status and what it prints.
func show(args ...string) (status int, stdout, stderr string) {
	var out, err strings.Builder
	status = server.Main(context.Background(), append([]string{"config"}, args...), &out, &err, []rules.Game{rpg.Game})
	return status, out.String(), err.String()
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "realmwire.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// row is what `realmwire config` says of a command's flag: its value and where that came from.
func row(t *testing.T, out, command, flag string) string {
	t.Helper()
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) > 2 && f[0] == command && f[1] == flag {
			return line
		}
	}
	t.Fatalf("`config` shows no %s of %s:\n%s", flag, command, out)
	return ""
}

// A key is the flag's own name, and its value reaches every command that has the flag.
func TestConfigFile(t *testing.T) {
	file := configFile(t, `{
		"public-addr": "203.0.113.5:7777", "tls-cert": "/etc/x.pem", "tls-key": "/etc/x.key",
		"trust-proxy": ["10.0.0.0/8", "192.168.0.1"], "rate-limit": "off", "log-level": "debug", "tick": 30, "keep": "1m30s",
		"nats-plain": true, "seed": 18446744073709551615, "ramp": 12.5, "name": "Übermut, \u0022quoted\u0022", "zones": [], "network": "loss=5%", "motd": ""
	}`)
	status, out, stderr := show("--config", file)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for _, c := range []struct{ command, flag, value string }{
		{"up", "--public-addr", "203.0.113.5:7777"},
		{"zone", "--public-addr", "203.0.113.5:7777"},
		{"gateway", "--tls-cert", "/etc/x.pem"},
		{"up", "--tls-key", "/etc/x.key"},
		{"up", "--trust-proxy", "[10.0.0.0/8 192.168.0.1]"},
		{"realm", "--rate-limit", "off"},
		{"(all)", "--log-level", "DEBUG"},
		{"up", "--tick", "30"},
		{"up", "--keep", "1m30s"},
		{"zone", "--nats-plain", "true"},
		{"loadtest", "--seed", "18446744073709551615"},
		{"loadtest", "--ramp", "12.5"},
		{"realm", "--name", `Übermut, "quoted"`},
	} {
		line := row(t, out, c.command, c.flag)
		if !strings.Contains(line, c.flag+" ") || !strings.Contains(line, " "+c.value+" ") || !strings.Contains(line, "file "+file+":") {
			t.Errorf("%s %s: want %s from the file: %s", c.command, c.flag, c.value, line)
		}
	}
}

// Flag, environment, file, default: the first that speaks counts, and `config` says which did.
func TestConfigSources(t *testing.T) {
	file := configFile(t, "{\n\"http\": \":1\",\n\"tick\": 30,\n\"keep\": \"1m\"\n}")
	t.Setenv("REALMWIRE_TICK", "40")
	t.Setenv("REALMWIRE_KEEP", "2m")
	t.Setenv("REALMWIRE_NATS_TOKEN", "hush")
	check := func(args []string, want map[string]string) {
		t.Helper()
		status, out, stderr := show(args...)
		if status != 0 {
			t.Fatalf("%v: status %d: %s", args, status, stderr)
		}
		if strings.Contains(out, "hush") {
			t.Errorf("%v prints a secret", args)
		}
		for flag, value := range want {
			if line := row(t, out, "zone", flag); !strings.Contains(line, value) {
				t.Errorf("%v: want %q: %s", args, value, line)
			}
		}
	}
	check([]string{"--config", file}, map[string]string{
		"--http": ":1   " /* padded */, "--tick": " 40 ", "--keep": " 2m0s ", "--udp": " :7777 ", "--nats-token": " (set) ",
	})
	check([]string{"--config", file, "zone", "--keep", "3m", "--http", ":2"}, map[string]string{
		"--http": " flag ", "--tick": " environment ", "--keep": " 3m0s ", "--udp": " default ",
	})
	check([]string{"zone", "--config", file}, map[string]string{"--http": "file " + file + ":2 ", "--keep": " environment "})
	t.Setenv("REALMWIRE_CONFIG", file)
	check(nil, map[string]string{"--http": "file " + file + ":2 "})
}

// What the file cannot mean is refused with the file, the line and the key; all at once.
func TestConfigRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"misspelt": {"{\"htpp\": \"127.0.0.1:9000\",\n\"Tick\": 30,\n\"udp_port\": 1}", []string{
			`json:1: "htpp"`, `"http"`, `json:2: "Tick"`, `"tick"`, `json:3: "udp_port"`, `"udp"`,
		}},
		"old style, underscores": {`{"public_addr": "x:1"}`, []string{`"public_addr" is written "public-addr"`}},
		"old style, capitals":    {`{"publicAddr": "x:1", "tlsCert": "x"}`, []string{`"public-addr"`, `"tls-cert"`}},
		"as on the command line": {`{"--http": ":1"}`, []string{`"http"`}},
		"as in the environment":  {`{"REALMWIRE_HTTP": ":1"}`, []string{`"REALMWIRE_HTTP" is no setting`}},
		"nothing like it":        {`{"": 1, "frobnicate": true}`, []string{`"" is no setting`, `"frobnicate" is no setting; the nearest is "`}},
		"itself":                 {`{"config": "other.json"}`, []string{`"config" is no setting`}},
		"help":                   {`{"help": true}`, []string{`"help" is no setting`}},
		"a section":              {`{"up": {"http": ":1"}}`, []string{`"up" is a command`}},
		"a section of dots":      {`{"log": {"level": "debug"}}`, []string{`"log": no setting is an object`}},
		"no unit":                {`{"keep": 30}`, []string{`"keep": 30 has no unit`, `"30s"`}},
		"no unit, as text":       {`{"keep": "30"}`, []string{`"keep": "30" is no length of time`, `"30s"`}},
		"a zero without a unit":  {`{"keep": 0}`, []string{`"keep": 0 has no unit`}},
		"no time at all":         {`{"keep": true}`, []string{`"keep": want text`}},
		"a time below zero":      {`{"keep": "-30s"}`, []string{`"keep": -30s is less than 0s`}},
		"a time beyond":          {`{"keep": "6m"}`, []string{`"keep": 6m0s is more than 5m`}},
		"an empty folder":        {`{"data": ""}`, []string{`"data": it is empty`}},
		"a fraction":             {`{"tick": 30.5}`, []string{`"tick": 30.5 is no whole number`}},
		"an exponent":            {`{"tick": 3e1}`, []string{`"tick": 3e1 is no whole number`}},
		"an overflow":            {`{"capacity": 9223372036854775808}`, []string{`"capacity": 9223372036854775808 is too large`}},
		"a float's overflow":     {`{"ramp": 1e999}`, []string{`"ramp": 1e999 is too large`}},
		"negative, unsigned":     {`{"seed": -1}`, []string{`"seed": -1 is negative`}},
		"negative, a number of":  {`{"capacity": -1}`, []string{`"capacity": -1 is less than 0`}},
		"below the least":        {`{"tick": 9}`, []string{`"tick": 9 is less than 10`}},
		"above the greatest":     {`{"tick": 129}`, []string{`"tick": 129 is more than 128`}},
		"a number as text":       {`{"tick": "30"}`, []string{`"tick": want a number, without quotes, and no text`}},
		"text as a number":       {`{"http": 8080}`, []string{`"http": want text in quotes, and no number`}},
		"a level as a number":    {`{"log-level": 4}`, []string{`"log-level": want text`}},
		"a level that is none":   {`{"log-level": "loud"}`, []string{`"log-level"`, "loud"}},
		"a bool as text":         {`{"nats-plain": "true"}`, []string{`"nats-plain": want true or false`}},
		"a bool as a number":     {`{"nats-plain": 1}`, []string{`"nats-plain": want true or false`}},
		"a list as text":         {`{"trust-proxy": "10.0.0.0/8"}`, []string{`"trust-proxy": want a list`}},
		"a list with a number":   {`{"zones": ["overworld", 1]}`, []string{`"zones": item 2: want text`}},
		"a list with a null":     {`{"zones": [null]}`, []string{`"zones": item 1: null`}},
		"a list for text":        {`{"http": [":1"]}`, []string{`"http": want text in quotes, and no list`}},
		"none of the words":      {`{"snapshots": "newest"}`, []string{`"snapshots": "newest" is none of latest, kcp`}},
		"a profile":              {`{"network": "loss=many"}`, []string{`"network"`}},
		"null":                   {`{"http": null}`, []string{`"http": null is no value`}},
		"twice":                  {"{\"http\": \":1\",\n\"http\": \":1\"}", []string{`json:2: "http" stands in line 1 already`}},
		"twice, by an escape":    {`{"http": ":1", "\u0068ttp": ":2"}`, []string{`"http" stands in line 1 already`}},
		"something behind":       {"{}\n{}", []string{"json: line 2: something follows"}},
		"a brace behind":         {`{}}`, []string{"something follows"}},
		"a comma too many":       {"{\"http\": \":1\",\n}", []string{"json: line 2: not JSON"}},
		"a comment":              {"{\n// mine\n}", []string{"json: line 2: not JSON"}},
		"no quotes":              {`{http: 1}`, []string{"line 1: not JSON"}},
		"cut off":                {`{"http": ":1`, []string{"cut off"}},
		"cut off before a value": {`{"http":`, []string{"cut off"}},
		"empty":                  {"", []string{"realmwire.json: the file is empty"}},
		"blanks":                 {" \n\t", []string{"realmwire.json: the file is empty"}},
		"a list":                 {`[{"http": ":1"}]`, []string{"realmwire.json: line 1: settings are one JSON object", "list"}},
		"text":                   {`"http"`, []string{"realmwire.json: line 1: settings are one JSON object"}},
		"nothing":                {`null`, []string{"realmwire.json: line 1: settings are one JSON object"}},
		"YAML":                   {"http: 1\n", []string{"realmwire.json: line 1: not JSON"}},
		"a byte order mark":      {"\ufeff{}", []string{"realmwire.json: the file begins with a byte order mark"}},
		"UTF-16":                 {"\xff\xfe{\x00}\x00", []string{"realmwire.json: the file is UTF-16"}},
		"UTF-16 without a mark":  {"{\x00}\x00", []string{"realmwire.json: the file is UTF-16"}},
		"Latin-1":                {"{\n\"name\": \"\xdcbermut\"}", []string{"realmwire.json: line 2: the text is not UTF-8"}},
		"too large":              {"{" + strings.Repeat(" ", 1<<20) + "}", []string{"realmwire.json: the file is larger than"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, stderr := show("--config", configFile(t, c.text))
			if status != 2 || out != "" {
				t.Errorf("status %d, want 2, and nothing printed: %.300s", status, out)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("the error lacks %q:\n%s", want, stderr)
				}
			}
		})
	}
}

// A configuration file that is none, for a role and not only for `config`.
func TestNoConfigFile(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{dir: "that is a folder", filepath.Join(dir, "absent.json"): "absent.json: there is no such file"} {
		for _, role := range []string{"up", "realm", "gateway", "zone", "config"} {
			var out, stderr strings.Builder
			status := server.Main(context.Background(), []string{role, "--config", name}, &out, &stderr, []rules.Game{rpg.Game})
			if status != 2 || !strings.Contains(stderr.String(), want) {
				t.Errorf("%s --config %s: status %d, want 2 and %q: %s", role, name, status, want, &stderr)
			}
		}
	}
}

// Bounds hold wherever a value comes from.
func TestBounds(t *testing.T) {
	for _, args := range [][]string{{"up", "--tick", "9"}, {"zone", "--keep=-1s"}, {"realm", "--capacity=-1"}, {"loadtest", "--ramp", "NaN"}, {"up", "--data="}, {"gateway", "--data", ""}, {"loadtest", "--max-age-p99-ms", "+Inf"}} {
		var out, stderr strings.Builder
		if status := server.Main(context.Background(), args, &out, &stderr, []rules.Game{rpg.Game}); status != 2 {
			t.Errorf("%v: status %d, want 2: %s", args, status, &stderr)
		}
	}
	t.Setenv("REALMWIRE_KEEP", "30")
	if status, _, stderr := show(); status != 2 || !strings.Contains(stderr, "REALMWIRE_KEEP") {
		t.Errorf("a time without a unit in the environment: status %d: %s", status, stderr)
	}
}

// A variable that is nearly a setting is pointed out; those of others that begin alike are not.
func TestMisspeltVariable(t *testing.T) {
	t.Setenv("REALMWIRE_HTPP", ":1")
	t.Setenv("REALMWIRE_PORT", "tcp://10.0.0.1:80")
	t.Setenv("REALMWIRE_SERVICE_HOST", "10.0.0.1")
	_, _, stderr := show()
	if !strings.Contains(stderr, "variable=REALMWIRE_HTPP nearest=REALMWIRE_HTTP") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("want one warning, of REALMWIRE_HTPP:\n%s", stderr)
	}
}
