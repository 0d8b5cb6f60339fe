package server

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/realmwire/realmwire/internal/descriptors"
	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
)

// realmCmd is `realmwire realm`.
type realmCmd struct {
	realmFlags `embed:""`
	limitFlags `embed:""`
	busFlags   `embed:""`
	readyFlags `embed:""`

	// Its only HTTP server is the operator's, so --http is understood too.
	Ops string `name:"ops" aliases:"http" help:"Address of the operator's pages: /metrics and /healthz. Keep it from the public (default: 127.0.0.1:8090, or a free port of 127.0.0.1 where that is taken)." placeholder:"HOST:PORT"`
}

// Run runs the realm until it is told to stop.
func (c *realmCmd) Run(env *environment) error {
	descriptors.Advise(env.log)
	ops, err := listenOps(env.ctx, c.Ops, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer ops.close(env.ctx)
	m, err := startRealm(env.ctx, c.realmFlags, c.limitFlags, c.busFlags, env.game, ops.reg, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer m.close()
	ops.open(env.log)
	fmt.Fprintf(env.out, "The realm %q runs. Gateways and zones join it with --data %s, or elsewhere with --nats URL and their join token from %s. Metrics: %s\n",
		c.Name, c.Data, natsDir(c.Data), ops.url())
	if err := c.write(readyReport{Ops: ops.l.Addr().String()}); err != nil {
		return err
	}
	<-env.ctx.Done()
	env.log.Info("stopping")
	return nil
}

// gatewayCmd is `realmwire gateway`.
type gatewayCmd struct {
	publicFlags `embed:""`
	limitFlags  `embed:""`
	busFlags    `embed:""`
	tokenFlags  `embed:""`
	opsFlags    `embed:""`
	readyFlags  `embed:""`

	Data string `name:"data" default:"./data" type:"path" min:"1" help:"Folder of a realm on this machine; it holds the address of NATS."`
}

// Run runs a gateway until it is told to stop.
func (c *gatewayCmd) Run(env *environment) error {
	descriptors.Advise(env.log)
	g, err := c.listen(env.ctx, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer g.l.Close()
	ops, err := listenOps(env.ctx, c.Ops, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer ops.close(env.ctx)
	conn, err := c.dial(env.ctx, c.tokenFlags, c.Data, bus.RoleGateway, env.log)
	if err != nil {
		return env.starting(err)
	}
	defer conn.Close()
	if err := g.open(realm.NewAPIClient(conn), conn, c.limitFlags, ops.reg, env.log); err != nil {
		return env.starting(err)
	}
	ops.open(env.log)
	fmt.Fprintf(env.out, "The gateway runs: %s\nMetrics: %s\n", g.url(), ops.url())
	if err := c.write(readyReport{HTTP: g.l.Addr().String(), URL: g.url(), Ops: ops.l.Addr().String()}); err != nil {
		return err
	}
	err = g.wait(env.ctx)
	env.log.Info("stopping")
	g.close(env.ctx)
	return err
}

// zoneCmd is `realmwire zone`.
type zoneCmd struct {
	simFlags   `embed:""`
	limitFlags `embed:""`
	busFlags   `embed:""`
	tokenFlags `embed:""`
	opsFlags   `embed:""`
	readyFlags `embed:""`

	Data string `name:"data" default:"./data" type:"path" min:"1" help:"Folder of a realm on this machine; it holds the address of NATS."`
	HTTP string `name:"http" default:"127.0.0.1:0" help:"Private address, for gateways' WebSocket streams. Keep it from the public."`
}

// Run runs a zone process until it is told to stop.
func (c *zoneCmd) Run(env *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	descriptors.Advise(env.log)
	l, err := listenHTTP(env.ctx, "--http", c.HTTP)
	if err != nil {
		return env.starting(err)
	}
	ops, err := listenOps(env.ctx, c.Ops, env.log)
	if err != nil {
		return env.starting(errors.Join(err, l.Close()))
	}
	defer ops.close(env.ctx)
	conn, err := c.dial(env.ctx, c.tokenFlags, c.Data, bus.RoleZone, env.log)
	if err != nil {
		return env.starting(errors.Join(err, l.Close()))
	}
	defer conn.Close()
	p, err := newZoneProcess(c.simFlags, c.limitFlags, env.game, conn, l, ops.reg, env.log)
	if err != nil {
		return env.starting(errors.Join(err, l.Close()))
	}
	return p.serve(env.ctx, func() error {
		ops.open(env.log)
		fmt.Fprintf(env.out, "The zone process runs: UDP %s, private HTTP %s, metrics %s\n", p.transports.Addr(), l.Addr(), ops.url())
		return c.write(readyReport{HTTP: l.Addr().String(), UDP: p.transports.Addr().String(), Ops: ops.l.Addr().String()})
	})
}

// serve registers, says that it is ready, and runs until ctx ends.
func (p *zoneProcess) serve(ctx context.Context, ready func() error) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	guard.Go("zone process", func() { done <- p.run(running) }, func() { done <- fmt.Errorf("zone process: %w", guard.ErrPanic) })
	err := p.register(ctx)
	if err == nil {
		err = ready()
	}
	stopped := ctx.Err() != nil // told to stop while it registered: that it did not is no failure
	if err != nil && !stopped {
		stop()
		return errors.Join(err, <-done)
	}
	return <-done
}

// listenPrivate takes a loopback port for what only this process's own gateway dials.
func listenPrivate(ctx context.Context) (net.Listener, error) {
	return listenHTTP(ctx, "private HTTP", "127.0.0.1:0")
}
