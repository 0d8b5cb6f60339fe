package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/zone"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

// zoneLink is the realm as the zones of this process need it: [zone.Realm] on a [realm.ZoneClient].
type zoneLink struct{ client *realm.ZoneClient }

var _ zone.Realm = zoneLink{}

// Attach implements [zone.Realm].
func (l zoneLink) Attach(ctx context.Context, r core.AttachRequest) (rules.Character, error) {
	c, err := l.client.Attach(ctx, realm.ID(r.Character), r.Epoch, realm.ID(r.Session))
	if err != nil {
		return rules.Character{}, zoneError(err)
	}
	return rules.Character{ID: r.Character, Name: c.Name, Class: c.Class, Appearance: c.Appearance, State: c.State, Arrive: c.Arrive}, nil
}

// Save implements [zone.Realm].
func (l zoneLink) Save(ctx context.Context, saves []core.SaveRequest) ([]error, error) {
	out := make([]realm.SaveRequest, len(saves))
	for i, s := range saves {
		out[i] = realm.SaveRequest{Character: realm.ID(s.Character), Epoch: s.Epoch, State: s.State, Final: s.Final, Kicked: s.Kicked}
	}
	errs, err := l.client.Save(ctx, out)
	if err != nil {
		return nil, zoneError(err)
	}
	for i := range errs {
		errs[i] = zoneError(errs[i])
	}
	return errs, nil
}

// Handover implements [zone.Realm].
func (l zoneLink) Handover(ctx context.Context, r core.HandoverRequest) ([]byte, error) {
	g, err := l.client.Handover(ctx, realm.HandoverRequest{
		Character: realm.ID(r.Character), Epoch: r.Epoch, Session: realm.ID(r.Session), State: r.State, ToZone: r.ToZone, ToPoint: r.ToPoint,
	})
	if err != nil {
		return nil, zoneError(err)
	}
	return json.Marshal(g)
}

// zoneError tells the zone's errors from the realm's.
func zoneError(err error) error {
	switch {
	case err == nil:
		return nil
	case realm.CodeOf(err) == realm.CodeHandedOver:
		return fmt.Errorf("%w: %w", core.ErrHandedOver, err)
	case realm.CodeOf(err) == realm.CodeFenced:
		return fmt.Errorf("%w: %w", core.ErrStale, err)
	case realm.CodeOf(err) == realm.CodeUnavailable, errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", core.ErrRealmDown, err)
	}
	return err
}

// handlers answer what realm and gateways ask of a zone process.
func (p *zoneProcess) handlers() realm.ZoneHandlers {
	return realm.ZoneHandlers{
		Evict: func(ctx context.Context, character realm.ID, upTo uint64, reason string) (json.RawMessage, uint64, error) {
			e, err := p.zones.Evict(ctx, rules.PlayerID(character), upTo, reason)
			if err != nil {
				return nil, 0, err
			}
			if !e.Found {
				return nil, 0, realm.ErrNotHere
			}
			return e.State, e.Epoch, nil
		},
		Signal: func(_ context.Context, ticket []byte, sdp string) (string, error) {
			return p.transports.Signal(ticket, sdp)
		},
	}
}
