package pdfium

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"ragserver/parse"
)

// Why PDFium stops.
var (
	errAborted = errors.New("PDFium gave up")
	errMemory  = fmt.Errorf("PDFium needs more memory than a document may have: %w", parse.ErrLimit)
)

// A trap is the panic by which a failed call ends all work on a document.
type trap struct{ err error }

// An instance is a PDFium with a memory of its own. It is used by one goroutine
// at a time. Its calls panic with a trap when PDFium fails.
type instance struct {
	ctx       context.Context // of the document that is open; not kept longer
	module    api.Module
	memory    api.Memory
	functions map[string]api.Function
	fresh     []byte // the memory after start-up
	loop      api.Function
	scratch   uint64 // an address with room for small results
	stack     [16]uint64
}

const (
	scratchSize = 4 << 10
	exitDone    = 1 // of a module whose context is done
)

// start starts PDFium.
func (e *Engine) start(ctx context.Context) (i *instance, err error) {
	m, err := e.runtime.InstantiateModule(ctx, e.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("__wasm_call_ctors"))
	if err != nil {
		return nil, err
	}
	i = &instance{ctx: ctx, module: m, memory: m.Memory(), functions: map[string]api.Function{}}
	if err = e.addLoop(ctx, i); err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	err = i.guard(func() {
		i.call("FPDF_InitLibrary")
		i.scratch = i.alloc(scratchSize)
		all, _ := i.memory.Read(0, i.memory.Size())
		i.fresh = bytes.Clone(bytes.TrimRight(all, "\x00"))
	})
	if err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	return i, nil
}

// with runs f in a PDFium whose memory is as after start-up.
func (e *Engine) with(ctx context.Context, f func(*instance) error) (err error) {
	var i *instance
	select {
	case i = <-e.idle:
	default:
		if i, err = e.start(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("starting PDFium: %w", err)
		}
	}
	i.ctx = ctx
	// To watch the context at each call would cost more than the call.
	stop := context.AfterFunc(ctx, func() { _ = i.module.CloseWithExitCode(context.WithoutCancel(ctx), exitDone) })
	trapped := i.guard(func() { err = f(i) })
	if !stop() || trapped != nil {
		// Its stack is in disorder: it is not used again.
		return errors.Join(context.Cause(ctx), trapped, i.module.Close(context.WithoutCancel(ctx)))
	}
	i.reset()
	select {
	case e.idle <- i:
	default:
		err = errors.Join(err, i.module.Close(context.WithoutCancel(ctx)))
	}
	return err
}

// reset makes the memory what it was after start-up.
func (i *instance) reset() {
	i.ctx = nil
	all, _ := i.memory.Read(0, i.memory.Size())
	clear(all[copy(all, i.fresh):])
}

// guard runs f and returns the error of the call that trapped in it.
func (i *instance) guard(f func()) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case trap:
			err = v.err
		default:
			panic(v)
		}
	}()
	f()
	return nil
}

// call calls a function of PDFium that exists in every build.
func (i *instance) call(name string, args ...uint64) uint64 {
	f := i.functions[name]
	if f == nil {
		if f = i.module.ExportedFunction(name); f == nil {
			panic(trap{fmt.Errorf("there is no function %s: this is not the PDFium that is wanted", name)})
		}
		i.functions[name] = f
	}
	return i.invoke(f, name, args...)
}

func (i *instance) invoke(f api.Function, name string, args ...uint64) uint64 {
	copy(i.stack[:], args)
	if err := f.CallWithStack(context.Background(), i.stack[:]); err != nil {
		panic(trap{i.reason(name, err)})
	}
	return i.stack[0]
}

// reason says why a call failed.
func (i *instance) reason(name string, err error) error {
	if e := context.Cause(i.ctx); e != nil {
		return e
	}
	if errors.Is(err, errAborted) {
		err = errAborted
	}
	s, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("PDFium crashed in %s: %s", name, parse.Cut(s, 200))
}

// has reports whether this build has a function.
func (i *instance) has(name string) bool { return i.module.ExportedFunction(name) != nil }

func (i *instance) alloc(size uint64) uint64 {
	p := i.call("malloc", size) & math.MaxUint32
	if p == 0 {
		panic(trap{errMemory})
	}
	return p
}

func (i *instance) free(p uint64) { i.call("free", p) }

// put copies bytes into the memory of PDFium.
func (i *instance) put(data []byte) uint64 {
	p := i.alloc(uint64(len(data)) + 1)
	if !i.memory.Write(uint32(p), data) || !i.memory.WriteByte(uint32(p)+uint32(len(data)), 0) {
		panic(trap{errMemory})
	}
	return p
}

// bytes returns n bytes at p, valid until the next call.
func (i *instance) bytes(p, n uint64) []byte {
	b, ok := i.memory.Read(uint32(p), uint32(n))
	if !ok || n > math.MaxUint32 {
		panic(trap{errors.New("PDFium pointed outside its memory")})
	}
	return b
}

func (i *instance) float32s(p uint64, n int) (out [6]float64) {
	b := i.bytes(p, uint64(4*n))
	for j := range n {
		out[j] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*j:])))
	}
	return out
}

// maxString bounds what is copied of one string, in bytes.
const maxString = 1 << 20

// read returns what a function of the form f(..., buffer, length) writes: it
// returns how many bytes it needs.
func (i *instance) read(f func(buffer, length uint64) uint64) []byte {
	n := f(i.scratch, scratchSize) & math.MaxUint32
	if n <= scratchSize {
		return i.bytes(i.scratch, n)
	}
	if n > maxString {
		return nil
	}
	p := i.alloc(n)
	defer i.free(p)
	f(p, n)
	return i.bytes(p, n)
}

// wide returns a string in UTF-16 that such a function writes.
func (i *instance) wide(f func(buffer, length uint64) uint64) string {
	b := i.read(f)
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	s, _, _ := strings.Cut(string(utf16.Decode(units)), "\x00")
	return s
}

// narrow returns a string in bytes that such a function writes.
func (i *instance) narrow(f func(buffer, length uint64) uint64) string {
	s, _, _ := strings.Cut(string(i.read(f)), "\x00")
	return strings.ToValidUTF8(s, "")
}
