package proof

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// fill gives every field of a value one that its form allows. round picks it, each field at its own pace, through both
// ends of every range.
func fill(l *schema.Lock, value any, round int) {
	v := reflect.ValueOf(value).Elem()
	fillStruct(l, v, round)
}

func fillStruct(l *schema.Lock, v reflect.Value, round int) {
	for i, f := range fieldsOf(l, v.Type().Name()) {
		fillValue(l, v.Field(i), &f.Type, round/(i+1)+i)
	}
}

func fieldsOf(l *schema.Lock, name string) []schema.LockField {
	for _, d := range slices.Concat(l.Structs, l.Entities) {
		if d.Name == name {
			return d.Fields
		}
	}
	panic("no struct " + name)
}

func fillValue(l *schema.Lock, v reflect.Value, t *schema.LockType, round int) {
	var lo, hi, a, b int64
	switch v.Kind() {
	case reflect.Struct:
		fillStruct(l, v, round)
	case reflect.Bool:
		v.SetBool(round%2 == 0)
	case reflect.String:
		must(fmt.Sscanf(t.Text, "string %d", &hi))
		v.SetString(strings.Repeat(string(rune('a'+round%26)), int([]int64{0, 1, hi}[round%3])))
	case reflect.Slice:
		must(fmt.Sscanf(t.Text, "list %d of", &hi))
		n := int([]int64{0, 1, hi}[round%3])
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fillValue(l, v.Index(i), t.Elem, round+i)
		}
	default:
		must(fmt.Sscanf(t.Text, "int %d..%d delta=%d,%d", &lo, &hi, &a, &b))
		span := hi - lo + 1
		// Steps small and large, so that every form of a difference is met.
		n := []int64{lo, lo + 1, lo + 5%span, hi, hi - 1, hi - 5%span, lo + int64(round)%span, lo + int64(round)*977%span}[round%8]
		if v.CanInt() {
			v.SetInt(n)
		} else {
			v.SetUint(uint64(n))
		}
	}
}

func must(n int, err error) {
	if n == 0 || err != nil {
		panic(fmt.Sprint("a form that the proof cannot fill: ", err))
	}
}

// leaf is one value within a struct, and what both versions call it.
type leaf struct {
	path string
	enum *schema.LockEnum
	text string
	num  int64
}

func leaves(l *schema.Lock, v reflect.Value, path string, hideOwned bool, out []leaf) []leaf {
	for i, f := range fieldsOf(l, v.Type().Name()) {
		if !f.Owner || !hideOwned {
			out = leavesOf(l, v.Field(i), &f.Type, path+"."+f.Name, out)
		}
	}
	return out
}

func leavesOf(l *schema.Lock, v reflect.Value, t *schema.LockType, path string, out []leaf) []leaf {
	switch {
	case v.Kind() == reflect.Struct:
		return leaves(l, v, path, false, out)
	case v.Kind() == reflect.Slice:
		out = append(out, leaf{path: path + " length", text: fmt.Sprint(v.Len())})
		for i := range v.Len() {
			out = leavesOf(l, v.Index(i), t.Elem, fmt.Sprintf("%s[%d]", path, i), out)
		}
		return out
	}
	f := leaf{path: path, text: fmt.Sprint(v.Interface())}
	if i := slices.IndexFunc(l.Enums, func(e schema.LockEnum) bool { return e.Name == t.Enum }); i >= 0 {
		f.enum, f.num = &l.Enums[i], int64(v.Uint())
	}
	return append(out, f)
}

// compare holds what an older end has to what a newer end has. A name that both know means the same thing; one that only
// one knows stands for what is in its place. What only the newer end has is its own affair.
func compare(ol, nl *schema.Lock, older, newer any, hideOwned bool) error {
	o := leaves(ol, reflect.ValueOf(older).Elem(), "", hideOwned, nil)
	n := leaves(nl, reflect.ValueOf(newer).Elem(), "", hideOwned, nil)
	for i, a := range o {
		at := slices.IndexFunc(n, func(f leaf) bool { return f.path == a.path })
		if at < 0 && len(o) == len(n) {
			at = i
		}
		if at < 0 {
			return fmt.Errorf("the newer end has no %s", a.path)
		}
		if b := n[at]; !equal(a, b) {
			return fmt.Errorf("%s is %s at the older end and %s at the newer", a.path, a, b)
		}
	}
	return nil
}

func equal(a, b leaf) bool {
	if a.enum == nil || b.enum == nil {
		return a.text == b.text
	}
	older, newer := a.enum.Values, b.enum.Values
	if a.num >= int64(len(older)) || b.num >= int64(len(newer)) {
		return false
	}
	name, now := older[a.num], newer[b.num]
	if slices.Contains(newer, name) || slices.Contains(older, now) {
		return name == now
	}
	return a.num == b.num
}

func (f leaf) String() string {
	if f.enum != nil && f.num < int64(len(f.enum.Values)) {
		return f.enum.Values[f.num]
	}
	return f.text
}
