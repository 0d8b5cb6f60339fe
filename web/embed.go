// Package web carries the built browser client, so that a server needs nothing beside its binary. The files are made from
// this folder by `npm ci && npm run build` and committed; Go alone builds and runs everything.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

// Dist is the root of the client's files: index.html, and assets/ under names that carry a hash of their content, so that
// those may be cached for ever and index.html never.
var Dist fs.FS = mustSub()

func mustSub() fs.FS {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic("web: " + err.Error()) // cannot happen: the path is a constant and valid
	}
	return dist
}
