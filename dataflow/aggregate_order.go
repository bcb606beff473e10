package dataflow

import (
	"bytes"
	"cmp"
	"strings"
)

// A valueOrder puts values of any type in a total order, the same in every
// process: numbers and strings by size, values of other types by their encoding.
type valueOrder[V any] struct {
	natural func(a, b V) int // nil: by encoding
	codec   Codec[V]
	same    identity[V]
}

func newValueOrder[V any]() *valueOrder[V] {
	c := CBOR[V]()
	return &valueOrder[V]{naturalOrder[V](), c, identityOf(c)}
}

// naturalOrder returns cmp.Compare if V is one of the types listed here.
func naturalOrder[V any]() func(a, b V) int {
	for _, f := range []any{
		cmp.Compare[string], cmp.Compare[int], cmp.Compare[int64], cmp.Compare[int32], cmp.Compare[int16], cmp.Compare[int8],
		cmp.Compare[uint], cmp.Compare[uint64], cmp.Compare[uint32], cmp.Compare[uint16], cmp.Compare[uint8],
		cmp.Compare[float64], cmp.Compare[float32], cmp.Compare[Time],
	} {
		if f, ok := f.(func(a, b V) int); ok {
			return f
		}
	}
	return nil
}

// compare encodes both values if it must; for comparisons that are rare.
func (o *valueOrder[V]) compare(a, b V) int {
	switch {
	case o.natural != nil:
		return o.natural(a, b)
	case o.same.equal(a, b):
		return 0
	}
	return bytes.Compare(o.encoded(a), o.encoded(b))
}

// after returns the order of first, and where it has no opinion that of o.
func (o *valueOrder[V]) after(first func(a, b V) int) func(a, b V) int {
	return func(a, b V) int {
		if c := first(a, b); c != 0 {
			return c
		}
		return o.compare(a, b)
	}
}

func (o *valueOrder[V]) encoded(v V) []byte {
	b, err := o.codec.Encode(nil, v)
	if err != nil {
		panic(err) // becomes the error of the operator
	}
	return b
}

// A coded value has its encoding with it, if that is what it is ordered by.
type coded[V any] struct {
	value V
	code  string
}

func (o *valueOrder[V]) coded(v V) coded[V] {
	if o.natural != nil {
		return coded[V]{value: v}
	}
	return coded[V]{v, string(o.encoded(v))}
}

func (o *valueOrder[V]) compareCoded(a, b coded[V]) int {
	if o.natural != nil {
		return o.natural(a.value, b.value)
	}
	return strings.Compare(a.code, b.code)
}

// codedCodec writes the values alone.
func (o *valueOrder[V]) codedCodec() Codec[coded[V]] {
	return Codec[coded[V]]{
		Encode: func(dst []byte, c coded[V]) ([]byte, error) {
			if o.natural != nil {
				return o.codec.Encode(dst, c.value)
			}
			return append(dst, c.code...), nil
		},
		Decode: func(b []byte) (coded[V], error) {
			v, err := o.codec.Decode(b)
			if o.natural != nil {
				return coded[V]{value: v}, err
			}
			return coded[V]{v, string(b)}, err
		},
	}
}
