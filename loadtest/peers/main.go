// Command peers runs one workload on Realmwire's transports and on what a user would pick instead, in one run, and prints what
// each costs beside the limit: a loop that only opens and seals datagrams. Linux only.
//
//	go run . --workload W5|W6|W7 [--json FILE]
//
// W5 is the server's CPU time for a message, W6 its memory for a session, W7 the age of the newest state and the delay of
// reliable events on a bad network. Server and clients are processes of their own, this program run again.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
)

func main() {
	if role := os.Getenv(envRole); role != "" {
		signal.Ignore(os.Interrupt) // a terminal sends it to us too; who started us ends us
		if err := childMain(role); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// settings are the command line.
type settings struct {
	workload string
	json     string
	duration time.Duration
	rounds   int
	clients  int
	up       int
	names    string
	losses   string
	burst    string
	udpOnly  bool
	profile  string
}

func parse(args []string) (settings, error) {
	var s settings
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.StringVar(&s.workload, "workload", "", "W5 (cost of a message), W6 (memory of a session) or W7 (delay under loss)")
	f.StringVar(&s.json, "json", "", "write the results to this file, as JSON")
	f.DurationVar(&s.duration, "duration", 2*time.Second, "measured time of one peer in one round")
	f.IntVar(&s.rounds, "rounds", 0, "rounds; in each every peer runs once (default 3; W6: 1)")
	f.StringVar(&s.names, "peers", "", "only these, separated by commas (the limit always runs)")
	f.IntVar(&s.clients, "clients", 0, "clients (default W5: 200; W6: 1000, 200 on WebRTC; W7: 20)")
	f.StringVar(&s.losses, "loss", "5", "W7: loss in percent, both ways; several, separated by commas, run one after the other")
	f.StringVar(&s.burst, "burst", "", "W7: loss in bursts (Gilbert–Elliott) beside that: ENTER,LEAVE,LOSS, shares from 0 to 1")
	f.IntVar(&s.up, "up", 0, "W7: bytes of the input that each client sends each tick (default none)")
	f.BoolVar(&s.udpOnly, "udp-only", false, "W7: through a UDP proxy, as without root; peers over TCP are left out")
	f.StringVar(&s.profile, "profile", "", "write profiles of the servers into this folder: W5 of CPU time, W6 of the heap")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	if s.rounds == 0 {
		s.rounds = 3
		if s.workload == "W6" {
			s.rounds = 1
		}
	}
	if s.rounds < 1 || s.rounds > 1000 || s.duration < 100*time.Millisecond || s.duration > 10*time.Minute || s.clients < 0 || s.clients > 5000 {
		return s, errors.New("--rounds is 1 to 1000, --duration 100ms to 10m, --clients at most 5000")
	}
	return s, nil
}

func run(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	chosen, err := choose(s.names)
	if err != nil {
		return err
	}
	r := &runner{settings: s, peers: chosen}
	measure := map[string]func(context.Context) ([]result, error){"W5": r.cost, "W6": r.memory, "W7": r.delay}[s.workload]
	if measure == nil {
		return fmt.Errorf("--workload %q: it is W5, W6 or W7", s.workload)
	}
	results, err := measure(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if s.json != "" && len(results) > 0 {
		err = errors.Join(err, writeJSON(s.json, results))
	}
	return err
}

// choose returns the peers of a list of names, the limit always among them and first.
func choose(names string) ([]peer.Peer, error) {
	all := peer.All()
	if names == "" {
		return all, nil
	}
	wanted := map[string]bool{peer.Bare: true}
	for name := range strings.SplitSeq(names, ",") {
		if _, err := find(name); err != nil {
			return nil, err
		}
		wanted[name] = true
	}
	var chosen []peer.Peer
	for _, p := range all {
		if wanted[p.Name] {
			chosen = append(chosen, p)
		}
	}
	return chosen, nil
}

func writeJSON(path string, results []result) error {
	b, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
