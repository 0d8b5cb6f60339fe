// Command evolution plays every case and prints what came of it as JSON.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"example.org/evolution/proof"
	"github.com/realmwire/realmwire/protocol/schema"
)

var cases []proof.Case // filled by the generated files

func lock(text string) *schema.Lock {
	l, err := schema.ReadLock([]byte(text))
	if err != nil {
		panic(err)
	}
	return l
}

type result struct {
	Name    string
	Plain   string // what went wrong as generated; empty: nothing
	Refused bool   // that was a refusal at join
	Forced  string // what went wrong when the zone was made to admit the client
}

func main() {
	var out []result
	for _, c := range cases {
		r := result{Name: c.Name}
		if err := proof.Play(c, false); err != nil {
			r.Plain = err.Error()
			r.Refused = errors.As(err, new(*proof.Refused))
		}
		if r.Refused && !c.Refusal {
			r.Forced = fmt.Sprint(proof.Play(c, true))
		}
		out = append(out, r)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}
