package client_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/realmwire/realmwire/internal/server"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// startServer runs a whole server in this process, on loopback and free ports, its data in a folder that stop removes.
func startServer() (url string, stop func(), err error) {
	folder, err := os.MkdirTemp("", "realmwire-example-")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	file := filepath.Join(folder, "ready.json")
	go func() {
		args := []string{"up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", folder, "--ready-file", file}
		ended <- server.Run(ctx, args, io.Discard, io.Discard, []rules.Game{rpg.Game})
	}()
	stop = func() {
		cancel()
		<-ended
		_ = os.RemoveAll(folder)
	}
	for {
		var ready struct{ URL string }
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &ready) == nil {
			return ready.URL, stop, nil
		}
		select {
		case err := <-ended:
			ended <- err
			stop()
			return "", nil, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}
