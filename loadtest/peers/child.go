package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/rig"
)

// envRole makes this program a server or the clients of one run, driven over its standard input.
const envRole = "REALMWIRE_PEERS_ROLE"

const (
	callWait = 90 * time.Second // bounds one request to a child
	stopWait = 5 * time.Second  // that a child has to end by itself
)

// request and reply are a line each.
type request struct {
	Do  string          `json:"do"`
	Arg json.RawMessage `json:"arg,omitempty"`
}

type reply struct {
	Error string          `json:"error,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// actions are what a role can do.
type actions map[string]func(arg json.RawMessage) (any, error)

// act is one action whose argument is a T.
func act[T any](f func(T) (any, error)) func(json.RawMessage) (any, error) {
	return func(raw json.RawMessage) (any, error) {
		var arg T
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &arg); err != nil {
				return nil, err
			}
		}
		return f(arg)
	}
}

type none struct{}

// childMain is main of a child: it answers requests until its standard input ends.
func childMain(role string) error {
	if err := rig.Enter(); err != nil {
		return err
	}
	roles := map[string]func() actions{"server": newServerRole, "clients": newClientsRole}
	if roles[role] == nil {
		return fmt.Errorf("unknown role %q", role)
	}
	do := roles[role]()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r request
		if err := in.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := out.Encode(answer(do, r)); err != nil {
			return err
		}
	}
}

func answer(do actions, r request) reply {
	f := do[r.Do]
	if f == nil {
		return reply{Error: "unknown request " + r.Do}
	}
	value, err := f(r.Arg)
	if err != nil {
		return reply{Error: err.Error()}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Value: raw}
}

// child is this program in another process.
type child struct {
	role   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	device func() (*os.File, error) // waits for it; nil outside a rig
}

// startChild starts one; in a namespace of its own where ip is not empty. It ends when ctx does, or when we do.
func startChild(ctx context.Context, role, ip string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), envRole+"="+role)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = stopWait
	// A child also ends with its standard input; this is for one that hangs.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	c := &child{role: role, cmd: cmd}
	if ip != "" {
		if c.device, err = rig.Sandbox(cmd, ip); err != nil {
			return nil, err
		}
	}
	if c.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = json.NewDecoder(out)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s: %w", role, err)
	}
	return c, nil
}

// call asks the child to do something and waits for its answer, which goes into value where that is not nil.
func (c *child) call(do string, arg, value any) error {
	raw, err := json.Marshal(arg)
	if err != nil {
		return err
	}
	late := time.AfterFunc(callWait, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	if err := json.NewEncoder(c.in).Encode(request{do, raw}); err != nil {
		return fmt.Errorf("%s: %s: %w", c.role, do, err)
	}
	var r reply
	if err := c.out.Decode(&r); err != nil {
		return fmt.Errorf("%s: %s: it ended or did not answer: %w", c.role, do, err)
	}
	if r.Error != "" {
		return fmt.Errorf("%s: %s: %s", c.role, do, r.Error)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(r.Value, value)
}

// stop ends the child and waits until it is gone.
func (c *child) stop() {
	_ = c.in.Close()
	late := time.AfterFunc(stopWait, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait()
}
