package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/realm"
)

// Renaming and deleting, by a gateway in the realm's process and by one apart.
func TestCharacters(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"together": nil,
		"apart":    func(c *Config) { c.API = realm.NewAPIClient(c.Bus) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil, change)
			s.zone(5)
			token, id := s.character("Gawain")
			other, _ := s.character("Mordred")
			path := "/v1/characters/" + id.String()

			if roster := into[m](t, s.send("GET", "/v1/characters", token, nil), 200); roster["last"] != nil {
				t.Errorf("nobody was played, and last is %v", roster["last"])
			}
			into[realm.Grant](t, s.play(token, id), 200)
			if roster := into[m](t, s.send("GET", "/v1/characters", token, nil), 200); roster["last"] != id.String() {
				t.Errorf("last is %v, want %s", roster["last"], id)
			}

			p := into[realm.Profile](t, s.send("PATCH", path, token, m{"name": "Sir Gawain"}), 200)
			if p.Name != "Sir Gawain" || p.ID != id {
				t.Errorf("renamed: %+v", p)
			}
			wantProblem(t, s.send("PATCH", path, token, m{"name": "mordred"}), 409, "name-taken", "choose another")
			wantProblem(t, s.send("PATCH", path, token, m{"name": "x"}), 422, "invalid-name", "2 to 16 letters")
			wantProblem(t, s.send("PATCH", path, token, m{}), 422, "invalid-request", "name")
			wantProblem(t, s.send("PATCH", path, other, m{"name": "Stolen"}), 404, "not-found", "no character")
			wantProblem(t, s.send("PATCH", path, "", m{"name": "Stolen"}), 401, "signed-out", "sign in again")
			wantProblem(t, s.send("PATCH", "/v1/characters/nonsense", token, m{"name": "Other"}), 422, "invalid-request", "/v1/characters")

			wantProblem(t, s.send("DELETE", path, token, nil), 409, "not-confirmed", "type the character's name")
			wantProblem(t, s.send("DELETE", path+"?confirm=Gawain", token, nil), 409, "not-confirmed", "Sir Gawain")
			wantProblem(t, s.send("DELETE", path+"?confirm=Sir+Gawain", other, nil), 404, "not-found", "no character")
			wantProblem(t, s.send("DELETE", path+"?confirm=Sir+Gawain", "", nil), 401, "signed-out", "sign in again")
			wantProblem(t, s.send("DELETE", "/v1/characters/0?confirm=x", token, nil), 422, "invalid-request", "/v1/characters")
			if a := s.send("DELETE", path+"?confirm=sir%20gawain", token, nil); a.StatusCode != http.StatusNoContent || len(a.body) != 0 {
				t.Errorf("delete: %d %s", a.StatusCode, a.body)
			}
			wantProblem(t, s.send("DELETE", path+"?confirm=Sir+Gawain", token, nil), 404, "not-found", "no character")
			roster := into[realm.Roster](t, s.send("GET", "/v1/characters", token, nil), 200)
			if len(roster.Characters) != 0 || roster.Last != 0 {
				t.Errorf("roster %+v", roster)
			}
			s.character("Sir Gawain") // the name is free
		})
	}
}

func TestCharactersInOpenAPI(t *testing.T) {
	s := newSite(t, nil, nil)
	doc := into[struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct{ Name string }
			Security    []any
		}
	}](t, s.send("GET", "/v1/openapi.json", "", nil), 200)
	one := doc.Paths["/v1/characters/{id}"]
	if p := one["patch"]; p.OperationID != "patch-characters-id" || len(p.Security) == 0 {
		t.Errorf("rename: %+v", p)
	}
	del := one["delete"]
	var params []string
	for _, p := range del.Parameters {
		params = append(params, p.Name)
	}
	if del.OperationID != "delete-characters-id" || strings.Join(params, " ") != "id confirm" || len(del.Security) == 0 {
		t.Errorf("delete: %+v", del)
	}
}
