package bus

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
)

// urlFile is where the URL of a role is kept, password included.
func urlFile(dir string, role Role) string { return filepath.Join(dir, string(role)+".url") }

// loadURL reads a role's URL; a file that is missing or makes no sense counts as none.
func loadURL(dir string, role Role) (*url.URL, error) {
	data, err := os.ReadFile(urlFile(dir, role))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the bus credentials: %w", err)
	}
	u, err := url.Parse(string(data))
	if err != nil || u.User == nil {
		return nil, nil //nolint:nilerr // a damaged file is written anew
	}
	return u, nil
}

// saveURL writes a role's URL for the owner of the folder only. It replaces the file as a whole, so that a process that starts
// meanwhile reads the old one or the new one.
func saveURL(dir string, role Role, u *url.URL) error {
	file := urlFile(dir, role)
	tmp := file + ".new"
	if err := os.WriteFile(tmp, []byte(u.String()), 0o600); err != nil {
		return fmt.Errorf("writing the bus credentials: %w", err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("writing the bus credentials: %w", err)
	}
	return nil
}

// passwords returns one for each role: the kept one, or a new one of 192 random bits. With an empty dir they live as long as the process.
func passwords(dir string) (map[Role]string, error) {
	words := make(map[Role]string, len(Roles))
	for _, role := range Roles {
		if dir != "" {
			u, err := loadURL(dir, role)
			if err != nil {
				return nil, err
			}
			if u != nil {
				if word, ok := u.User.Password(); ok && len(word) >= 32 {
					words[role] = word
					continue
				}
			}
		}
		b := make([]byte, 24)
		_, _ = rand.Read(b) // never fails: crypto/rand
		words[role] = hex.EncodeToString(b)
	}
	return words, nil
}

// Ports that are tried where any will do. They lie below those that operating systems give to outgoing connections: a port that the bus keeps
// must not be some client's when the bus comes back to it.
const (
	lowestPort, highestPort = 20_000, 32_000
	portTries               = 8
)

// lastingPorts are the ports to try, best first: that of the last run, or some at random.
func lastingPorts(dir string) []string {
	if kept := keptPort(dir); kept != "0" {
		return []string{kept}
	}
	var ports []string
	for range portTries {
		n, err := rand.Int(rand.Reader, big.NewInt(highestPort-lowestPort))
		if err != nil {
			break // never: crypto/rand
		}
		ports = append(ports, strconv.FormatInt(lowestPort+n.Int64(), 10))
	}
	return ports
}

// keptPort is the port that the last run listened on, or 0. Keeping it lets role processes that outlive a restart find the bus again.
func keptPort(dir string) string {
	u, err := loadURL(dir, RoleZone)
	if err != nil || u == nil || u.Port() == "" {
		return "0"
	}
	return u.Port()
}
