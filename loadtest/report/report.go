// Package report is what a load test says: the JSON object, the summary for people, progress lines and the verdict.
package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Percentiles are two points of a distribution.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Spread is Percentiles with the largest value seen.
type Spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Delays are what was measured of how old and how late things were. Milliseconds throughout.
type Delays struct {
	// JoinMs is from asking /v1/play to the first snapshot that shows the player itself. Accounts and characters are made before.
	JoinMs Percentiles `json:"join_ms"`
	// SnapshotAgeMs is now − tick time of the newest state applied, sampled every 5 ms over all bots, gaps included.
	SnapshotAgeMs Percentiles `json:"snapshot_age_ms"`
	// DeliveryMs is arrival − tick time, of each snapshot applied.
	DeliveryMs Percentiles `json:"delivery_ms"`
	// InputAckMs is from first sending an input to applying the state that was simulated with it: the margin by which inputs
	// come early is in it.
	InputAckMs Percentiles `json:"input_ack_ms"`
	RTTMs      Percentiles `json:"rtt_ms"` // from the inputs' echoes, over the bots, at the end
}

// Traffic is what one bot costs in a second.
type Traffic struct {
	BytesDownPerBotS    float64 `json:"bytes_down_per_bot_s"` // on the wire for kcp (UDP payloads), else message payloads
	BytesUpPerBotS      float64 `json:"bytes_up_per_bot_s"`
	SnapshotsPerBotS    float64 `json:"snapshots_per_bot_s"`
	DatagramsDownPerBot float64 `json:"datagrams_down_per_bot_s"`
	DatagramsUpPerBot   float64 `json:"datagrams_up_per_bot_s"`
}

// Counts count bots and what befell them, over the whole run.
type Counts struct {
	Bots         int `json:"bots"`
	Connected    int `json:"connected"`    // stood in the world at least once
	Failed       int `json:"failed"`       // never did
	Disconnected int `json:"disconnected"` // connections that were lost, whether or not the bot came back
	Lost         int `json:"lost"`         // bots that did not reconnect
}

// Returns are how bots that were disconnected came back by themselves, with the account and the token that they had.
type Returns struct {
	Returned int `json:"returned"`
	// RecoveryMs is from the last that was seen of the world to standing in it again, so with the silence until the loss is noticed.
	RecoveryMs Spread `json:"recovery_ms"`
}

// Transport is the figures of the bots on one transport.
type Transport struct {
	Counts
	Returns
	Delays
	Traffic
}

// Zone is one zone as its server measured it.
type Zone struct {
	Name     string  `json:"name"`
	Players  int     `json:"players"` // at the end
	TickHz   float64 `json:"tick_hz"`
	TickMs   Spread  `json:"tick_ms"` // since the zone's start
	CPUS     float64 `json:"cpu_s"`   // of its process, within the window; zones of one process share it
	RSSBytes float64 `json:"rss_bytes"`
}

// Flood is what attackers did in every second of the windows into which the time was divided, and what came of it.
type Flood struct {
	// Dear are the kinds of packets that one peer with a ticket sent, in turn; none: a flood from outside.
	Dear          []string `json:"dear,omitempty"`
	Rate          float64  `json:"rate"`   // datagrams a second, while it lasted
	EachS         float64  `json:"each_s"` // a window
	Sent          uint64   `json:"sent"`
	SentBytes     uint64   `json:"sent_bytes"`
	Received      uint64   `json:"received"` // datagrams that came back
	ReceivedBytes uint64   `json:"received_bytes"`
	SessionsMade  int      `json:"sessions_made"` // more than there were before the first flood
	Quiet         Phase    `json:"quiet"`         // all quiet windows together
	Hostile       Phase    `json:"hostile"`       // all flooded ones
	// TickP99Ratio is hostile to quiet, of all windows together; PairRatios of each flooded window to the quiet one before it.
	TickP99Ratio float64   `json:"tick_p99_ratio"`
	PairRatios   []float64 `json:"pair_ratios"`
	// The same of how long inputs took.
	AckP99Ratio   float64       `json:"input_ack_p99_ratio"`
	AckPairRatios []float64     `json:"input_ack_pair_ratios"`
	Windows       []FloodWindow `json:"windows"`
}

