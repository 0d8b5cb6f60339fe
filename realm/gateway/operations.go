package gateway

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/realmwire/realmwire/realm"
)

const (
	maxBody       = 8 << 10  // bytes of a request
	maxSignalBody = 64 << 10 // an SDP offer is a few KB
	maxTicket     = 1 << 10
	bodyTimeout   = 5 * time.Second
)

// body is an answer or a request of JSON.
type body[T any] struct{ Body T }

type accountBody struct {
	Account realm.Account `json:"account"`
}

type signalRequest struct {
	Incarnation string `path:"incarnation" doc:"of the zone process, from the grant: 16 hex digits"`
	Body        realm.Signal
}

type renameRequest struct {
	ID   string `path:"id" doc:"of the character: 16 hex digits"`
	Body struct {
		Name string `json:"name" doc:"2-16 letters, digits, spaces, ' or -; unique in the realm, whatever the case"`
	}
}

type deleteRequest struct {
	ID      string `path:"id" doc:"of the character: 16 hex digits"`
	Confirm string `query:"confirm" doc:"the character's name, typed again; without it nothing is deleted (409 not-confirmed)"`
}

// characterID reads the ID in a path.
func characterID(text string) (realm.ID, error) {
	id, err := realm.ParseID(text)
	if err != nil {
		return 0, &realm.Error{Code: realm.CodeInvalid, Detail: "The path of /v1/characters/… is an id that /v1/characters answered: " + err.Error()}
	}
	return id, nil
}

// operations registers what the OpenAPI document describes.
func (g *Gateway) operations(mux *http.ServeMux) {
	config := huma.DefaultConfig("Realmwire", "1")
	config.OpenAPIPath = "/v1/openapi"
	config.DocsPath = ""     // its page loads scripts from elsewhere
	config.SchemasPath = ""  // the document has them
	config.CreateHooks = nil // no $schema in every answer
	config.Transformers = []huma.Transformer{plainProblem}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	config.Info.Description = "Accounts, characters and the right to play. Errors are RFC 9457 problems: the title is a code for programs, the detail says what to do."
	api := humago.New(mux, config)
	g.accountOperations(api)
	g.playOperations(api)
}

func (g *Gateway) accountOperations(api huma.API) {
	a := g.cfg.API
	handle(g, api, op(http.MethodPost, "/v1/register", "Make an account and sign it in", http.StatusCreated),
		func(ctx context.Context, p peer, in *body[realm.Credentials]) (realm.SignedIn, error) {
			return a.Register(ctx, p.caller, in.Body)
		})
	login := op(http.MethodPost, "/v1/login", "Sign an account in", http.StatusOK)
	login.Security = []map[string][]string{{}, {"token": {}}}
	login.Description = "A client that has a login token of the account from before sends it, though it may be good for nothing else any more: " +
		"then it can still sign in while others guess the account's password."
	handle(g, api, login,
		func(ctx context.Context, p peer, in *body[realm.Credentials]) (realm.SignedIn, error) {
			return a.Login(ctx, p.caller, in.Body)
		})
	handle(g, api, op(http.MethodPost, "/v1/guest", "Make a guest account and sign it in", http.StatusCreated),
		func(ctx context.Context, p peer, _ *struct{}) (realm.SignedIn, error) { return a.Guest(ctx, p.caller) })
	handle(g, api, signedIn(op(http.MethodPost, "/v1/upgrade", "Give a guest account a name and a password", http.StatusOK)),
		func(ctx context.Context, p peer, in *body[realm.Credentials]) (accountBody, error) {
			account, err := a.Upgrade(ctx, p.caller, in.Body)
			return accountBody{account}, err
		})
	handle(g, api, signedIn(op(http.MethodGet, "/v1/me", "The account that is signed in", http.StatusOK)),
		func(ctx context.Context, p peer, _ *struct{}) (accountBody, error) {
			account, err := a.Me(ctx, p.caller)
			return accountBody{account}, err
		})
	huma.Register(api, signedIn(op(http.MethodPost, "/v1/logout", "End the login", http.StatusNoContent)),
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, g.answerError(a.Logout(ctx, peerOf(ctx).caller))
		})
}

