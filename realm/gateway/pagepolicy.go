package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// pagePolicy is what a page of an operator's own needs beyond the policy of all: its inline scripts, each allowed by its hash, and WebAssembly. So nothing
// runs that was not in the file, and the page needs no change.
type pagePolicy struct{ scripts []string } // sources of script-src; nil: not a page

const scriptsOfOwn = "script-src 'self'"

// apply widens the policy that an answer has.
func (p pagePolicy) apply(h http.Header) {
	if p.scripts == nil {
		return
	}
	const name = "Content-Security-Policy"
	h.Set(name, strings.Replace(h.Get(name), scriptsOfOwn, scriptsOfOwn+" "+strings.Join(p.scripts, " "), 1))
}

// policyOf reads what a page runs.
func policyOf(page []byte) pagePolicy {
	p := pagePolicy{scripts: []string{"'wasm-unsafe-eval'"}}
	add := func(source string) {
		if !slices.Contains(p.scripts, source) {
			p.scripts = append(p.scripts, source)
		}
	}
	inline := false
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken: // the end
			return p
		case html.TextToken:
			if inline {
				add(hashSource(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			inline = tag.Data == "script" && !slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "src" })
			for _, a := range tag.Attr {
				if strings.HasPrefix(a.Key, "on") { // onload="…"
					add("'unsafe-hashes'")
					add(hashSource([]byte(a.Val)))
				}
			}
		default:
			inline = false
		}
	}
}

func hashSource(script []byte) string {
	sum := sha256.Sum256(script)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