// Phase is some time of a run. Ticks are of the slowest zone.
type Phase struct {
	TickP50Ms  float64     `json:"tick_p50_ms"`
	TickP99Ms  float64     `json:"tick_p99_ms"`
	AgeMs      Percentiles `json:"snapshot_age_ms"` // of the bots; of several windows the median
	InputAckMs Percentiles `json:"input_ack_ms"`    // of the bots
	CPU        float64     `json:"cpu"`             // of the zone processes, in cores; of several windows the median
	Sessions   int         `json:"sessions"`        // of all transports, at the end
	// Resident memory of the zone processes, at the start and at the end.
	RSSStartBytes float64 `json:"rss_start_bytes"`
	RSSBytes      float64 `json:"rss_bytes"`
}

// FloodWindow is one window, from when it has settled.
type FloodWindow struct {
	Flooded bool    `json:"flooded"`
	Kind    string  `json:"kind,omitempty"` // of dear packets
	AtS     float64 `json:"at_s"`           // from the start of the run
	LastedS float64 `json:"lasted_s"`
	Phase
	Sent          uint64 `json:"sent"` // by attackers, settling included
	SentBytes     uint64 `json:"sent_bytes"`
	Received      uint64 `json:"received"`
	ReceivedBytes uint64 `json:"received_bytes"`
}

// Machine is where the swarm ran.
type Machine struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go"`
}

// Report is a run. Distributions and rates are of the window: DurationS from the moment that every bot was in (or had failed).
type Report struct {
	Version   int     `json:"version"` // of this format
	Started   string  `json:"started"` // RFC 3339
	Server    string  `json:"server"`
	Game      string  `json:"game"`
	Machine   Machine `json:"machine"`
	Snapshots string  `json:"snapshots"` // where kcp's ride: latest or kcp
	TickHz    int     `json:"tick_hz"`   // of the start zone

	Counts
	Returns
	Desyncs         uint64 `json:"desyncs"`          // snapshots that decode to other entities than the server sent
	ViewsChecked    uint64 `json:"views_checked"`    // snapshots whose checksum was compared
	EntitiesChecked uint64 `json:"entities_checked"` // in them
	Undecodable     uint64 `json:"undecodable"`      // snapshots refused for any other reason
	Corrections     uint64 `json:"corrections"`      // predictions that the server put right, within the window
	Starved         uint64 `json:"starved"`          // snapshots of a tick that had to do without the bot's input
	Transfers       uint64 `json:"transfers"`        // from zone to zone
	ChatSent        uint64 `json:"chat_sent"`
	ChatHeard       uint64 `json:"chat_heard"`

	RampS           float64 `json:"ramp_s"`     // before the window
	DurationS       float64 `json:"duration_s"` // of the window
	GeneratorLateMs Spread  `json:"generator_late_ms"`
	// Void: the generator lagged more than a tick at p99, so that the delays say more of it than of the server.
	Void bool `json:"void"`
	// SamplesMissed: age samples that could not be taken on time, of Samples that were due. One samples all bots.
	Samples       uint64 `json:"samples"`
	SamplesMissed uint64 `json:"samples_missed"`
	OriginResets  int    `json:"tick_origin_resets"` // times that a zone's tick schedule was seen to move

	Delays
	Traffic
	EntitiesInView Percentiles `json:"entities_in_view"`

	Transports map[string]*Transport `json:"transports"`
	Zones      []Zone                `json:"zones"`
	Problems   map[string]int        `json:"problems"` // why bots failed or were disconnected
	Notes      []string              `json:"notes"`    // what could not be measured
	Flood      *Flood                `json:"flood,omitempty"`

	Interrupted bool     `json:"interrupted"`
	Passed      bool     `json:"passed"`
	Faults      []string `json:"faults"` // why it did not pass
}

// FormatVersion is the version of the JSON; it rises when a field changes its meaning.
const FormatVersion = 1

// WriteFile writes the report as JSON; the file is there whole or not at all.
func (r *Report) WriteFile(path string) error { return WriteJSON(path, r) }

// WriteJSON writes a report of any kind; the file is there whole or not at all.
func WriteJSON(path string, r any) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write report %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		return fmt.Errorf("write report %s: %w; choose a folder that exists and can be written", path, err)
	}
	_, err = tmp.Write(append(raw, '\n'))
	for _, step := range []func() error{
		func() error { return tmp.Chmod(0o644) }, tmp.Close, func() error { return os.Rename(tmp.Name(), path) },
	} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write report %s: %w", path, err)
	}
	return nil
}
