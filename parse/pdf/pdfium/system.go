package pdfium

import (
	"context"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// noEntry is how system calls say that there is no such file.
const noEntry = -44

// exportSystem gives the module the functions of its environment that are not
// standard: memory grows up to the limit, the time stands still, and there are no
// files.
func exportSystem(env wazero.HostModuleBuilder, m wazero.CompiledModule) {
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		if module != "env" || strings.HasPrefix(name, "invoke_") || name == "_emscripten_throw_longjmp" {
			continue
		}
		env.NewFunctionBuilder().
			WithGoModuleFunction(system(name, len(f.ResultTypes())), f.ParamTypes(), f.ResultTypes()).
			Export(name)
	}
}

func system(name string, results int) api.GoModuleFunction {
	switch {
	case name == "emscripten_resize_heap":
		return api.GoModuleFunc(resize)
	case name == "_abort_js" || name == "__assert_fail":
		return api.GoModuleFunc(func(context.Context, api.Module, []uint64) { panic(errAborted) })
	case strings.HasPrefix(name, "__syscall_"):
		return api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = api.EncodeI32(noEntry) })
	}
	return api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) {
		if results > 0 {
			stack[0] = 0
		}
	})
}

// resize grows the memory to hold the wanted number of bytes.
func resize(_ context.Context, m api.Module, stack []uint64) {
	wanted, memory := uint64(uint32(stack[0])), m.Memory()
	stack[0] = 1
	if have := uint64(memory.Size()); wanted > have {
		if _, ok := memory.Grow(uint32((wanted - have + wasmPage - 1) / wasmPage)); !ok {
			stack[0] = 0
		}
	}
}
