package dataflow

import (
	"bytes"
	"cmp"
	"reflect"
	"time"
)

// tieOf returns an order of the values of a type in which only equal values are
// equal. It goes by the fields as they are declared, elements as they come, and
// instants. The values of a type with a map or an interface in it go by their
// encodings, which costs more.
func tieOf[V any](c Codec[V]) func(a, b *V) int {
	if !opaque(reflect.TypeFor[V](), make(map[reflect.Type]bool)) {
		return func(a, b *V) int { return tie(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()) }
	}
	encode := func(v *V) []byte {
		b, err := c.Encode(nil, *v)
		if err != nil {
			panic(err) // becomes the error of the operator
		}
		return b
	}
	return func(a, b *V) int { return bytes.Compare(encode(a), encode(b)) }
}

// instant is the type of a point in time, which is compared as such.
var instant = reflect.TypeFor[time.Time]()

// opaque tells whether tie cannot look into values of the type.
func opaque(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || t == instant {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	case reflect.Array, reflect.Slice, reflect.Pointer:
		return opaque(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if opaque(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// tie compares two addressable values of one type, which is not opaque.
func tie(a, b reflect.Value) int {
	switch {
	case a.Type() == instant:
		return (*time.Time)(a.Addr().UnsafePointer()).Compare(*(*time.Time)(b.Addr().UnsafePointer()))
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.CanComplex():
		x, y := a.Complex(), b.Complex()
		return cmp.Or(cmp.Compare(real(x), real(y)), cmp.Compare(imag(x), imag(y)))
	}
	switch a.Kind() {
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Bool:
		return cmp.Compare(truth(a), truth(b))
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return cmp.Compare(notNil(a), notNil(b))
		}
		return tie(a.Elem(), b.Elem())
	case reflect.Struct:
		return tieAll(a.NumField(), a.NumField(), a.Field, b.Field)
	case reflect.Slice:
		if a.IsNil() || b.IsNil() {
			return cmp.Compare(notNil(a), notNil(b))
		}
	}
	return tieAll(a.Len(), b.Len(), a.Index, b.Index)
}

// tieAll compares n parts with m others.
func tieAll(n, m int, a, b func(int) reflect.Value) int {
	for i := range min(n, m) {
		if c := tie(a(i), b(i)); c != 0 {
			return c
		}
	}
	return cmp.Compare(n, m)
}

func truth(v reflect.Value) int {
	if v.Bool() {
		return 1
	}
	return 0
}

// notNil is 0 for nil.
func notNil(v reflect.Value) int {
	if v.IsNil() {
		return 0
	}
	return 1
}
