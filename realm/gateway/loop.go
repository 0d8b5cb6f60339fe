package gateway

import (
	"context"
	"time"
)

// loop keeps the keys of admission tags fresh, so that a gateway knows the next one long before it is used.
func (g *gate) loop(ctx context.Context) {
	g.ask(ctx, 0)
	ticker := time.NewTicker(keysEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			g.ask(ctx, 0)
		}
	}
}
