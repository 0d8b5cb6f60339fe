package realm

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// Protocol is the version of the HTTP interface and of the wire that this realm speaks.
const Protocol = 3

// Caller is who calls the API: a login token where signed in, and the address that rate limits count.
type Caller struct {
	Token string     `json:"token,omitempty"`
	Addr  netip.Addr `json:"addr"`
}

// API is what the realm does for players, whoever carries the request: *Realm in the same process, *APIClient over the bus.
// Errors are *Error; every method that takes a Caller and does not sign in answers CodeSignedOut for a token that is not valid.
type API interface {
	// Info describes the realm as it is now.
	Info(ctx context.Context) (Info, error)
	// Register makes an account and signs it in.
	Register(ctx context.Context, c Caller, cred Credentials) (SignedIn, error)
	// Login signs an account in.
	Login(ctx context.Context, c Caller, cred Credentials) (SignedIn, error)
	// Guest makes an account without a password, and signs it in.
	Guest(ctx context.Context, c Caller) (SignedIn, error)
	// Upgrade gives a guest account a name and a password; everything else of it stays.
	Upgrade(ctx context.Context, c Caller, cred Credentials) (Account, error)
	// Logout revokes the login token.
	Logout(ctx context.Context, c Caller) error
	// Me is the account that the login token belongs to.
	Me(ctx context.Context, c Caller) (Account, error)
	// Characters lists the account's characters, oldest first.
	Characters(ctx context.Context, c Caller) (Roster, error)
	// CreateCharacter makes a character, which begins in the start zone.
	CreateCharacter(ctx context.Context, c Caller, n NewCharacter) (Profile, error)
	// RenameCharacter gives one of the account's characters another name, by the rules of CreateCharacter; the old one is
	// free at once. Whoever plays the character is told, saved and removed from the world, because zones know it by its
	// name.
	RenameCharacter(ctx context.Context, c Caller, n NewName) (Profile, error)
	// DeleteCharacter deletes one of the account's characters for good; its name is free at once. Whoever plays it is told
	// and removed from the world. Without its name as confirmation it is CodeNotConfirmed, and nothing happens.
	DeleteCharacter(ctx context.Context, c Caller, d Deletion) error
	// Play gives the right to enter the zone where the character is, taking it from wherever it is played now; a client that returns by itself
	// takes it from nobody else: CodePlayedElsewhere.
	Play(ctx context.Context, c Caller, p PlayRequest) (Grant, error)
	// Map is a map artefact by its hash.
	Map(ctx context.Context, hash string) ([]byte, error)
	// AdmissionKeys are what a gateway checks the tags of WebSockets' URLs with, also while the realm is away.
	AdmissionKeys(ctx context.Context) (AdmissionKeys, error)
	// DirectURLs are those at which live zone processes take clients themselves, past the gateways; a host may be "any", which is the
	// gateway's. A gateway lets its pages connect there.
	DirectURLs(ctx context.Context) ([]string, error)
	// RelayTarget is the private address at which a live zone process takes the connections that gateways relay.
	RelayTarget(ctx context.Context, incarnation ID) (RelayTarget, error)
}

// Credentials are a name (3–20 letters, digits, _ or -) and a password (8–128 characters).
type Credentials struct {
	Name     string `json:"name" doc:"3-20 letters, digits, _ or -; unique whatever the case"`
	Password string `json:"password" doc:"8-128 characters"`
}

// Role is what an account may do.
type Role string

