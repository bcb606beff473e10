package dataflow

import (
	"hash/maphash"
	"reflect"
	"time"
	"unsafe"
)

// An identity tells values of a type apart: by == where the type has it, else by
// their encoding. Not a number is equal to itself, so that it can be retracted.
type identity[T any] struct {
	equal func(a, b T) bool
	hash  func(T) uint64
}

// seed is that of all hashes in this process.
var seed = maphash.MakeSeed()

func identityOf[T any](c Codec[T]) identity[T] {
	encode := func(v T) string {
		b, err := c.Encode(nil, v)
		if err != nil {
			panic(err) // becomes the error of the operator
		}
		return string(b)
	}
	if reflect.TypeFor[T]().Comparable() && !holdsInterface(reflect.TypeFor[T]()) {
		h := hasherOf(reflect.TypeFor[T]())
		id := identity[T]{
			equal: func(a, b T) bool { return any(a) == any(b) },
			hash:  func(v T) uint64 { return h.sum(unsafe.Pointer(&v)) },
		}
		if h.floats {
			id.equal = func(a, b T) bool {
				return any(a) == any(b) || id.hash(a) == id.hash(b) && encode(a) == encode(b)
			}
		}
		return id
	}
	return identity[T]{
		equal: func(a, b T) bool { return encode(a) == encode(b) },
		hash:  func(v T) uint64 { return maphash.String(seed, encode(v)) },
	}
}

// Two times are equal if they are the same instant in UTC.
var timeLocation = reflect.TypeFor[time.Location]()

// holdsInterface tells whether == on the type could panic, or compare pointers.
func holdsInterface(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		return t.Kind() != reflect.Pointer || t.Elem() != timeLocation
	case reflect.Array:
		return holdsInterface(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsInterface(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// shardOf returns which of n workers has key k.
func shardOf[K comparable](k K, n int) int {
	if n == 1 {
		return 0
	}
	return int(maphash.Comparable(seed, k) % uint64(n))
}

// consolidate adds up the diffs of equal values and drops what comes to nothing.
// It reuses the memory of batch.
func (id identity[T]) consolidate(batch []Delta[T]) []Delta[T] {
	if len(batch) < 2 {
		return dropZeros(batch)
	}
	at := make(map[uint64]int32, len(batch)) // hash -> last value with it
	before := make([]int32, 0, len(batch))   // value -> the one before it with its hash
	sums := batch[:0]
next:
	for _, d := range batch {
		h := id.hash(d.Value)
		last, ok := at[h]
		if !ok {
			last = -1
		}
		for i := last; i >= 0; i = before[i] {
			if id.equal(sums[i].Value, d.Value) {
				sums[i].Diff += d.Diff
				continue next
			}
		}
		at[h] = int32(len(sums))
		before = append(before, last)
		sums = append(sums, d)
	}
	clear(batch[len(sums):])
	return dropZeros(sums)
}