func (g *Gateway) playOperations(api huma.API) {
	a := g.cfg.API
	handle(g, api, op(http.MethodGet, "/v1/realm", "The realm as it is now", http.StatusOK),
		func(ctx context.Context, _ peer, _ *struct{}) (realm.Info, error) { return a.Info(ctx) })
	handle(g, api, signedIn(op(http.MethodGet, "/v1/characters", "The account's characters", http.StatusOK)),
		func(ctx context.Context, p peer, _ *struct{}) (realm.Roster, error) {
			return a.Characters(ctx, p.caller)
		})
	handle(g, api, signedIn(op(http.MethodPost, "/v1/characters", "Make a character", http.StatusCreated)),
		func(ctx context.Context, p peer, in *body[realm.NewCharacter]) (realm.Profile, error) {
			return a.CreateCharacter(ctx, p.caller, in.Body)
		})
	handle(g, api, signedIn(op(http.MethodPatch, "/v1/characters/{id}", "Give a character another name; whoever plays it is put out", http.StatusOK)),
		func(ctx context.Context, p peer, in *renameRequest) (realm.Profile, error) {
			id, err := characterID(in.ID)
			if err != nil {
				return realm.Profile{}, err
			}
			return a.RenameCharacter(ctx, p.caller, realm.NewName{Character: id, Name: in.Body.Name})
		})
	huma.Register(api, signedIn(op(http.MethodDelete, "/v1/characters/{id}", "Delete a character for good; whoever plays it is put out", http.StatusNoContent)),
		func(ctx context.Context, in *deleteRequest) (*struct{}, error) {
			id, err := characterID(in.ID)
			if err == nil {
				err = a.DeleteCharacter(ctx, peerOf(ctx).caller, realm.Deletion{Character: id, Confirm: in.Confirm})
			}
			return nil, g.answerError(err)
		})
	handle(g, api, signedIn(op(http.MethodPost, "/v1/play", "The right to enter the zone where a character is", http.StatusOK)),
		func(ctx context.Context, p peer, in *body[realm.PlayRequest]) (realm.Grant, error) {
			in.Body.Host = p.host
			return a.Play(ctx, p.caller, in.Body)
		})
	signal := op(http.MethodPost, "/v1/rtc/{incarnation}", "A WebRTC offer to a zone process; the ticket is its right", http.StatusOK)
	signal.MaxBodyBytes = maxSignalBody
	handle(g, api, signal, func(ctx context.Context, _ peer, in *signalRequest) (realm.SignalAnswer, error) {
		return g.signal(ctx, in)
	})
}

func op(method, path, summary string, status int) huma.Operation {
	return huma.Operation{
		OperationID:     operationID(method, path),
		Method:          method,
		Path:            path,
		Summary:         summary,
		DefaultStatus:   status,
		MaxBodyBytes:    maxBody,
		BodyReadTimeout: bodyTimeout,
	}
}

// operationID is a name that generators of client code can use: post-register.
func operationID(method, path string) string {
	name := strings.NewReplacer("/v1/", "", "/", "-", "{", "", "}", "").Replace(path)
	return strings.ToLower(method) + "-" + name
}

func signedIn(o huma.Operation) huma.Operation {
	o.Security = []map[string][]string{{"token": {}}}
	return o
}

// handle registers an operation that answers with JSON.
func handle[In, Out any](g *Gateway, api huma.API, o huma.Operation, fn func(context.Context, peer, *In) (Out, error)) {
	huma.Register(api, o, func(ctx context.Context, in *In) (*body[Out], error) {
		out, err := fn(ctx, peerOf(ctx), in)
		if err != nil {
			return nil, g.answerError(err)
		}
		return &body[Out]{out}, nil
	})
}

// answerError is err as huma answers it; what nobody foresaw is logged.
func (g *Gateway) answerError(err error) error {
	if err == nil {
		return nil
	}
	p, known := newProblem(err)
	if !known {
		g.log.Error("gateway: request failed", "err", err)
	}
	return p
}

func (g *Gateway) signal(ctx context.Context, in *signalRequest) (answer realm.SignalAnswer, err error) {
	defer func() {
		result := "ok"
		if err != nil {
			result = string(realm.CodeOf(err))
		}
		g.metrics.Signals.WithLabelValues(result).Inc()
	}()
	incarnation, err := realm.ParseID(in.Incarnation)
	if err != nil {
		return answer, &realm.Error{Code: realm.CodeInvalid, Detail: "The path of /v1/rtc/… is the one that /v1/play answered: " + err.Error()}
	}
	if len(in.Body.Ticket) == 0 || len(in.Body.Ticket) > maxTicket || in.Body.SDP == "" {
		return answer, &realm.Error{Code: realm.CodeInvalid, Detail: "A signal is the ticket that /v1/play answered, and an SDP offer."}
	}
	return realm.SendSignal(ctx, g.cfg.Bus, incarnation, in.Body)
}
