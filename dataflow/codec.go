package dataflow

import (
	"encoding/json"

	"github.com/fxamacker/cbor/v2"
)

// A Codec turns values into the bytes that a Backend keeps, and back. Both
// functions may be called from several goroutines at once.
type Codec[T any] struct {
	// Encode appends the encoded v to dst. Equal values must give equal
	// bytes: an upsert is a change if its bytes differ.
	Encode func(dst []byte, v T) ([]byte, error)

	// Decode returns the value of what Encode appended. It must not keep
	// the slice.
	Decode func([]byte) (T, error)
}

// JSON returns a codec that writes values as encoding/json does.
func JSON[T any]() Codec[T] {
	return Codec[T]{
		Encode: func(dst []byte, v T) ([]byte, error) {
			b, err := json.Marshal(v)
			return append(dst, b...), err
		},
		Decode: func(b []byte) (v T, err error) {
			err = json.Unmarshal(b, &v)
			return v, err
		},
	}
}

// CBOR returns a codec that writes the exported fields of values in the core
// deterministic encoding of RFC 8949, section 4.2.1. It is what operators keep
// their state with. A time comes back in UTC.
func CBOR[T any]() Codec[T] {
	var v T
	switch any(v).(type) {
	case string:
		return any(plainString).(Codec[T])
	default:
		return Codec[T]{
			Encode: func(dst []byte, v T) ([]byte, error) {
				b, err := canonical.Marshal(v)
				return append(dst, b...), err
			},
			Decode: func(b []byte) (v T, err error) {
				err = cbor.Unmarshal(b, &v)
				return v, err
			},
		}
	}
}

var plainString = Codec[string]{
	Encode: func(dst []byte, s string) ([]byte, error) { return append(dst, s...), nil },
	Decode: func(b []byte) (string, error) { return string(b), nil },
}

var canonical = func() cbor.EncMode {
	o := cbor.CoreDetEncOptions()
	o.Time = cbor.TimeRFC3339NanoUTC
	m, err := o.EncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

func (c Codec[T]) complete() bool { return c.Encode != nil && c.Decode != nil }
