package values

import (
	"encoding/hex"
	"reflect"
	"strconv"
	"strings"
)

// Plain is a value as golden files have it: names in camelCase, integers of 64 bits as text, bytes as hex, an optional as its
// value or null.
func Plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return Plain(v.Elem())
	case reflect.Struct:
		if strings.HasPrefix(v.Type().String(), "optional.Of[") {
			if !v.Field(0).Bool() {
				return nil
			}
			return Plain(v.Field(1))
		}
		out := map[string]any{}
		for i := range v.NumField() {
			out[camel(v.Type().Field(i).Name)] = Plain(v.Field(i))
		}
		return out
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 && v.Type().Elem().PkgPath() == "" {
			return hex.EncodeToString(v.Bytes())
		}
		out := []any{}
		for i := range v.Len() {
			out = append(out, Plain(v.Index(i)))
		}
		return out
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return v.Interface()
}

func camel(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(name) {
		n--
	}
	return strings.ToLower(name[:n]) + name[n:]
}
