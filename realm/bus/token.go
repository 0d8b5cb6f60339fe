package bus

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	tokenBytes = 24 // random ones of a token that is made here
	minToken   = 32 // characters
)

// TokenFile is where the join tokens of a role are kept: one a line, the first for those who join, all of them good. To change them, write the
// new one above the old one, and delete the old one when all processes have the new one. The realm reads the file each time that somebody joins.
func TokenFile(dir string, role Role) string { return filepath.Join(dir, string(role)+".token") }

// tokenShelf keeps the join tokens, in a folder or in memory.
type tokenShelf struct {
	dir string

	mu   sync.Mutex
	kept map[Role]string // guarded by mu; without a folder
}

// open makes the tokens that are missing.
func (s *tokenShelf) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = make(map[Role]string)
	for _, role := range joiners {
		b := make([]byte, tokenBytes)
		_, _ = rand.Read(b) // never fails: crypto/rand
		token := hex.EncodeToString(b)
		if s.dir == "" {
			s.kept[role] = token
			continue
		}
		_, err := readTokens(TokenFile(s.dir, role))
		if errors.Is(err, os.ErrNotExist) {
			err = writeSecret(TokenFile(s.dir, role), []byte(token+"\n"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *tokenShelf) list(role Role) ([]string, error) {
	if s.dir != "" {
		return readTokens(TokenFile(s.dir, role))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return []string{s.kept[role]}, nil
}

func (s *tokenShelf) first(role Role) (string, error) {
	list, err := s.list(role)
	if err != nil {
		return "", err
	}
	return list[0], nil
}

func (s *tokenShelf) accepts(role Role, token string) (bool, error) {
	list, err := s.list(role)
	if err != nil {
		return false, err
	}
	ok := false
	for _, t := range list {
		ok = sameToken(token, t) || ok
	}
	return ok, nil
}

func sameToken(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// ReadToken is the join token in a file: the first of several.
func ReadToken(file string) (string, error) {
	list, err := readTokens(file)
	if err != nil {
		return "", err
	}
	return list[0], nil
}

// readTokens returns at least one token.
func readTokens(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the join token: %w", err)
	}
	var list []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(line) < minToken {
			return nil, fmt.Errorf("%s: a join token of %d characters, want %d or more, random", file, len(line), minToken)
		}
		list = append(list, line)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s holds no join token", file)
	}
	return list, nil
}
