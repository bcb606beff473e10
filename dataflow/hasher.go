package dataflow

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"reflect"
	"unsafe"
)

// A hasher computes hashes of the values of one type, field by field. Values that
// are equal by == have the same, and so have all values that are not numbers. It
// is what maphash.Comparable does for a type that is known to be comparable, and
// like that it allocates nothing.
type hasher struct {
	parts  []hashedPart
	floats bool // == may say no of values that are the same
}

// A hashedPart is a piece of a value's memory.
type hashedPart struct {
	at, size uintptr
	kind     reflect.Kind // String, Float32, Float64, or Invalid: plain bytes
}

// hasherOf returns the hasher of a comparable type without interfaces.
func hasherOf(t reflect.Type) *hasher {
	h := new(hasher)
	h.add(t, 0)
	return h
}

func (h *hasher) add(t reflect.Type, at uintptr) {
	switch t.Kind() {
	case reflect.String:
		h.parts = append(h.parts, hashedPart{at, t.Size(), reflect.String})
	case reflect.Float32, reflect.Float64:
		h.parts = append(h.parts, hashedPart{at, t.Size(), t.Kind()})
		h.floats = true
	case reflect.Complex64:
		h.add(reflect.TypeFor[float32](), at)
		h.add(reflect.TypeFor[float32](), at+4)
	case reflect.Complex128:
		h.add(reflect.TypeFor[float64](), at)
		h.add(reflect.TypeFor[float64](), at+8)
	case reflect.Array:
		for i := range uintptr(t.Len()) {
			h.add(t.Elem(), at+i*t.Elem().Size())
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.Name != "_" { // == does not look at it
				h.add(f.Type, at+f.Offset)
			}
		}
	default:
		h.addBytes(at, t.Size())
	}
}

// addBytes makes one part of what lies side by side.
func (h *hasher) addBytes(at, size uintptr) {
	if last := len(h.parts) - 1; last >= 0 {
		p := &h.parts[last]
		if p.kind == reflect.Invalid && p.at+p.size == at {
			p.size += size
			return
		}
	}
	h.parts = append(h.parts, hashedPart{at, size, reflect.Invalid})
}

// mixers are odd numbers of which nobody outside of the process knows anything.
var mixers = [2]uint64{maphash.Comparable(seed, 1) | 1, maphash.Comparable(seed, 2) | 1}

// mix is the step of wyhash; see Wang, "wyhash", https://github.com/wangyi-fudan/wyhash.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// sum returns the hash of the value at p.
func (h *hasher) sum(p unsafe.Pointer) uint64 {
	sum := mixers[0]
	for i := range h.parts {
		part := &h.parts[i]
		var word uint64
		switch at := unsafe.Add(p, part.at); part.kind {
		case reflect.String:
			word = maphash.String(seed, *(*string)(at))
		case reflect.Float32:
			word = floatBits(float64(*(*float32)(at)))
		case reflect.Float64:
			word = floatBits(*(*float64)(at))
		default:
			word = bytesHash(unsafe.Slice((*byte)(at), part.size))
		}
		sum = mix(sum^word, mixers[1])
	}
	return sum
}

// floatBits is the same for floats that are ==, and for all that are not numbers.
func floatBits(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

// bytesHash returns short bytes as they are.
func bytesHash(b []byte) uint64 {
	switch len(b) {
	case 8:
		return binary.LittleEndian.Uint64(b)
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	case 12:
		return mix(binary.LittleEndian.Uint64(b)^mixers[0], uint64(binary.LittleEndian.Uint32(b[8:]))^mixers[1])
	case 16:
		return mix(binary.LittleEndian.Uint64(b)^mixers[0], binary.LittleEndian.Uint64(b[8:])^mixers[1])
	}
	return maphash.Bytes(seed, b)
}
