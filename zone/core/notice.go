package core

import (
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/rules"
)

// NoticeKind says what became of a session.
type NoticeKind uint8

// The kinds. Which fields of Notice count, beside those that say whose session it is, is said beside each.
const (
	PlayerJoined   NoticeKind = iota + 1 // nothing more
	PlayerKicked                         // Text: why, as the game says
	PlayerDeparted                       // Text: the zone to which the player was handed over
	SessionRefused                       // Reason, Text: before the player was in the world
	SessionResumed                       // nothing more
	SessionClosed                        // Reason, Text: for any other reason than a kick
	ConnectionLost                       // Code: the player stays in the world for a while
	SessionFailed                        // Text, Stack: work for it panicked
	WorldBroken                          // Text, Stack: work for all panicked; no session's
)

var noticeNames = [...]string{
	PlayerJoined: "player joined", PlayerKicked: "player kicked", PlayerDeparted: "player departed",
	SessionRefused: "session refused", SessionResumed: "session resumed", SessionClosed: "session closed",
	ConnectionLost: "connection lost", SessionFailed: "session failed", WorldBroken: "world broken",
}

// String is the kind as a log has it.
func (k NoticeKind) String() string { return noticeNames[k] }

// Notice is something that an operator may want to read. The loop logs it.
type Notice struct {
	Kind      NoticeKind
	Session   uint64
	Character rules.PlayerID
	Name      string // empty before the realm has said who it is
	Reason    message.Reason
	Code      transport.CloseCode
	Text      string
	Stack     []byte
}

func (c *Core) notice(kind NoticeKind, s *session, n Notice) {
	n.Kind, n.Session, n.Character, n.Name = kind, s.id, s.character, s.name
	c.out.Notices = append(c.out.Notices, n)
}
