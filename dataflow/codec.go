package dataflow

import "encoding/json"

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

func (c Codec[T]) complete() bool { return c.Encode != nil && c.Decode != nil }
