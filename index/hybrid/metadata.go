package hybrid

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
)

// A metadata is what filters see of a document. One that was loaded from a
// checkpoint stays encoded until it is first looked at, so that a start costs
// nothing for it.
type metadata struct {
	encoded string // "" if it was never encoded
	decoded atomic.Pointer[map[string]any]
}

func newMetadata(m map[string]any) *metadata {
	if m == nil {
		m = map[string]any{}
	}
	d := new(metadata)
	d.decoded.Store(&m)
	return d
}

// get returns the metadata, which is not to be modified. Any goroutine may call
// it.
func (d *metadata) get() map[string]any {
	if m := d.decoded.Load(); m != nil {
		return *m
	}
	m, err := decodeMetadata(d.encoded)
	if err != nil {
		m = map[string]any{} // its checksum was right: nobody writes such a thing
	}
	if d.decoded.CompareAndSwap(nil, &m) {
		return m
	}
	return *d.decoded.Load()
}

// appendTo appends the encoded form.
func (d *metadata) appendTo(b []byte) ([]byte, error) {
	if d.encoded != "" {
		return append(b, d.encoded...), nil
	}
	return appendMetadata(b, d.get())
}

// The types of values in encoded metadata. What is none of the first is kept as
// JSON.
const (
	isNull byte = iota
	isString
	isInt
	isFloat
	isFalse
	isTrue
	isJSON
)

// appendMetadata appends the number of keys, and each key with its value. Texts
// come after their length.
func appendMetadata(b []byte, m map[string]any) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for key, value := range m {
		b = appendText(b, key)
		switch v := value.(type) {
		case nil:
			b = append(b, isNull)
		case string:
			b = appendText(append(b, isString), v)
		case int64:
			b = binary.AppendVarint(append(b, isInt), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, isFloat), math.Float64bits(v))
		case bool:
			if v {
				b = append(b, isTrue)
			} else {
				b = append(b, isFalse)
			}
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("metadata %q: %w", key, err)
			}
			b = appendText(append(b, isJSON), string(text))
		}
	}
	return b, nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// errShort says that encoded data ends before it is complete.
var errShort = errors.New("is cut short")

// decodeMetadata reads what appendMetadata wrote. The strings are parts of s.
func decodeMetadata(s string) (map[string]any, error) {
	r := &reader{rest: s}
	n := r.uvarint()
	if n > uint64(len(s)) { // a key takes two bytes
		return nil, fmt.Errorf("metadata of %d bytes with %d keys: %w", len(s), n, errShort)
	}
	m := make(map[string]any, n)
	for range n {
		key := r.text()
		m[key] = r.value()
	}
	if r.err == nil && r.rest != "" {
		r.err = fmt.Errorf("%d bytes follow it", len(r.rest))
	}
	if r.err != nil {
		return nil, fmt.Errorf("metadata: %w", r.err)
	}
	return m, nil
}

// A reader takes encoded values off the front of a string. After an error it
// returns zeros.
type reader struct {
	rest string
	err  error
}

func (r *reader) bytes(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.err, r.rest = errShort, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) text() string { return r.bytes(r.uvarint()) }

func (r *reader) uvarint() uint64 {
	var v uint64
	for i, shift := 0, uint(0); i < len(r.rest) && shift < 64; i, shift = i+1, shift+7 {
		c := r.rest[i]
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return v
		}
	}
	r.err, r.rest = errShort, ""
	return 0
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) value() any {
	kind := r.bytes(1)
	if kind == "" {
		return nil
	}
	switch kind[0] {
	case isNull:
		return nil
	case isString:
		return r.text()
	case isInt:
		return r.varint()
	case isFloat:
		if b := r.bytes(8); b != "" {
			return math.Float64frombits(binary.LittleEndian.Uint64([]byte(b)))
		}
		return nil
	case isFalse, isTrue:
		return kind[0] == isTrue
	case isJSON:
		var v any
		if err := json.Unmarshal([]byte(r.text()), &v); err != nil && r.err == nil {
			r.err = err
		}
		return v
	}
	if r.err == nil {
		r.err = fmt.Errorf("value of unknown type %d", kind[0])
	}
	return nil
}
