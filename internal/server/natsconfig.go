package server

import (
	"fmt"

	"github.com/realmwire/realmwire/realm/bus"
)

// natsConfigCmd is `realmwire nats-config`.
type natsConfigCmd struct {
	Data string `name:"data" default:"./data" type:"path" help:"Folder of the realm. Its keys are read from nats/ there, and made if they are missing."`
}

// Run prints the configuration, in which there is no secret.
func (c *natsConfigCmd) Run(env *environment) error {
	issuer, err := bus.OpenIssuer(natsDir(c.Data))
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "# Made by `realmwire nats-config`, for the realm whose keys are in %s. See docs/nats.md.\n%s", natsDir(c.Data), issuer.ServerConfig())
	return nil
}
