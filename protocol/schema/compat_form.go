package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// form is a type's text, where this comparison knows what it means.
type form struct {
	kind          string // "int", "string", "octets", "list" or, where only the text is known, "other"
	min, max      int64
	small, medium uint
	bits          uint
}

// parseForm takes a text apart. What does not spell exactly what it knows has kind "other" and is compared as text.
func parseForm(t *LockType) form {
	var f form
	if n, err := fmt.Sscanf(t.Text, "int %d..%d delta=%d,%d", &f.min, &f.max, &f.small, &f.medium); n == 4 && err == nil && f.min < f.max {
		same := Type{Kind: Int, Min: f.min, Max: f.max, Small: f.small, Medium: f.medium}
		f.kind, f.bits = "int", width(uint64(f.max)-uint64(f.min)+1)
		if same.canonical() == t.Text {
			return f
		}
	}
	kind, rest, _ := strings.Cut(t.Text, " ")
	length, tail, _ := strings.Cut(rest, " of ")
	if top, err := strconv.ParseInt(length, 10, 64); err == nil && top > 0 {
		listed := kind == "list" && t.Elem != nil && tail == t.Elem.Text
		if (kind == "string" || kind == "octets") && tail == "" || listed {
			return form{kind: kind, max: top, bits: width(uint64(top) + 1)}
		}
	}
	return form{kind: "other"}
}

// form compares two forms of a field. Structs and enums are compared by themselves; see follow.
func (c *comparison) form(where string, older, newer *LockType, way path) {
	if older.Struct != "" && newer.Struct != "" && older.Text == "struct "+older.Struct && newer.Text == "struct "+newer.Struct {
		return
	}
	o, n := parseForm(older), parseForm(newer)
	switch {
	case o.kind != n.kind || o.kind == "other" && older.Text != newer.Text:
		c.otherForm(where, older, newer)
		return
	case o.kind == "other" && older.Elem == nil:
		return
	case o.kind == "int" && o.spans(c.Old.enum(older.Enum)) && n.spans(c.New.enum(newer.Enum)) && o.small == n.small && o.medium == n.medium:
		return // what there is to say is said of the enum
	case o.kind == "int":
		c.number(where, older, newer, way)
		return
	}
	if o != n {
		what := fmt.Sprintf("its greatest length %d became %d", o.max, n.max)
		if o.bits != n.bits {
			c.breaks(where, what, fmt.Sprintf("the length takes %d bits and took %d", n.bits, o.bits), fmt.Sprintf("stay within %s", lengths(o)))
		} else {
			c.bounded(where, what, n.max > o.max, way, fmt.Sprintf("keep %d", o.max))
		}
	}
	if older.Elem != nil && newer.Elem != nil {
		c.form(where+"[]", older.Elem, newer.Elem, way)
	}
}

// spans reports whether a range is that of an enum's constants.
func (f form) spans(e *LockEnum) bool {
	if e == nil || e.Flags {
		return false
	}
	lo, hi := e.span()
	return f.min == lo && f.max == hi
}

func lengths(f form) string { return fmt.Sprintf("%d to %d", int64(1)<<(f.bits-1), int64(1)<<f.bits-1) }

func (c *comparison) otherForm(where string, older, newer *LockType) {
	c.breaks(where, fmt.Sprintf("“%s” became “%s”", older.Text, newer.Text), "it is written in other bits", asNew)
}

func (c *comparison) breaks(where, what, why, mend string) {
	c.note(Change{Where: where, What: what, Breaking: true, Why: why, Mend: mend + putWords})
}

// number compares the ranges of two integers.
func (c *comparison) number(where string, older, newer *LockType, way path) {
	o, n := parseForm(older), parseForm(newer)
	what := fmt.Sprintf("%d..%d became %d..%d", o.min, o.max, n.min, n.max)
	switch {
	case o == n && older.Enum == newer.Enum:
	case o == n:
		c.note(Change{Where: where, What: fmt.Sprintf("is of another type: “%s” became “%s”", older.Enum, newer.Enum), Why: sameBytes})
	case o.min != n.min:
		c.breaks(where, what, "what is sent is the distance from the least value", fmt.Sprintf("keep min=%d", o.min))
	case o.bits != n.bits:
		c.breaks(where, what, fmt.Sprintf("it takes %d bits and took %d", n.bits, o.bits), asNew)
	case o.small != n.small || o.medium != n.medium:
		c.breaks(where, fmt.Sprintf("small=%d medium=%d became small=%d medium=%d", o.small, o.medium, n.small, n.medium),
			"short differences have another width", "put small= and medium= back")
	default:
		c.bounded(where, what, n.max > o.max, way, fmt.Sprintf("keep max=%d", o.max))
	}
}

// bounded judges a bound that moved while the bits stayed: the end that reads must allow what the one that writes may write.
func (c *comparison) bounded(where, what string, grew bool, way path, mend string) {
	switch {
	case grew && way == toServer:
		c.note(Change{Where: where, What: what, Why: "the bits are the same, and the server allows all that an older client may send"})
	case !grew && way == toClient:
		c.note(Change{Where: where, What: what, Why: "the bits are the same, and an older client allows all that the server may send"})
	case grew:
		c.breaks(where, what, "the bits are the same, but an older client refuses what is above its own bound, with the packet around it", mend)
	default:
		c.breaks(where, what, "the bits are the same, but the server refuses what an older client may still send", mend)
	}
}
