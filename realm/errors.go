package realm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store"
)

// Code says what kind of refusal an Error is; programs branch on it, and it is the title of the HTTP answer.
type Code string

// The codes that players and their clients meet.
const (
	CodeInvalid          Code = "invalid-request"
	CodeInvalidName      Code = "invalid-name"
	CodeInvalidPassword  Code = "invalid-password"
	CodeNameTaken        Code = "name-taken"
	CodeWrongCredentials Code = "wrong-credentials"
	CodeSignedOut        Code = "signed-out" // no login token, or one that is no longer good
	CodeNotGuest         Code = "not-a-guest"
	CodeNotFound         Code = "not-found"
	CodeCharacterLimit   Code = "character-limit"
	CodeNotConfirmed     Code = "not-confirmed"    // a deletion without the name of what is to be deleted
	CodePlayedElsewhere  Code = "played-elsewhere" // a client returns by itself to a character that another client has
	CodeClientOutdated   Code = "client-outdated"
	CodeServerOutdated   Code = "server-outdated"
	CodeRateLimited      Code = "rate-limited"
	CodeBusy             Code = "busy"
	CodeZoneFull         Code = "zone-full"
	CodeZoneDown         Code = "zone-down"
	CodeRealmFull        Code = "realm-full"
	CodeStorageFull      Code = "storage-full"
	CodeSignalRefused    Code = "signal-refused"
	CodeNotAdmitted      Code = "not-admitted"      // a WebSocket whose URL is not that of a grant
	CodeUnavailable      Code = "realm-unavailable" // the realm cannot be reached
	CodeInternal         Code = "internal"
)

// The codes that only zone processes meet.
const (
	CodeFenced         Code = "fenced"          // the lease is under another epoch: drop the character, saving nothing more
	CodeHandedOver     Code = "handed-over"     // as fenced, by a handover that this process asked for, and after which the character has not arrived: its answer was lost
	CodeZoneTaken      Code = "zone-taken"      // a live process serves the zone
	CodeUnknownProcess Code = "unknown-process" // the realm has restarted, or thought the process dead: register again
	CodeSchemaMismatch Code = "schema-mismatch" // realm and zone were built from different schemas
	CodeNotHere        Code = "not-here"        // the process does not have the character
)

// Error is a refusal: a code for programs, and a detail for people that says what to do.
type Error struct {
	Code       Code
	Detail     string
	RetryAfter time.Duration // how long to wait before trying again; 0 = not said
}

// Error is the detail.
func (e *Error) Error() string { return e.Detail }

// Is makes errors of one code equal to errors.Is.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// BusError implements bus.Coder.
func (e *Error) BusError() *bus.Error {
	return &bus.Error{Code: string(e.Code), Text: e.Detail, RetryAfter: e.RetryAfter}
}

// ErrNotHere is what an evict handler answers for a character that its process does not have.
var ErrNotHere = &Error{Code: CodeNotHere, Detail: "this process does not have that character"}

// CodeOf is the code of err, or CodeInternal.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

func refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// storeError turns what the store reports into what people can act on.
func storeError(err error) error {
	switch {
	case errors.Is(err, store.ErrUnknown): // first: an unknown outcome may have other errors beside it
		return &Error{Code: CodeUnavailable, Detail: "the realm's store does not answer, and whether this was carried out is not known; look before you try again", RetryAfter: 2 * time.Second}
	case errors.Is(err, store.ErrUnavailable):
		return &Error{Code: CodeUnavailable, Detail: "the realm's store takes nothing at the moment; nothing was changed. Tell the operator, and try again later.", RetryAfter: 30 * time.Second}
	case errors.Is(err, store.ErrFull):
		return &Error{Code: CodeStorageFull, Detail: "the realm's disk is full; nothing was saved. Tell the operator, and try again later.", RetryAfter: 30 * time.Second}
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrCompacted):
		return &Error{Code: CodeBusy, Detail: "too many changes at the same moment; try again", RetryAfter: time.Second}
	}
	return err
}

// remoteError turns what came over the bus into an Error.
func remoteError(err error) error {
	var b *bus.Error
	if err == nil || !errors.As(err, &b) {
		return err
	}
	switch b.Code {
	case bus.CodeUnreachable, bus.CodeAway, bus.CodeTimeout:
		return &Error{Code: CodeUnavailable, Detail: "the realm does not answer at the moment; try again in a few seconds", RetryAfter: 2 * time.Second}
	case bus.CodeBadRequest:
		return &Error{Code: CodeInvalid, Detail: b.Text}
	}
	return &Error{Code: Code(b.Code), Detail: b.Text, RetryAfter: b.RetryAfter}
}

// call is bus.Call with errors of this package.
func call[Resp any](ctx context.Context, c *bus.Conn, verb string, req any) (Resp, error) {
	resp, err := bus.Call[Resp](ctx, c, bus.Realm, verb, req)
	return resp, remoteError(err)
}
