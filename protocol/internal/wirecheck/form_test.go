package wirecheck

// sort is a form of docs/wire.md#bits.
type sort int

const (
	ranged sort = iota // int(lo..hi), also of enums and steps
	boolean
	word // u(64)
	counter
	angle
	quat
	vector
	text
	octets
	ref
	list
	array
	optional
	record // a struct
)

// form is a field's form, from its Go type and tag.
type form struct {
	sort
	lo, hi        int64 // ranged, counter
	small, medium int   // where the tag says so
	num, den      int64 // of steps; 0: integers
	bits          int   // angle, quat: of each part; word: 64
	single        bool  // a float32
	wide          bool  // int64 or uint64: text in the golden files
	unsigned      bool  // a word without sign
	n             int   // greatest length; elements of an array; parts of a vector
	of            *form
	fields        []field
}

type field struct {
	name  string
	form  *form
	owner bool
	rare  bool
	place bool // predict=motion
	turn  bool // predict=rotation
}

func integer(lo, hi int64) *form { return &form{sort: ranged, lo: lo, hi: hi} }
func unsigned(bits int) *form    { return integer(0, 1<<bits-1) }
func signedInt(bits int) *form   { return integer(-1<<(bits-1), 1<<(bits-1)-1) }
func enum(n int64) *form         { return integer(0, n-1) }
func steps(lo, hi, num, den int64) *form {
	return &form{sort: ranged, lo: lo, hi: hi, num: num, den: den, single: true}
}
func double(f *form) *form { c := *f; c.single = false; return &c }
func wide(lo, hi int64) *form {
	return &form{sort: ranged, lo: lo, hi: hi, wide: true}
}
func words(s, m int, f *form) *form { c := *f; c.small, c.medium = s, m; return &c }
func vec(n int, f *form) *form      { return &form{sort: vector, n: n, of: f} }
func rotation(bits int) *form       { return &form{sort: quat, bits: bits} }
func turns(bits int) *form          { return &form{sort: angle, bits: bits, single: true} }
func str(n int) *form               { return &form{sort: text, n: n} }
func raw(n int) *form               { return &form{sort: octets, n: n} }
func many(n int, of *form) *form    { return &form{sort: list, n: n, of: of} }
func fixed(n int, of *form) *form   { return &form{sort: array, n: n, of: of} }
func maybe(of *form) *form          { return &form{sort: optional, of: of} }
func counts(hi int64) *form         { return &form{sort: counter, hi: hi} }
func strukt(fields ...field) *form  { return &form{sort: record, fields: fields} }

var (
	yes       = &form{sort: boolean}
	reference = &form{sort: ref}
	int64s    = &form{sort: word, bits: 64, wide: true}
	uint64s   = &form{sort: word, bits: 64, wide: true, unsigned: true}
)

// bare says whether a difference of this form has no bit "changed" before it.
func (f *form) bare() bool {
	switch f.sort {
	case ranged, boolean, counter, angle, quat, vector:
		return true
	}
	return false
}

// foreseen says whether a component has hints, so that its difference is a predicted one.
func (f *form) foreseen() bool {
	for _, x := range f.fields {
		if x.place || x.turn {
			return true
		}
	}
	return false
}
