package metadata

// An Expr is a condition on one document's metadata. For every document it is
// true, false, or failed: JMESPath calls an operator that is given the wrong
// type an error, and an error anywhere that is reached makes the whole
// condition fail. All, None and Failed are the same for every document; Unknown
// is for what cannot be said by this package.
//
// Field names are the keys of the metadata. A key that is missing is the same as
// one whose value is nil.
type Expr interface {
	// eval returns what e is for the documents of r. If strict is false, the
	// caller needs to know only what is true: failed may be left as false, and
	// open may hold any document that is not true for sure.
	eval(r *reading, strict bool) (sets, error)
	// fields calls yield for each field that e names.
	fields(yield func(string))
	// cost orders conditions: cheap ones are looked at first.
	cost() int
}

// A Constant is the same for all documents.
type Constant int

// The constants. Unknown leaves every document to the caller.
const (
	None Constant = iota
	All
	Failed
	Unknown
)

// Equal is true where Field is Value: nil, a bool, a string or a float64. It
// never fails.
type Equal struct {
	Field string
	Value any
}

// An Op is a comparison of numbers.
type Op string

// The comparisons.
const (
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// Compare is true where Field is a number that stands in relation Op to Number.
// It never fails: anything but a number compares as false.
type Compare struct {
	Field  string
	Op     Op
	Number float64 // not NaN
}

// Text is true where Field is a string that Match accepts.
type Text struct {
	Field string
	// Match depends on nothing but its argument, which it must not keep. Any
	// goroutine may call it.
	Match func(string) bool
	// Every string that Match accepts begins with Prefix and contains each of
	// Parts; both may be empty. What they rule out, Match is not asked.
	Prefix string
	Parts  []string
	// Else is the result where Field is no string: None, All or Failed.
	Else Constant
}

// Contains is true where Field is a string with Value in it, or a list with an
// element that equals Value, and fails where Field is neither a string nor a
// list.
type Contains struct {
	Field string
	Value any // nil, a bool, a string or a float64
}

// And is the first of its conditions that is not true, else true.
type And []Expr

// Or is the first of its conditions that is not false, else false.
type Or []Expr

// Not is true where Expr is false, and fails where it fails.
type Not struct{ Expr Expr }

func (Constant) fields(func(string))         {}
func (e Equal) fields(yield func(string))    { yield(e.Field) }
func (e Compare) fields(yield func(string))  { yield(e.Field) }
func (e Text) fields(yield func(string))     { yield(e.Field) }
func (e Contains) fields(yield func(string)) { yield(e.Field) }
func (e Not) fields(yield func(string))      { e.Expr.fields(yield) }

func (e And) fields(yield func(string)) {
	for _, x := range e {
		x.fields(yield)
	}
}

func (e Or) fields(yield func(string)) { And(e).fields(yield) }

func (e Constant) cost() int {
	if e == Unknown {
		return 100
	}
	return 0
}

func (Equal) cost() int { return 1 }

func (Compare) cost() int { return 2 }

func (e Text) cost() int {
	if len(e.Prefix) < gramSize && !selective(e.Parts) {
		return 4
	}
	return 3
}

func (e Contains) cost() int {
	if s, ok := e.Value.(string); ok && len(s) < gramSize {
		return 4
	}
	return 3
}

func (e Not) cost() int { return e.Expr.cost() }

func (e And) cost() int {
	most := 0
	for _, x := range e {
		most = max(most, x.cost())
	}
	return most
}

func (e Or) cost() int { return And(e).cost() }
