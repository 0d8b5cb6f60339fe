package bus

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// URLFile is where an embedded server in this folder says where it is.
func URLFile(dir string) string { return filepath.Join(dir, "url") }

// saveURL says it, and takes away what servers left there whose passwords stood in their URLs.
func saveURL(dir, at string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the bus: %w", err)
	}
	for _, role := range []Role{RoleRealm, RoleGateway, RoleZone} {
		_ = os.Remove(filepath.Join(dir, string(role)+".url")) // most often there is none
	}
	return writeSecret(URLFile(dir), []byte(at+"\n"))
}

// Ports that are tried where any will do. They lie below those that operating systems give to outgoing connections: a port that the bus keeps
// must not be some client's when the bus comes back to it.
const (
	lowestPort, highestPort = 20_000, 32_000
	portTries               = 8
)

// lastingPorts are the ports to try, best first: that of the last run, or some at random.
func lastingPorts(dir string) []string {
	if kept := keptPort(dir); kept != "" {
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

// keptPort is the port that the last run listened on, or "". Keeping it lets role processes that outlive a restart find the bus again.
func keptPort(dir string) string {
	data, err := os.ReadFile(URLFile(dir))
	if err != nil {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(string(data)))
	if err != nil {
		return ""
	}
	return u.Port()
}
