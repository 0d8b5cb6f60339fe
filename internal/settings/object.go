package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// member is one key of the file's object with its value: a string, json.Number, bool, nil, []any or map[string]any.
type member struct {
	key   string
	value any
	line  int
}

// parse reads a text that is one JSON object, and nothing else. Keys may come twice: the caller says what that means.
func parse(text []byte) ([]member, error) {
	if err := encoding(text); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	at := func() int { return lineOf(text, dec.InputOffset()) }
	opening, err := dec.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty; write {} for no settings")
	case err != nil:
		return nil, syntax(text, err)
	case opening != json.Delim('{'):
		return nil, fmt.Errorf("line %d: settings are one JSON object, such as {\"http\": \":9000\"}, and no %s", at(), kind(opening))
	}
	var out []member
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, syntax(text, err)
		}
		key, _ := token.(string) // the decoder lets nothing else pass there
		m := member{key: key, line: at()}
		if err := dec.Decode(&m.value); err != nil {
			return nil, syntax(text, err)
		}
		out = append(out, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, syntax(text, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: something follows the object's closing brace", at())
	}
	return out, nil
}

// encoding refuses what is no UTF-8, or not plainly so.
func encoding(text []byte) error {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return errors.New("the file begins with a byte order mark; save it as UTF-8 without one")
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")), bytes.IndexByte(text, 0) >= 0:
		return errors.New("the file is UTF-16, or no text at all; save it as UTF-8")
	}
	for line := 1; len(text) > 0; {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("line %d: the text is not UTF-8; save it as UTF-8", line)
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	return nil
}

// syntax says where JSON is broken.
func syntax(text []byte, err error) error {
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &broken):
		return fmt.Errorf("line %d: not JSON: %w", lineOf(text, broken.Offset), err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the file ends within the object; is it cut off?")
	}
	return fmt.Errorf("not JSON: %w", err)
}

func lineOf(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(offset, int64(len(text)))], []byte("\n"))
}

// kind is what JSON calls a value.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number:
		return "number"
	case bool:
		return "true or false"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	case json.Delim:
		return map[json.Delim]string{'[': "list"}[v]
	}
	return "value of that kind"
}
