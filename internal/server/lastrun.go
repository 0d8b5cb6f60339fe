package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// lastRun is a mark in the data folder that stands while a realm runs on it. One that is found at the start was left by a realm that was
// killed, or lost its power.
type lastRun struct{ file string }

type lastRunMark struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

// markRun says what became of the run before, and marks this one. The caller has the store open, so that no other realm runs on the folder;
// whole tells whether the store could check that all that it confirmed is there.
func markRun(data string, started time.Time, whole bool, log *slog.Logger) (lastRun, error) {
	r := lastRun{filepath.Join(data, "running.json")}
	switch b, err := os.ReadFile(r.file); {
	case err == nil:
		var m lastRunMark
		_ = json.Unmarshal(b, &m) // half a mark is a mark
		if whole {
			log.Warn("the realm's last run did not stop by itself: it was killed. Everything that it confirmed is here (checked); players who were in return to their last saved state",
				"pid", m.PID, "started", m.Started)
		} else {
			log.Warn("the realm's last run did not stop by itself: it was killed, or the machine went down. Whether all that it confirmed is here cannot be checked; players who were in return to their last saved state",
				"pid", m.PID, "started", m.Started)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return lastRun{}, fmt.Errorf("read the mark of the last run: %w", err)
	}
	b, err := json.Marshal(lastRunMark{PID: os.Getpid(), Started: started.UTC()})
	if err == nil {
		err = os.WriteFile(r.file, append(b, '\n'), 0o600)
	}
	if err != nil {
		return lastRun{}, fmt.Errorf("mark this run in --data: %w", err)
	}
	return r, nil
}

// stopped takes the mark away: everything is saved.
func (r lastRun) stopped() {
	if r.file != "" {
		_ = os.Remove(r.file) // a mark that stays is a warning too much at the next start
	}
}
