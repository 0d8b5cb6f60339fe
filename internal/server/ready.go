package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// readyReport is what --ready-file holds once a role runs.
type readyReport struct {
	PID  int    `json:"pid"`
	HTTP string `json:"http,omitempty"` // HOST:PORT that was taken
	UDP  string `json:"udp,omitempty"`
	URL  string `json:"url,omitempty"` // of the page
	Ops  string `json:"ops,omitempty"` // HOST:PORT of the operator's pages
}

// write puts the report in place in one step, so that nobody reads half of it.
func (f readyFlags) write(r readyReport) error {
	if f.ReadyFile == "" {
		return nil
	}
	r.PID = os.Getpid()
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.ReadyFile), ".ready-*")
	if err != nil {
		return fmt.Errorf("write --ready-file: %w", err)
	}
	_, err = tmp.Write(b)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), f.ReadyFile)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write --ready-file: %w", err)
	}
	return nil
}
