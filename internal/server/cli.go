package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/realmwire/realmwire/internal/settings"
	"github.com/realmwire/realmwire/zone/rules"
)

// cli is the command line. Every flag is also an environment variable (REALMWIRE_HTTP for --http) and, by its name, a key of the
// configuration file. The tags min and max bound a number or a time, wherever it comes from; secret hides a value from `config`.
type cli struct {
	Log    logFlags `embed:"" prefix:"log-"`
	Game   string   `help:"Game to run, of: ${games}." placeholder:"NAME"`
	Config string   `help:"JSON file with flags, by name: {\"http\": \":9000\", \"keep\": \"1m\"}. What a flag or the environment says counts first." placeholder:"FILE"`

	file *settings.File // what Config names, once it was read

	Up       upCmd         `cmd:"" help:"Run everything in one process: realm, gateway and zones. This is the one to start with."`
	Realm    realmCmd      `cmd:"" help:"Run the realm alone: accounts, characters, leases. It embeds NATS unless --nats is given."`
	Gateway  gatewayCmd    `cmd:"" help:"Run a gateway alone: the only public HTTP server."`
	Zone     zoneCmd       `cmd:"" help:"Run a zone process alone: the simulation of one or more zones."`
	Loadtest loadtestCmd   `cmd:"" help:"Let bots play on a server, and report what they saw."`
	Netsim   netsimCmd     `cmd:"" help:"Run a bad network between clients and a zone process: a UDP proxy that delays, loses and reorders."`
	Gen      genCmd        `cmd:"" help:"Generate codecs from the schema that a Go package declares."`
	NATSConf natsConfigCmd `cmd:"" name:"nats-config" help:"Show the configuration that a NATS server of your own needs, to admit the processes that the realm admits."`
	Map      mapCmd        `cmd:"" help:"Look at maps that were drawn with Tiled."`
	Compat   compatCmd     `cmd:"" help:"Say whether clients built for one version of a schema can play with a server of another. Exit status 1: they cannot."`
	Show     showCmd       `cmd:"" name:"config" help:"Show every setting with its value and where that comes from: a flag, the environment, the file or the default."`
	Version  versionCmd    `cmd:"" help:"Show the version."`
}

// environment is what commands share.
type environment struct {
	ctx     context.Context
	game    rules.Game
	out     io.Writer
	log     *slog.Logger
	cli     *cli
	parsed  *kong.Context
	options []kong.Option
}

// starting is the error of a role that did not start. One that was told to stop meanwhile has nothing to tell: whatever failed did so
// because everything was being stopped, and what had started is closed in order.
func (env *environment) starting(err error) error {
	if err != nil && env.ctx.Err() != nil {
		env.log.Info("stopped while starting", "at", err)
		return nil //nolint:nilerr // see above
	}
	return err
}

// BeforeResolve is called by the parser when it knows the flags and the environment: it reads the file.
func (c *cli) BeforeResolve(parsed *kong.Context) (err error) {
	c.file, err = readConfig(parsed)
	if c.file != nil {
		parsed.AddResolver(c.file)
	}
	return err
}

// AfterApply is called by the parser when every flag has its value.
func (c *cli) AfterApply(parsed *kong.Context) error { return settings.CheckBounds(parsed) }

// readConfig reads the file that --config or its variable names; nil where none does.
func readConfig(parsed *kong.Context) (*settings.File, error) {
	for _, flag := range parsed.Model.Flags {
		name, _ := parsed.FlagValue(flag).(string)
		if flag.Name != "config" || name == "" && settings.Source(parsed, flag, nil) != "flag" {
			continue
		}
		f, err := settings.Load(kong.ExpandPath(name), parsed.Model, "config")
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		return f, nil
	}
	return nil, nil
}

func options(stdout, stderr io.Writer, games []rules.Game) []kong.Option {
	return []kong.Option{
		kong.Name("realmwire"),
		kong.Description("Netcode server for real-time multiplayer games. `realmwire up` runs everything; then open http://localhost:8080."),
		kong.DefaultEnvars("REALMWIRE"),
		kong.Writers(stdout, stderr),
		kong.UsageOnError(),
		kong.Vars{"zones": zoneNames(games), "games": gameNames(games)},
	}
}

// logFlags say what is logged. Logs go to standard error.
type logFlags struct {
	Level  slog.Level `default:"info" help:"Least level to log: debug, info, warn or error."`
	Format string     `default:"text" enum:"text,json" help:"Format of the log: text for people, json for machines."`
}

func (f logFlags) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: f.Level}
	if f.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// publicFlags are those of the public HTTP server.