// The roles.
const (
	RolePlayer    Role = "player"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// Account is a person's account as its owner sees it.
type Account struct {
	ID    ID     `json:"id"`
	Name  string `json:"name"`
	Guest bool   `json:"guest"`
	Role  Role   `json:"role"`
}

// SignedIn is a new login: its token is shown once and kept by the client; the realm keeps only a hash of it.
type SignedIn struct {
	Token   string  `json:"token"`
	Account Account `json:"account"`
}

// Profile is a character as its owner sees it in the list.
type Profile struct {
	ID         ID              `json:"id"`
	Name       string          `json:"name"`
	Class      string          `json:"class"`
	Appearance json.RawMessage `json:"appearance,omitempty" doc:"what the player chose, in the game's own form; missing where the game has none"`
	Zone       string          `json:"zone"`
	LastPlayed time.Time       `json:"last_played,omitzero"`
}

// Roster is an account's characters, and how many it may have. Last is the one that was played last; zero where none was.
type Roster struct {
	Characters []Profile `json:"characters"`
	Limit      int       `json:"limit"`
	Last       ID        `json:"last,omitzero" doc:"the character that was played last; missing where none was"`
}

// MaxAppearance is the most bytes that a character's appearance has, as compact JSON.
const MaxAppearance = 1 << 10

// NewCharacter is what a player chooses. The name is 2–16 letters, digits, spaces, ' or -, and unique in the realm. The
// class is one of the game's, or empty where it has none; the appearance is the game's affair.
type NewCharacter struct {
	Name       string          `json:"name" doc:"2-16 letters, digits, spaces, ' or -; unique in the realm, whatever the case"`
	Class      string          `json:"class,omitempty" doc:"one of the realm's classes; missing where it has none"`
	Appearance json.RawMessage `json:"appearance,omitempty" doc:"JSON in the game's own form, at most a kilobyte"`
}

// NewName is another name for a character. It follows the rules of NewCharacter.
type NewName struct {
	Character ID     `json:"character"`
	Name      string `json:"name"`
}

// Deletion deletes a character for good. Confirm is its name, typed by its owner (in any case).
type Deletion struct {
	Character ID     `json:"character"`
	Confirm   string `json:"confirm"`
}

// PlayRequest asks for a Grant. Host is the host by which the client reaches the gateway: zone processes that do not know
// their public address are reached there too.
//
// Client tells the clients of one character apart: each draws it when its player decides to play, and says it with every request until the player
// leaves. Returning says that nobody decided anything: the client comes back by itself, after a drop or a sleep. Only the player takes a character
// from another client.
type PlayRequest struct {
	Character ID     `json:"character"`
	Schema    string `json:"schema" doc:"hash of the schema that the client was built from, 16 hex digits"`
	Protocol  int    `json:"protocol"`
	Suite     uint8  `json:"suite,omitempty" doc:"cipher suite of the client: 1 AES-GCM (default), 2 AES-CTR with HMAC-SHA256"`
	Client    ID     `json:"client,omitzero" required:"false" doc:"drawn at random when the player decided to play, and said again by the client that returns: 16 hex digits"`
	Returning bool   `json:"returning,omitempty" doc:"the client returns by itself; refused with played-elsewhere while another client has the character"`
	Host      string `json:"-"`
}

// Info is the realm as it is now.
type Info struct {
	Name     string       `json:"name"`
	MOTD     string       `json:"motd"`
	Version  string       `json:"version"`
	Protocol int          `json:"protocol"`
	Game     string       `json:"game"`
	Schema   string       `json:"schema"`
	Accepts  []string     `json:"accepts,omitempty" doc:"hashes of older schemas whose clients are served too"`
	Players  int          `json:"players"`
	Capacity int          `json:"capacity"`
	Classes  []string     `json:"classes"`
	Zones    []ZoneStatus `json:"zones"`
}

// ZoneStatus is a zone that some process serves.
type ZoneStatus struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Players  int    `json:"players"`
	Capacity int    `json:"capacity"`
	TickHz   int    `json:"tick_hz"`
}

// RelayTarget is where a zone process takes the connections that gateways relay to it.
type RelayTarget struct {
	Incarnation ID     `json:"incarnation"`
	HTTPAddr    string `json:"http_addr"` // HOST:PORT, private
}

// Grant is the right to enter one zone with one character: the answer of /v1/play, and what a zone sends a client with a
// Transfer.
type Grant struct {
	Session   ID        `json:"session"`
	Character ID        `json:"character"`
	Zone      GrantZone `json:"zone"`
	Map       GrantMap  `json:"map"`
	Ticket    []byte    `json:"ticket"`
	Secret    []byte    `json:"secret"`
	Suite     uint8     `json:"suite"`
	Expires   time.Time `json:"expires"`
	// Endpoints are the ways into the zone process, the best first. Clients pass over those whose transport they do not know.
	Endpoints []transport.Endpoint `json:"endpoints" doc:"ways into the zone process, the best first; clients pass over those whose transport they do not know"`
	Schema    string               `json:"schema"`
	Snapshots string               `json:"snapshots"`
}

// GrantZone is the zone that a Grant enters.
type GrantZone struct {
	Name     string `json:"name" doc:"the zone's identity in the realm"`
	Title    string `json:"title" doc:"for people"`
	Instance ID     `json:"instance,omitzero" doc:"missing for the zone that is open to all"`
	TickHz   int    `json:"tick_hz"`
	Best     bool   `json:"best,omitempty" doc:"it serves snapshots of the best tier to those who ask"`
}

// GrantMap names the map artefact that client and zone must share.
type GrantMap struct {
	Name string `json:"name" doc:"the map's own name; several zones may be played on one map"`
	Hash string `json:"hash"`
	URL  string `json:"url"`
}
