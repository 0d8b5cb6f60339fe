package settings

import (
	encodings "encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// fit turns a value of the file into what the flag's parser takes, or says why the flag cannot have it. JSON has few types; a flag's
// decides which of them it takes, so that nothing is rounded, cut or guessed on the way.
func fit(flag *kong.Flag, v any) (any, error) {
	out, err := as(flag.Target.Type(), v)
	if err != nil {
		return nil, err
	}
	if flag.Enum != "" {
		if text, ok := out.(string); ok && !flag.EnumMap()[text] {
			return nil, fmt.Errorf("%q is none of %s", text, strings.Join(slices.DeleteFunc(flag.EnumSlice(), func(s string) bool { return s == "" }), ", "))
		}
	}
	target := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(out, kong.FlagValueToken)
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target); err != nil {
		return nil, err
	}
	return out, within(flag, target)
}

func as(t reflect.Type, v any) (any, error) {
	if v == nil {
		return nil, errors.New("null is no value; leave the key out for the default")
	}
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch {
	case t == reflect.TypeFor[time.Duration]():
		if isNumber {
			return nil, fmt.Errorf("%s has no unit; write it as text with one, such as \"%ss\"", number, number)
		}
		if _, err := time.ParseDuration(text); isText && err != nil {
			return nil, fmt.Errorf("%q is no length of time; write a number with a unit, such as \"30s\" or \"1m30s\"", text)
		}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encodings.TextUnmarshaler]()): // before its kind: a log level is an int
	case t.Kind() == reflect.Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("want true or false, without quotes, and no %s", kind(v))
	case t.Kind() == reflect.Slice:
		return list(t, v)
	case slices.Contains(numbers, t.Kind()):
		if !isNumber {
			return nil, fmt.Errorf("want a number, without quotes, and no %s", kind(v))
		}
		return number.String(), inRange(t, number.String())
	}
	if !isText {
		return nil, fmt.Errorf("want text in quotes, and no %s", kind(v))
	}
	return text, nil
}

func list(t reflect.Type, v any) (any, error) {
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("want a list, such as [\"a\", \"b\"], and no %s", kind(v))
	}
	for i, item := range items {
		if _, err := as(t.Elem(), item); err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
	}
	return items, nil
}

var numbers = []reflect.Kind{
	reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
	reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64,
}

// inRange says why a number as JSON writes it does not fit a type.
func inRange(t reflect.Type, number string) (err error) {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		_, err = strconv.ParseFloat(number, t.Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if _, err = strconv.ParseUint(number, 10, t.Bits()); err != nil && strings.HasPrefix(number, "-") {
			return fmt.Errorf("%s is negative", number)
		}
	default:
		_, err = strconv.ParseInt(number, 10, t.Bits())
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large", number)
	case err != nil:
		return fmt.Errorf("%s is no whole number", number)
	}
	return nil
}
