// Package entropy is an adaptive binary arithmetic coder: decisions whose probabilities are known cost what they are worth,
// fractions of a bit included.
//
// Everything is integers, and every step is the same in every language. No state outlives a packet: what a stream needs
// to decode is in it.
package entropy
