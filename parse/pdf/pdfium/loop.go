package pdfium

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// A call from this program into PDFium costs more than what most of its functions
// do, and each character needs seven. So a second module, written here, makes the
// calls for a whole page:
//
//	(func (export "chars") (param $page i32) (param $i i32) (param $end i32) (param $out i32)
//	  (loop (if (i32.lt_s $i $end) (then
//	    (i32.store offset=0 $out (GetUnicode $page $i))
//	    (i32.store offset=4 $out (IsGenerated $page $i))
//	    (i32.store offset=8 $out (HasUnicodeMapError $page $i))
//	    (f32.store offset=12 $out (f32.demote_f64 (GetFontSize $page $i)))
//	    (drop (GetLooseCharBox $page $i (i32.add $out 16)))
//	    (drop (GetCharOrigin $page $i (i32.add $out 32) (i32.add $out 40)))
//	    (drop (GetMatrix $page $i (i32.add $out 48)))
//	    (local.set $i (i32.add $i 1))
//	    (local.set $out (i32.add $out 72))
//	    (br 1)))))
const recordSize = 72

// A char is what the loop tells of a character.
type char struct {
	code      rune
	generated bool // by PDFium, for the reader's sake
	unmapped  bool // the file does not say what it means
	size      float64
	box       [4]float64 // left, top, right, bottom: around all that the font draws
	x, y      float64    // where its base line begins
	matrix    [6]float64
}

func readChar(b []byte) char {
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
	float := func(i int) float64 { return float64(math.Float32frombits(word(i))) }
	c := char{code: rune(word(0)), generated: word(4) == 1, unmapped: word(8) == 1, size: float(12)}
	for i := range c.box {
		c.box[i] = float(16 + 4*i)
	}
	c.x = math.Float64frombits(binary.LittleEndian.Uint64(b[32:]))
	c.y = math.Float64frombits(binary.LittleEndian.Uint64(b[40:]))
	for i := range c.matrix {
		c.matrix[i] = float(48 + 4*i)
	}
	return c
}

// addLoop gives i the loop.
func (e *Engine) addLoop(ctx context.Context, i *instance) error {
	ctx = experimental.WithImportResolver(ctx, func(string) api.Module { return i.module })
	m, err := e.runtime.InstantiateModule(ctx, e.loop, wazero.NewModuleConfig().WithName(""))
	if err == nil {
		i.loop = m.ExportedFunction("chars")
	}
	return err
}

// Codes of WebAssembly.
const (
	i32, f64                                = 0x7f, 0x7c
	opLoop, opIf, opEnd, opBranch           = 0x03, 0x04, 0x0b, 0x0c
	opCall, opDrop, opGet, opSet            = 0x10, 0x1a, 0x20, 0x21
	opStore, opStoreF32, opConst            = 0x36, 0x38, 0x41
	opLess, opAdd, opDemote, noValue        = 0x48, 0x6a, 0xb6, 0x40
	aFunction, aMemory                      = 0x00, 0x02
	typeSection, importSection, funcSection = 1, 2, 3
	exportSection, codeSection              = 7, 10
)

// loopModule returns the module, which imports what it calls from PDFium.
func loopModule() []byte {
	types := [][]byte{
		{0x60, 2, i32, i32, 1, i32},
		{0x60, 2, i32, i32, 1, f64},
		{0x60, 3, i32, i32, i32, 1, i32},
		{0x60, 4, i32, i32, i32, i32, 1, i32},
		{0x60, 4, i32, i32, i32, i32, 0},
	}
	imports := [][]byte{append(imported("memory"), aMemory, 0, 1)}
	for _, f := range []struct {
		name string
		kind byte // index in types
	}{
		{"FPDFText_GetUnicode", 0}, {"FPDFText_IsGenerated", 0}, {"FPDFText_HasUnicodeMapError", 0},
		{"FPDFText_GetFontSize", 1}, {"FPDFText_GetLooseCharBox", 2}, {"FPDFText_GetCharOrigin", 3}, {"FPDFText_GetMatrix", 2},
	} {
		imports = append(imports, append(imported(f.name), aFunction, f.kind))
	}
	body := loopBody()
	m := []byte("\x00asm\x01\x00\x00\x00")
	m = section(m, typeSection, types...)
	m = section(m, importSection, imports...)
	m = section(m, funcSection, []byte{4})
	m = section(m, exportSection, append(named("chars"), aFunction, 7))
	return section(m, codeSection, append(unsigned(nil, len(body)), body...))
}

// loopBody returns the code of the function; its parameters are 0 to 3, in order.
func loopBody() []byte {
	const page, index, end, out = 0, 1, 2, 3
	b := []byte{0, opLoop, noValue, opGet, index, opGet, end, opLess, opIf, noValue}
	for f := range byte(3) {
		b = append(b, opGet, out, opGet, page, opGet, index, opCall, f, opStore, 2, 4*f)
	}
	b = append(b, opGet, out, opGet, page, opGet, index, opCall, 3, opDemote, opStoreF32, 2, 12)
	b = append(b, opGet, page, opGet, index, opGet, out, opConst, 16, opAdd, opCall, 4, opDrop)
	b = append(b, opGet, page, opGet, index, opGet, out, opConst, 32, opAdd, opGet, out, opConst, 40, opAdd, opCall, 5, opDrop)
	b = append(b, opGet, page, opGet, index, opGet, out, opConst, 48, opAdd, opCall, 6, opDrop)
	b = append(b, opGet, index, opConst, 1, opAdd, opSet, index)
	// As a signed number, 72 takes two bytes.
	b = append(b, opGet, out, opConst, recordSize|0x80, 0, opAdd, opSet, out)
	return append(b, opBranch, 1, opEnd, opEnd, opEnd)
}

func imported(name string) []byte { return append(named("pdfium"), named(name)...) }

func named(s string) []byte { return append(unsigned(nil, len(s)), s...) }

// section appends a section with a list of entries to m.
func section(m []byte, id byte, entries ...[]byte) []byte {
	body := unsigned(nil, len(entries))
	for _, e := range entries {
		body = append(body, e...)
	}
	m = append(m, id)
	return append(unsigned(m, len(body)), body...)
}

func unsigned(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }
