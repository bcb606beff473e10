package builtin

import "github.com/ledongthuc/pdf"

// operate runs an operator that needs no resources.
func (x *interpreter) operate(op keyword, args []any) {
	switch op {
	case "q":
		if len(x.stack) < maxStack {
			x.stack = append(x.stack, x.state)
		}
	case "Q":
		if n := len(x.stack) - 1; n >= 0 {
			x.state, x.stack = x.stack[n], x.stack[:n]
		}
	case "cm":
		x.ctm = six(args).mul(x.ctm)
	case "BT":
		x.tm, x.tlm = identity, identity
	case "Tc":
		x.tc = num(args, 0)
	case "Tw":
		x.tw = num(args, 0)
	case "Tz":
		x.th = num(args, 0) / 100
	case "TL":
		x.leading = num(args, 0)
	case "Ts":
		x.rise = num(args, 0)
	default:
		x.write(op, args)
	}
}

// write runs the operators that move to or draw text.
func (x *interpreter) write(op keyword, args []any) {
	switch op {
	case "Tm":
		x.tlm = six(args)
		x.tm = x.tlm
	case "Td":
		x.move(num(args, 0), num(args, 1))
	case "TD":
		x.leading = -num(args, 1)
		x.move(num(args, 0), num(args, 1))
	case "T*":
		x.move(0, -x.leading)
	case "Tj":
		s, _ := arg[str](args, 0)
		x.show(s)
	case "'":
		x.move(0, -x.leading)
		s, _ := arg[str](args, 0)
		x.show(s)
	case `"`:
		x.tw, x.tc = num(args, 0), num(args, 1)
		x.move(0, -x.leading)
		s, _ := arg[str](args, 2)
		x.show(s)
	case "TJ":
		list, _ := arg[[]any](args, 0)
		x.showList(list)
	}
}

func (x *interpreter) move(dx, dy float64) {
	x.tlm = matrix{1, 0, 0, 1, dx, dy}.mul(x.tlm)
	x.tm = x.tlm
}

func (x *interpreter) showList(list []any) {
	for _, e := range list {
		switch e := e.(type) {
		case str:
			x.show(e)
		case float64:
			x.tm = matrix{1, 0, 0, 1, -e / 1000 * x.size * x.th, 0}.mul(x.tm)
		}
	}
}

func six(args []any) matrix {
	if len(args) < 6 {
		return identity
	}
	var m matrix
	for i := range m {
		m[i] = num(args, i)
	}
	return m
}

// annotations draws what stands on top of a page: the values of form fields and
// free text.
func (x *interpreter) annotations(page pdf.Value) {
	list := page.Key("Annots")
	for i := 0; i < min(list.Len(), 5000) && x.ctx.Err() == nil; i++ {
		a := list.Index(i)
		switch a.Key("Subtype").Name() {
		case "Widget", "FreeText", "Stamp":
		default:
			continue
		}
		const hidden = 1<<1 | 1<<5
		if a.Key("F").Int64()&hidden != 0 {
			continue
		}
		look := a.Key("AP").Key("N")
		if look.Kind() == pdf.Dict {
			look = look.Key(a.Key("AS").Name())
		}
		if look.Kind() == pdf.Stream {
			x.appearance(a.Key("Rect"), look)
		}
	}
}

// appearance draws a form so that its lower left corner is that of rect.
func (x *interpreter) appearance(rect, look pdf.Value) {
	x.state, x.stack = state{ctm: identity, th: 1}, nil
	if rect.Len() == 4 {
		box := look.Key("BBox")
		x.ctm[4] = min(rect.Index(0).Float64(), rect.Index(2).Float64()) - box.Index(0).Float64()
		x.ctm[5] = min(rect.Index(1).Float64(), rect.Index(3).Float64()) - box.Index(1).Float64()
	}
	resources := look.Key("Resources")
	if resources.IsNull() {
		resources = x.doc.reader.Trailer().Key("Root").Key("AcroForm").Key("DR")
	}
	x.tm, x.tlm = identity, identity
	if m := matrixOf(look.Key("Matrix")); m != identity {
		x.ctm = m.mul(x.ctm)
	}
	x.run(stream(look, x.doc), resources, 1)
}
