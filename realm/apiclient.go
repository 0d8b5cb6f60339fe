package realm

import (
	"context"

	"github.com/realmwire/realmwire/realm/bus"
)

// APIClient is the API of a realm in another process, over the bus. It is safe for concurrent use and has nothing to close but its bus.
type APIClient struct{ bus *bus.Conn }

var _ API = (*APIClient)(nil)

// NewAPIClient returns the API of the realm on a bus that was joined as bus.RoleGateway.
func NewAPIClient(c *bus.Conn) *APIClient { return &APIClient{bus: c} }

func callAPI[Resp, Req any](ctx context.Context, a *APIClient, verb string, c Caller, req Req) (Resp, error) {
	return call[Resp](ctx, a.bus, verb, apiMsg[Req]{Caller: c, Req: req})
}

// Info implements API.
func (a *APIClient) Info(ctx context.Context) (Info, error) {
	return callAPI[Info](ctx, a, "info", Caller{}, nothing{})
}

// Register implements API.
func (a *APIClient) Register(ctx context.Context, c Caller, cred Credentials) (SignedIn, error) {
	return callAPI[SignedIn](ctx, a, "register", c, cred)
}

// Login implements API.
func (a *APIClient) Login(ctx context.Context, c Caller, cred Credentials) (SignedIn, error) {
	return callAPI[SignedIn](ctx, a, "login", c, cred)
}

// Guest implements API.
func (a *APIClient) Guest(ctx context.Context, c Caller) (SignedIn, error) {
	return callAPI[SignedIn](ctx, a, "guest", c, nothing{})
}

// Upgrade implements API.
func (a *APIClient) Upgrade(ctx context.Context, c Caller, cred Credentials) (Account, error) {
	return callAPI[Account](ctx, a, "upgrade", c, cred)
}

// Logout implements API.
func (a *APIClient) Logout(ctx context.Context, c Caller) error {
	_, err := callAPI[nothing](ctx, a, "logout", c, nothing{})
	return err
}

// Me implements API.
func (a *APIClient) Me(ctx context.Context, c Caller) (Account, error) {
	return callAPI[Account](ctx, a, "me", c, nothing{})
}

// Characters implements API.
func (a *APIClient) Characters(ctx context.Context, c Caller) (Roster, error) {
	return callAPI[Roster](ctx, a, "characters", c, nothing{})
}

// CreateCharacter implements API.
func (a *APIClient) CreateCharacter(ctx context.Context, c Caller, n NewCharacter) (Profile, error) {
	return callAPI[Profile](ctx, a, "create-character", c, n)
}

// RenameCharacter implements API.
func (a *APIClient) RenameCharacter(ctx context.Context, c Caller, n NewName) (Profile, error) {
	return callAPI[Profile](ctx, a, "rename-character", c, n)
}

// DeleteCharacter implements API.
func (a *APIClient) DeleteCharacter(ctx context.Context, c Caller, d Deletion) error {
	_, err := callAPI[nothing](ctx, a, "delete-character", c, d)
	return err
}

// Play implements API.
func (a *APIClient) Play(ctx context.Context, c Caller, p PlayRequest) (Grant, error) {
	return callAPI[Grant](ctx, a, "play", c, hostedPlay{Play: p, Host: p.Host})
}

// Map implements API.
func (a *APIClient) Map(ctx context.Context, hash string) ([]byte, error) {
	return callAPI[[]byte](ctx, a, "map", Caller{}, hash)
}

// AdmissionKeys implements API.
func (a *APIClient) AdmissionKeys(ctx context.Context) (AdmissionKeys, error) {
	return callAPI[AdmissionKeys](ctx, a, "admission-keys", Caller{}, nothing{})
}

// DirectURLs implements API.
func (a *APIClient) DirectURLs(ctx context.Context) ([]string, error) {
	return callAPI[[]string](ctx, a, "direct-urls", Caller{}, nothing{})
}

// RelayTarget implements API.
func (a *APIClient) RelayTarget(ctx context.Context, incarnation ID) (RelayTarget, error) {
	return callAPI[RelayTarget](ctx, a, "relay-target", Caller{}, incarnation)
}

// SendSignal takes a WebRTC offer from a gateway to a zone process and brings its answer back.
func SendSignal(ctx context.Context, c *bus.Conn, incarnation ID, s Signal) (SignalAnswer, error) {
	answer, err := bus.Call[SignalAnswer](ctx, c, bus.ZoneProcess(bus.Identity(incarnation)), "signal", s)
	if bus.IsUnreachable(err) {
		return answer, refuse(CodeZoneDown, "The zone process %s is gone; ask /v1/play again.", incarnation)
	}
	if bus.IsTimeout(err) {
		return answer, refuse(CodeZoneDown, "The zone process %s does not answer; ask /v1/play again.", incarnation)
	}
	return answer, remoteError(err)
}