type publicFlags struct {
	HTTP        string   `name:"http" default:":8080" help:"Address of the public HTTP server: the game's page, /v1, signalling, WebSocket."`
	Web         string   `name:"web" type:"path" help:"Folder of a web client of your own, such as a web export of Godot, to serve in place of the built-in one. It has an index.html." placeholder:"DIR"`
	Path        string   `name:"path" help:"Path below which a proxy passes requests on as they are, /game for https://host/game/. A proxy that takes the path away needs nothing." placeholder:"PATH"`
	TLSCert     string   `name:"tls-cert" type:"path" help:"Certificate file (PEM); with --tls-key the public server speaks HTTPS."`
	TLSKey      string   `name:"tls-key" type:"path" help:"Key file of the certificate (PEM)."`
	TrustProxy  []string `name:"trust-proxy" help:"Addresses or networks (10.0.0.0/8) of the TLS proxies in front; their X-Forwarded-For is believed." placeholder:"NETWORK"`
	AllowOrigin []string `name:"allow-origin" help:"Other origins whose pages may call the API, such as https://play.example.org." placeholder:"ORIGIN"`
}

// simFlags are those of a zone process.
type simFlags struct {
	UDP        string   `name:"udp" default:":7777" help:"Address of the UDP socket that desktop players and WebRTC share."`
	PublicAddr string   `name:"public-addr" help:"HOST:PORT, HOST or :PORT at which players reach the UDP socket, where it is not the host of the page and the port of --udp (NAT, Docker, Kubernetes)."`
	WS         string   `name:"ws" help:"Public address for WebSockets straight to this zone process, past the gateway (default: none, the gateway relays them)." placeholder:"HOST:PORT"`
	PublicWS   string   `name:"public-ws" help:"URL at which players reach --ws, where it is not the host of the page: wss://zone1.example.org/ws for a proxy that ends TLS." placeholder:"URL"`
	Tick       int      `name:"tick" default:"20" min:"10" max:"128" help:"Ticks per second, 10 to 128."`
	Snapshots  string   `name:"snapshots" default:"latest" enum:"latest,kcp" help:"Lane of UDP clients' snapshots: latest (datagrams, the newest wins) or kcp (ordered)."`
	Tier       string   `name:"tier" default:"fast" enum:"fast,best" help:"Tier of snapshots: fast, or best, which clients may ask for: a third fewer bytes for entities that tumble or fly and whose schema marks them best, at many times the work."`
	Zones      []string `name:"zones" help:"Zones to run (default: all: ${zones})." placeholder:"NAME"`
	Budget     int      `name:"budget" default:"1100" min:"0" help:"Largest snapshot in bytes, at most what one datagram holds."`

	Keep time.Duration `name:"keep" default:"30s" min:"0s" max:"5m" help:"Time for which the character of a player who lost the connection stays in the world; until then the client resumes without the realm. 0: not at all."`
}

// realmFlags are those of the realm.
type realmFlags struct {
	Data       string `name:"data" default:"./data" type:"path" min:"1" help:"Folder where everything is kept."`
	Name       string `name:"name" default:"Realmwire" help:"Name of the realm, for players."`
	MOTD       string `name:"motd" default:"" help:"Message of the day."`
	Capacity   int    `name:"capacity" default:"0" min:"0" help:"Players in the whole realm (0: as many as its zones hold)."`
	NATSListen string `name:"nats-listen" default:"127.0.0.1:0" help:"Address of the embedded NATS server; further roles join there. Port 0: that of the last run if it is free. Loopback only."`
}

// limitFlags are those of a role that limits what one address may do.
type limitFlags struct {
	RateLimit string `name:"rate-limit" default:"on" enum:"on,off" help:"Limits on what one address may do and hold, such as logins and WebSockets: on, or off for load tests."`
}

func (f limitFlags) off() bool { return f.RateLimit == "off" }

// busFlags are those of a role that joins others.
type busFlags struct {
	NATS    string `name:"nats" secret:"" help:"URL of the NATS server: tls://HOST:PORT, several with commas (default: the realm's own, which it wrote into --data/nats)."`
	NATSCA  string `name:"nats-ca" type:"path" help:"Authority file (PEM) to check the NATS server's certificate with."`
	NATSCrt string `name:"nats-cert" type:"path" help:"Client certificate file (PEM) for NATS."`
	NATSKey string `name:"nats-key" type:"path" help:"Key file (PEM) of --nats-cert."`

	NATSPlain bool `name:"nats-plain" help:"Allow NATS on another host without TLS. Whoever can listen on the network between reads every secret of the server."`
}

// tokenFlags are those of a role that must be let in.
type tokenFlags struct {
	NATSToken     string `name:"nats-token" secret:"" help:"Join token of this role (default: what the realm wrote into --data/nats)." placeholder:"TOKEN"`
	NATSTokenFile string `name:"nats-token-file" type:"path" help:"File with the join token; read again each time that NATS is joined." placeholder:"FILE"`
}

// readyFlags tell others when the server runs.
type readyFlags struct {
	ReadyFile string `name:"ready-file" type:"path" help:"File to write when ready: JSON with pid and addresses."`
}

// joinTimeout is how long a role tries to reach the others before it gives up.
const joinTimeout = 15 * time.Second

// host is this machine's name, for logs.
func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
