package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/descriptors"
	"github.com/realmwire/realmwire/realm/bus"
)

// upCmd is `realmwire up`.
type upCmd struct {
	publicFlags `embed:""`
	simFlags    `embed:""`
	realmFlags  `embed:""`
	limitFlags  `embed:""`
	busFlags    `embed:""`
	opsFlags    `embed:""`
	readyFlags  `embed:""`
}

// everything is all roles in one process.
type everything struct {
	realm   *realmRole
	gateway *gatewayRole
	ops     *opsRole
	conns   []*bus.Conn
	process *zoneProcess
}

// Run runs everything until it is told to stop, and stops with everything saved.
func (c *upCmd) Run(env *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	descriptors.Advise(env.log)
	// Ports first: a taken one is the commonest failure, and nothing is half started then.
	f, err := c.listen(env.ctx, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer f.l.Close()
	ops, err := listenOps(env.ctx, c.Ops, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer ops.close(env.ctx)
	e := &everything{gateway: f, ops: ops}
	defer e.close(env.ctx)
	if err := e.start(c, env, ops.reg); err != nil {
		return env.starting(err)
	}
	err = e.process.serve(env.ctx, func() error {
		ops.open(env.log)
		c.greet(env, e)
		return c.write(readyReport{HTTP: f.l.Addr().String(), UDP: e.process.transports.Addr().String(), URL: f.url(), Ops: ops.l.Addr().String()})
	})
	if err == nil && env.ctx.Err() != nil {
		fmt.Fprintln(env.out, "Stopped; everything is saved.")
	}
	return err
}

func (e *everything) start(c *upCmd, env *environment, reg *prometheus.Registry) (err error) {
	if e.realm, err = startRealm(env.ctx, c.realmFlags, c.limitFlags, c.busFlags, env.game, reg, env.log); err != nil {
		return err
	}
	gatewayConn, err := e.realm.hub.connect(bus.RoleGateway)
	if err != nil {
		return err
	}
	e.conns = append(e.conns, gatewayConn)
	zoneConn, err := e.realm.hub.connect(bus.RoleZone)
	if err != nil {
		return err
	}
	e.conns = append(e.conns, zoneConn)
	private, err := listenPrivate(env.ctx)
	if err != nil {
		return err
	}
	if e.process, err = newZoneProcess(c.simFlags, c.limitFlags, env.game, zoneConn, private, reg, env.log); err != nil {
		return errors.Join(err, private.Close())
	}
	return e.gateway.open(e.realm.realm, gatewayConn, c.limitFlags, reg, env.log)
}

// close stops what still runs, the zones having been drained: no more requests, then the roles, then the store.
func (e *everything) close(ctx context.Context) {
	e.gateway.close(ctx)
	for _, conn := range e.conns {
		conn.Close()
	}
	if e.realm != nil {
		e.realm.close()
	}
}

func (c *upCmd) greet(env *environment, e *everything) {
	fmt.Fprintf(env.out, "\n  %s runs %s.\n\n", c.Name, env.game.Name)
	fmt.Fprintf(env.out, "  Play     %s   (a second tab: %s/?transport=websocket)\n", e.gateway.url(), e.gateway.url())
	fmt.Fprintf(env.out, "  UDP      %s   (desktop clients and WebRTC; open this port in a firewall)\n", e.process.transports.Addr())
	fmt.Fprintf(env.out, "  Metrics  %s\n", e.ops.url())
	fmt.Fprintf(env.out, "  Data     %s\n", c.Data)
	if e.realm.hub.server != nil {
		fmt.Fprintf(env.out, "  Join     realmwire zone --data %s --udp :0 --zones …   (more zone processes on this machine)\n", c.Data)
	}
	fmt.Fprintf(env.out, "  Stop     Ctrl-C\n\n")
	env.log.Log(env.ctx, slog.LevelInfo, "ready", "http", e.gateway.l.Addr().String(), "udp", e.process.transports.Addr().String(), "ops", e.ops.l.Addr().String(), "tick_hz", c.Tick, "snapshots", c.Snapshots)
}
