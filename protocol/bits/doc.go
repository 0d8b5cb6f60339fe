// Package bits reads and writes values of any width, packed without gaps.
//
// The stream is little-endian by bit: bit i of the stream is bit i%8 of byte i/8, and a value's lowest bit goes first.
// The last byte is padded with zero bits. See docs/wire.md#bits.
package bits
