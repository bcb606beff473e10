package dataflow

import "fmt"

// An Optional is a value that may not be there, such as the other side of a row
// that an outer join found no match for. Unlike a pointer it is compared by its
// value: the retraction of a row equals the row.
type Optional[T any] struct {
	Value T // the zero value unless OK
	OK    bool
}

// Some returns the Optional with v in it.
func Some[T any](v T) Optional[T] { return Optional[T]{v, true} }

// Or returns the value, or other if there is none.
func (o Optional[T]) Or(other T) T {
	if o.OK {
		return o.Value
	}
	return other
}

// String returns the value as fmt prints it, or "none".
func (o Optional[T]) String() string {
	if o.OK {
		return fmt.Sprintf("%+v", o.Value)
	}
	return "none"
}
