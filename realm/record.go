package realm

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// What the realm keeps, one kind of record a key prefix. Every record carries the version of its shape in "v". A newer program reads
// older ones by upgrading them step by step; an older program refuses newer ones instead of misreading them.
//
//	account/ID       accountRecord
//	account-name/N   nameRecord → account
//	account-logins/ID loginsRecord: the account's logins, so that they are bounded and can be ended together
//	login/SHA256     loginRecord: of a login token, by its hash
//	roster/ID        rosterRecord: the account's characters
//	character/ID     characterRecord: what does not change in play
//	character-name/N nameRecord → character
//	lease/ID         leaseRecord: where a character is, and who may write its state (lease.go)
//	state/ID         stateRecord: what was saved of it; absent until something was
//	audit/…, audit-change/…, audit-kicks/ID audit.go
//	admission/0      admissionRecord: keys for the tags of WebSockets' URLs (admission.go)
//	data-version/0   dataRecord: of the whole (migrate.go)
//	op/…             the store's own: which batches were applied
type (
	accountRecord struct {
		V       int       `json:"v"`
		ID      ID        `json:"id"`
		Name    string    `json:"name"`
		Hash    string    `json:"hash,omitempty"` // of the password, PHC format; none for a guest
		Role    Role      `json:"role"`
		Created time.Time `json:"created"`
	}
	nameRecord struct {
		V  int `json:"v"`
		ID ID  `json:"id"`
	}
	loginsRecord struct {
		V       int      `json:"v"`
		Logins  []login  `json:"logins"`            // oldest first
		Earlier []string `json:"earlier,omitempty"` // hashes of tokens of logins that have ended, the oldest first: they open nothing (guess.go)
	}
	login struct {
		Hash    string    `json:"hash"`
		Expires time.Time `json:"expires"`
	}
	loginRecord struct {
		V       int       `json:"v"`
		Account ID        `json:"account"`
		Expires time.Time `json:"expires"`
	}
	rosterRecord struct {
		V          int  `json:"v"`
		Characters []ID `json:"characters"`
	}
	characterRecord struct {
		V          int             `json:"v"`
		ID         ID              `json:"id"`
		Account    ID              `json:"account"`
		Name       string          `json:"name"`
		Class      string          `json:"class"`
		Appearance json.RawMessage `json:"appearance,omitempty"`
		Created    time.Time       `json:"created"`
	}
	// leaseRecord changes only with a grant: so who reads it in a transaction is never in conflict with saves.
	leaseRecord struct {
		V       int       `json:"v"`
		Epoch   uint64    `json:"epoch"`  // grows with every grant; a write under another one is refused
		Holder  ID        `json:"holder"` // incarnation of the zone process that may write; 0 = nobody
		Session ID        `json:"session"`
		Client  ID        `json:"client,omitzero"` // that the session is of; 0 = it did not say
		Zone    string    `json:"zone"`
		From    uint64    `json:"from,omitempty"`  // epoch that a handover raised; 0 where /v1/play granted
		Suite   uint8     `json:"suite,omitempty"` // of the client, for the tickets of later zones
		Host    string    `json:"host,omitempty"`  // by which the client reaches the gateway
		Granted time.Time `json:"granted,omitzero"`
	}
	// stateRecord is written by the holder, under its lease.
	stateRecord struct {
		V        int             `json:"v"`
		Epoch    uint64          `json:"epoch"`              // of the lease under which it was written last
		Seq      uint64          `json:"seq,omitempty"`      // of the newest save under this epoch
		Released bool            `json:"released,omitempty"` // the holder under this epoch has given the character up
		Arrive   string          `json:"arrive,omitempty"`   // spawn point, until the first save says where the character stands
		State    json.RawMessage `json:"state,omitempty"`
		Saved    time.Time       `json:"saved,omitzero"`
	}
)

// recordVersion is the version that this program writes, for every kind of record.
const recordVersion = 2

// upgrades holds, by version, what turns a record's JSON object into the next version's.
var upgrades = map[int]func(kind string, record map[string]json.RawMessage) error{
	// Version 2: how a character looks is the game's affair; the realm knew of palettes before.
	1: func(kind string, record map[string]json.RawMessage) error {
		if look, ok := record["look"]; ok && kind == "character" {
			record["appearance"] = look
			delete(record, "look")
		}
		// What a login token proves was called a session, as the play of a character is.
		if sessions, ok := record["sessions"]; ok && kind == "account-live" {
			record["logins"] = sessions
			delete(record, "sessions")
		}
		return nil
	},
}

func accountKey(id ID) string          { return "account/" + id.String() }
func loginsKey(id ID) string           { return "account-logins/" + id.String() }
func loginKey(h string) string         { return "login/" + h }
func rosterKey(id ID) string           { return "roster/" + id.String() }
func characterKey(id ID) string        { return "character/" + id.String() }
func leaseKey(id ID) string            { return "lease/" + id.String() }
func stateKey(id ID) string            { return "state/" + id.String() }
func accountNameKey(n string) string   { return "account-name/" + foldKey(n) }
func characterNameKey(n string) string { return "character-name/" + foldKey(n) }

// foldKey makes names that differ only in case the same key; what a key cannot hold becomes =XX.
func foldKey(name string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(name)) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// encode writes a record; its V must be recordVersion.
func encode(record any) []byte {
	data, err := json.Marshal(record)
	if err != nil {
		panic(fmt.Sprintf("realm: encoding %T: %v", record, err)) // records hold nothing that JSON cannot
	}
	return data
}

// decode reads a record of any version up to recordVersion.
func decode[T any](key string, data []byte) (T, error) {
	var record T
	var head struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return record, fmt.Errorf("record %s: %w", key, err)
	}
	if head.V > recordVersion {
		return record, fmt.Errorf("record %s has version %d, this program knows up to %d: run a newer Realmwire", key, head.V, recordVersion)
	}
	if head.V < recordVersion {
		upgraded, err := upgrade(key, head.V, data)
		if err != nil {
			return record, err
		}
		data = upgraded
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return record, fmt.Errorf("record %s: %w", key, err)
	}
	return record, nil
}

func upgrade(key string, version int, data []byte) ([]byte, error) {
	kind, _, _ := strings.Cut(key, "/")
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("record %s: %w", key, err)
	}
	for ; version < recordVersion; version++ {
		step, ok := upgrades[version]
		if !ok {
			return nil, fmt.Errorf("record %s has version %d, which this program does not know", key, version)
		}
		if err := step(kind, object); err != nil {
			return nil, fmt.Errorf("upgrade record %s from version %d: %w", key, version, err)
		}
		object["v"] = json.RawMessage(fmt.Sprint(version + 1))
	}
	return encode(object), nil
}

// load reads a record within a transaction; ok is false for an absent one.
func load[T any](tx *store.Tx, key string) (record T, ok bool, err error) {
	data, ok, err := tx.Get(key)
	return decoded[T](key, data, ok, err)
}

// peek is load for a record that may change meanwhile (store.Tx.Peek).
func peek[T any](tx *store.Tx, key string) (record T, ok bool, err error) {
	data, ok, err := tx.Peek(key)
	return decoded[T](key, data, ok, err)
}

// look reads a record at a view's revision; ok is false for an absent one.
func look[T any](r store.Reader, key string) (record T, ok bool, err error) {
	e, err := r.Get(key)
	return decoded[T](key, e.Value, e.Rev != 0, err)
}

func decoded[T any](key string, data []byte, there bool, err error) (record T, ok bool, _ error) {
	if err != nil || !there {
		return record, false, err
	}
	record, err = decode[T](key, data)
	return record, err == nil, err
}
