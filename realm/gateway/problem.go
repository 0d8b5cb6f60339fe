package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/realmwire/realmwire/realm"
)

// statuses are the HTTP statuses of the realm's refusals; what is not here is 500.
var statuses = map[realm.Code]int{
	realm.CodeInvalid:          http.StatusUnprocessableEntity,
	realm.CodeInvalidName:      http.StatusUnprocessableEntity,
	realm.CodeInvalidPassword:  http.StatusUnprocessableEntity,
	realm.CodeNameTaken:        http.StatusConflict,
	realm.CodeWrongCredentials: http.StatusUnauthorized,
	realm.CodeSignedOut:        http.StatusUnauthorized,
	realm.CodeNotGuest:         http.StatusConflict,
	realm.CodeNotFound:         http.StatusNotFound,
	realm.CodeCharacterLimit:   http.StatusConflict,
	realm.CodeNotConfirmed:     http.StatusConflict,
	realm.CodePlayedElsewhere:  http.StatusConflict,
	realm.CodeClientOutdated:   http.StatusConflict,
	realm.CodeServerOutdated:   http.StatusConflict,
	realm.CodeRateLimited:      http.StatusTooManyRequests,
	realm.CodeBusy:             http.StatusServiceUnavailable,
	realm.CodeZoneFull:         http.StatusServiceUnavailable,
	realm.CodeZoneDown:         http.StatusServiceUnavailable,
	realm.CodeRealmFull:        http.StatusServiceUnavailable,
	realm.CodeStorageFull:      http.StatusServiceUnavailable,
	realm.CodeSignalRefused:    http.StatusForbidden,
	realm.CodeNotAdmitted:      http.StatusForbidden,
	realm.CodeUnavailable:      http.StatusServiceUnavailable,
}

// problem is an RFC 9457 answer. Its title is a code for programs, its detail is for people. It implements huma.StatusError,
// huma.HeadersError and huma.ContentTypeFilter.
type problem struct {
	huma.ErrorModel
	retryAfter time.Duration
}

// GetHeaders gives Retry-After where the refusal says how long.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	return h
}

// newProblem turns an error of the realm into an answer; known is false for what nobody foresaw, whose text stays in the log.
func newProblem(err error) (p *problem, known bool) {
	var e *realm.Error
	if !errors.As(err, &e) {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			e = &realm.Error{Code: realm.CodeBusy, Detail: "The realm did not answer in time; try again.", RetryAfter: time.Second}
		} else {
			e = &realm.Error{Code: realm.CodeInternal, Detail: "Something went wrong on the server; its log says what."}
		}
	}
	status, ok := statuses[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	return &problem{
		ErrorModel: huma.ErrorModel{Title: string(e.Code), Status: status, Detail: e.Detail},
		retryAfter: e.RetryAfter,
	}, ok
}

// writeProblem answers with an error outside huma's operations.
func writeProblem(w http.ResponseWriter, err error) {
	p, _ := newProblem(err)
	h := w.Header()
	for k, v := range p.GetHeaders() {
		h[k] = v
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.ErrorModel) // the client may be gone
}

// plainProblem makes huma's own errors look like ours: a code as title, all that is wrong in the detail, and nothing of what was
// sent, because passwords are among it.
func plainProblem(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	plain := &huma.ErrorModel{Status: m.Status, Title: strings.ReplaceAll(strings.ToLower(http.StatusText(m.Status)), " ", "-"), Detail: m.Detail}
	if m.Status == http.StatusBadRequest || m.Status == http.StatusUnprocessableEntity {
		plain.Title = string(realm.CodeInvalid)
	}
	for _, e := range m.Errors {
		plain.Detail += "; " + strings.TrimPrefix(e.Location+": ", ": ") + e.Message
	}
	return plain, nil
}
