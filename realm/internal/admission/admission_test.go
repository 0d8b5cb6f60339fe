package admission

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var begin = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	ks, _ := Keys(nil).Rotate(begin)
	tag := ks.Mint(7, begin)
	if len(tag) != Size {
		t.Fatalf("a tag has %d characters, want %d", len(tag), Size)
	}
	nonce, err := ks.Check(tag, 7, begin.Add(TagLife-time.Second))
	if err != nil || nonce == 0 {
		t.Fatalf("a good tag: %d, %v", nonce, err)
	}
	if other, _ := ks.Check(ks.Mint(7, begin), 7, begin); other == nonce {
		t.Error("two tags have one nonce")
	}
	strangers, _ := Keys(nil).Rotate(begin)
	for name, c := range map[string]struct {
		tag         string
		keys        Keys
		incarnation uint64
		now         time.Time
		want        error
	}{
		"another process": {tag, ks, 8, begin, ErrForged},
		"too old":         {tag, ks, 7, begin.Add(TagLife), ErrExpired},
		"another's key":   {tag, strangers, 7, begin, ErrUnknownKey},
		"no keys":         {tag, nil, 7, begin, ErrUnknownKey},
		"empty":           {"", ks, 7, begin, ErrMalformed},
		"long":            {tag + "AAAA", ks, 7, begin, ErrMalformed},
		"very long":       {strings.Repeat("A", 1<<20), ks, 7, begin, ErrMalformed},
		"padded":          {tag + "=", ks, 7, begin, ErrMalformed},
		"no base64":       {strings.Repeat("!", len(tag)), ks, 7, begin, ErrMalformed},
	} {
		if _, err := c.keys.Check(c.tag, c.incarnation, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for i := range len(tag) {
		if _, err := ks.Check(tag[:i], 7, begin); !errors.Is(err, ErrMalformed) {
			t.Errorf("the first %d characters: %v", i, err)
		}
	}
}

// Every bit of a tag counts.
func TestEveryBit(t *testing.T) {
	ks, _ := Keys(nil).Rotate(begin)
	raw, err := base64.RawURLEncoding.DecodeString(ks.Mint(7, begin))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(raw) {
		raw[bit/8] ^= 1 << (bit % 8)
		if _, err := ks.Check(base64.RawURLEncoding.EncodeToString(raw), 7, begin); err == nil {
			t.Errorf("with bit %d turned it is good", bit)
		}
		raw[bit/8] ^= 1 << (bit % 8)
	}
}

// For three weeks of hours, with one of two realms away now and then: a gateway that asks each hour checks every tag that lives,
// also those made an hour after it asked last.
func TestRotate(t *testing.T) {
	var ks, gateway Keys
	type made struct {
		tag string
		at  time.Time
	}
	var tags []made
	rotations := 0
	for h := range 21 * 24 {
		now := begin.Add(time.Duration(h) * time.Hour)
		if h < 100 || h > 130 { // nobody rotates for a day and more
			var changed bool
			if ks, changed = ks.Rotate(now); changed {
				rotations++
			}
			gateway = ks
		}
		if len(ks) > MaxKeys || len(ks) < 2 {
			t.Fatalf("hour %d: %d keys", h, len(ks))
		}
		tags = append(tags, made{ks.Mint(7, now), now})
		for _, m := range tags {
			_, err := gateway.Check(m.tag, 7, now)
			if lives := now.Sub(m.at) < TagLife; lives != (err == nil) {
				t.Fatalf("hour %d: a tag of %v ago: %v", h, now.Sub(m.at), err)
			}
		}
	}
	if again, changed := ks.Rotate(begin.Add((21*24 - 1) * time.Hour)); changed || len(again) != len(ks) {
		t.Error("rotating twice at one time changes something")
	}
	if rotations < 18 {
		t.Errorf("%d rotations in three weeks", rotations)
	}
}

// Keys that were made long ago, as after months of standstill, are all replaced, and tags can be made at once.
func TestRotateAfterALongTime(t *testing.T) {
	ks, _ := Keys(nil).Rotate(begin)
	now := begin.Add(90 * 24 * time.Hour)
	ks, changed := ks.Rotate(now)
	if _, err := ks.Check(ks.Mint(7, now), 7, now); !changed || err != nil {
		t.Errorf("changed %v, %v", changed, err)
	}
}

func BenchmarkCheck(b *testing.B) {
	ks, _ := Keys(nil).Rotate(begin)
	tag := ks.Mint(7, begin)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ks.Check(tag, 7, begin); err != nil {
			b.Fatal(err)
		}
	}
}
