// Package client is the Go client of Realmwire: the HTTP interface (API), and a Session that plays a character over any
// transport, follows it from zone to zone and comes back after a drop.
//
// A session's rules (its prediction, its inputs) come from a Player; a game's rules.Bot is one. All else is here: joining,
// the clock that makes inputs arrive just in time, snapshots, acknowledgements, transfers, reconnecting. The parts that
// decide (clock, link) are pure: time is an argument. Only loop.go reads the clock.
package client
