package zone

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
)

// logNotice logs what became of a session: kicks for every operator, the rest for who looks for something.
func (z *Zone) logNotice(n *core.Notice) {
	switch n.Kind {
	case core.SessionFailed:
		guard.NoteStack("zone: session", n.Text, n.Stack, "zone", z.Name(), "character", hex(uint64(n.Character)), "session", hex(n.Session), "name", n.Name)
		return
	case core.WorldBroken:
		guard.NoteStack("zone: world", n.Text, n.Stack, "zone", z.Name())
		return
	}
	level := slog.LevelDebug
	if n.Kind == core.PlayerKicked {
		level = slog.LevelInfo
	}
	if !z.log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("character", hex(uint64(n.Character))), slog.String("session", hex(n.Session))}
	if n.Name != "" {
		attrs = append(attrs, slog.String("name", n.Name))
	}
	switch n.Kind {
	case core.PlayerKicked:
		attrs = append(attrs, slog.String("reason", n.Text))
	case core.PlayerDeparted:
		attrs = append(attrs, slog.String("to", n.Text))
	case core.SessionRefused, core.SessionClosed:
		attrs = append(attrs, slog.String("reason", n.Reason.String()), slog.String("text", n.Text))
		if n.Code != transport.Normal {
			attrs = append(attrs, slog.String("code", n.Code.String()))
		}
	case core.ConnectionLost:
		attrs = append(attrs, slog.String("code", n.Code.String()))
	}
	z.log.LogAttrs(context.Background(), level, n.Kind.String(), attrs...)
}

// refuseConn logs that a connection with a proven ticket is refused before there is a session, and returns the refusal.
func refuseConn(log *slog.Logger, claims ticket.Claims, code transport.CloseCode, text string) error {
	if log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug("connection refused", "character", hex(claims.Character), "session", hex(claims.Session), "reason", code.String(), "text", text)
	}
	return &transport.CloseError{Code: code, Text: text}
}

// hex is an id as the realm's API shows it.
func hex(id uint64) string { return fmt.Sprintf("%016x", id) }
