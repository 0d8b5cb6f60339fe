package listen

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// CheckPublicAddr says what is wrong with a PublicAddr, before anything listens.
func CheckPublicAddr(text string) error {
	_, err := publicAddr(text, 1)
	return err
}

// publicAddr reads HOST:PORT, HOST or :PORT and writes it as HOST:PORT or :PORT; "" is "". A HOST without a port has the socket's own. A
// host that says "any" is as good as none: clients take the one by which they reached the gateway.
func publicAddr(text string, own uint16) (string, error) {
	if text == "" {
		return "", nil
	}
	host, port, err := splitPublic(text)
	if err != nil {
		return "", err
	}
	if port == "" {
		port = strconv.Itoa(int(own))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("port %q: want a number from 1 to 65535", port)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "":
		return ":" + port, nil
	case err == nil && ip.Zone() != "":
		return "", fmt.Errorf("%s has a scope, which means nothing on other machines; take an address without %%%s", host, ip.Zone())
	case err == nil && ip.IsUnspecified():
		return ":" + port, nil
	case err == nil && ip.Is6():
		return "[" + host + "]:" + port, nil
	case err == nil:
		return host + ":" + port, nil
	}
	return host + ":" + port, checkName(host)
}

// splitPublic tells host and port apart; an IPv6 address has colons of its own.
func splitPublic(text string) (host, port string, err error) {
	if inside, ok := strings.CutPrefix(text, "["); ok {
		host, rest, closed := strings.Cut(inside, "]")
		port, hasPort := strings.CutPrefix(rest, ":")
		switch {
		case !closed:
			return "", "", errors.New("the bracket is not closed")
		case !hasPort && rest != "", hasPort && port == "":
			return "", "", errors.New("after the bracket: want :PORT or nothing")
		}
		if _, err := netip.ParseAddr(host); err != nil {
			return "", "", fmt.Errorf("%q in brackets is no IP address", host)
		}
		return host, port, nil
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return text, "", nil
	}
	host, port, hasPort := strings.Cut(text, ":")
	switch {
	case strings.Contains(text, "/"):
		return "", "", errors.New("that is a URL or a path; want HOST:PORT")
	case strings.Contains(port, ":"):
		return "", "", errors.New("too many colons; an IPv6 address with a port stands in brackets: [2001:db8::1]:7777")
	case hasPort && port == "":
		return "", "", errors.New("the port is missing; want HOST:PORT, or HOST for the socket's own port")
	}
	return host, port, nil
}

// checkName refuses what cannot be the name of a host. What looks like a number is none: it is a port, or an address with an error in it.
func checkName(host string) error {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, l := range labels {
		bad := strings.IndexFunc(l, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		})
		if bad >= 0 || l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || len(host) > 253 {
			return fmt.Errorf("%q is no name of a host, and no address", host)
		}
	}
	if _, err := strconv.ParseUint(labels[len(labels)-1], 10, 64); err == nil {
		if len(labels) == 1 {
			return fmt.Errorf("%q is no name of a host; a port alone is written :%s", host, host)
		}
		return fmt.Errorf("%q is no IP address", host)
	}
	return nil
}
