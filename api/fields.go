package api

import (
	"bytes"
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// fields are the named values of a request. One rule for all routes, as
// Pathway's clients expect it: the body is read as JSON whatever its
// Content-Type; what is not a JSON object counts as an empty one; a query
// parameter stands in for a key that the body lacks; names that nobody asks for
// are never looked at.
type fields struct {
	body  map[string]json.RawMessage
	query url.Values
}

// parseFields never fails: a body that cannot be read holds no fields.
func parseFields(body []byte, rawQuery string) fields {
	var f fields
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(body) > 0 && json.Unmarshal(body, &f.body) != nil {
		f.body = nil
	}
	if rawQuery != "" {
		f.query, _ = url.ParseQuery(rawQuery) // the pairs that can be read
	}
	return f
}

// A given is the value of a field as it was sent, and the name it was sent by.
type given struct {
	name string
	json json.RawMessage // nil if it came in the query string
	text string          // of a query parameter
}

// find returns the value of the first of names that was sent. A null is the
// same as nothing.
func (f fields) find(names ...string) (given, bool) {
	for _, name := range names {
		if raw, ok := f.body[name]; ok && !isNull(raw) {
			return given{name: name, json: raw}, true
		}
		if v, ok := f.query[name]; ok && f.body[name] == nil {
			return given{name: name, text: v[0]}, true
		}
	}
	return given{name: names[0]}, false
}

// null says whether name was sent as null.
func (f fields) null(name string) bool { return isNull(f.body[name]) }

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// required returns a missingField for name, or a *BadRequest if it was sent as null.
func (f fields) required(name string) error {
	if f.null(name) {
		return badField(name, "must not be null")
	}
	return missingField(name)
}

// text returns the string under the first of names that was sent, else "".
// What is not a string is taken as it was written, as in 123, or as Python
// writes it, as in True.
func (f fields) text(names ...string) string {
	v, _ := f.find(names...)
	return v.asText()
}

func (v given) asText() string {
	if v.json == nil {
		return strings.ToValidUTF8(v.text, "\uFFFD")
	}
	switch v.json[0] {
	case '"':
		var s string
		if json.Unmarshal(v.json, &s) != nil {
			return string(v.json)
		}
		return s
	case 't':
		return "True"
	case 'f':
		return "False"
	default:
		return string(v.json)
	}
}

// integer returns the whole number under the first of names that was sent, and
// whether there is one. Fractions are cut, true is 1, and text that holds a whole
// number is one. Anything else, or a number outside low to high, is an
// error that names the field and the bounds.
func (f fields) integer(low, high int, names ...string) (int, bool, error) {
	v, ok := f.find(names...)
	if !ok {
		return 0, false, nil
	}
	n, ok := v.asInteger()
	if !ok || n < float64(low) || n > float64(high) {
		return 0, true, badField(v.name, "must be a whole number from %d to %d, not %s", low, high, v.shown())
	}
	return int(n), true, nil
}

// asInteger returns a whole number; one too large for an int is infinite.
func (v given) asInteger() (float64, bool) {
	text := v.text
	if v.json != nil {
		switch v.json[0] {
		case 't':
			return 1, true
		case 'f':
			return 0, true
		case '{', '[':
			return 0, false
		case '"':
			text = v.asText()
		default:
			n, err := strconv.ParseFloat(string(v.json), 64)
			return math.Trunc(n), err == nil
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return float64(n), err == nil
}

// epoch returns the number of the epoch that was asked for, 0 if none was. All
// whole numbers that JSON can carry everywhere are taken.
func (f fields) epoch() (uint64, error) {
	v, ok := f.find("epoch")
	if !ok {
		return 0, nil
	}
	const most = 1 << 53
	n, ok := v.asInteger()
	if !ok || n < 0 || n > most {
		return 0, badField(v.name, "must be a whole number from 0 to %d, not %s", uint64(most), v.shown())
	}
	return uint64(n), nil
}

// boolean returns the truth under the first of names that was sent, else false.
func (f fields) boolean(names ...string) (bool, error) {
	v, ok := f.find(names...)
	if !ok {
		return false, nil
	}
	if v.json == nil || v.json[0] == '"' {
		switch strings.ToLower(strings.TrimSpace(v.asText())) {
		case "true", "1", "yes", "on":
			return true, nil
		case "false", "0", "no", "off", "", "none", "null":
			return false, nil
		}
		return false, badField(v.name, "must be true or false, not %s", v.shown())
	}
	switch v.json[0] {
	case 't':
		return true, nil
	case 'f':
		return false, nil
	case '{', '[':
		return false, badField(v.name, "must be true or false, not %s", v.shown())
	default:
		n, _ := strconv.ParseFloat(string(v.json), 64)
		return n != 0, nil
	}
}

// shown is the value in an error message: as it was sent, and short.
func (v given) shown() string {
	s := string(v.json)
	if v.json == nil {
		s = strconv.Quote(v.text)
	}
	const most = 60 // bytes
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
