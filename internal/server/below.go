package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// cleanPath reads --path: "/game" for "game", "/game" or "/game/"; "" for the root.
func cleanPath(text string) (string, error) {
	trimmed := strings.Trim(text, "/")
	if trimmed == "" {
		return "", nil
	}
	path := "/" + trimmed
	u, err := url.Parse(path)
	if err != nil || u.Path != path || u.RawQuery != "" || u.Fragment != "" || strings.Contains(path, "//") || strings.Contains(path, "/.") {
		return "", usageError{error: fmt.Errorf("--path %s: want a path such as /game, without escapes, '.' and '?'", text)}
	}
	return path, nil
}

// below serves h below a path, for a proxy that passes requests on as they are, and at the root for one that takes the path away. The
// path itself leads to its folder: a page's relative addresses would else be beside it.
func below(path string, h http.Handler) http.Handler {
	if path == "" {
		return h
	}
	stripped := http.StripPrefix(path, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == path:
			to := url.URL{Path: path[strings.LastIndexByte(path, '/')+1:] + "/", RawQuery: r.URL.RawQuery} // relative: the proxy may have folders above
			w.Header().Set("Location", to.String())
			w.WriteHeader(http.StatusPermanentRedirect)
		case strings.HasPrefix(r.URL.Path, path+"/"):
			stripped.ServeHTTP(w, r)
		default:
			h.ServeHTTP(w, r)
		}
	})
}
