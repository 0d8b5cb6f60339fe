package gateway

import (
	"context"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
)

// loop keeps the keys of admission tags fresh, so that a gateway knows the next one long before it is used.
func (g *gate) loop(ctx context.Context) {
	ask := func() { guard.Run("gateway: keys of admission", func() { g.ask(ctx, 0) }) }
	ask()
	ticker := time.NewTicker(keysEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			ask()
		}
	}
}
