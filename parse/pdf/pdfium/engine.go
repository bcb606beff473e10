// Package pdfium reads PDF files with PDFium, compiled to WebAssembly and run in a
// sandbox of this process: it reaches no file and no network, and each document
// begins with memory as it is after start-up, up to a limit.
package pdfium

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/emscripten"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"ragserver/parse"
)

// A Config says where PDFium is.
type Config struct {
	Path   string // of pdfium.wasm
	Cache  string // folder of what was compiled from it; "" to compile it each time
	Memory int64  // bytes that one document may use; 512 MiB

	// Killable says that somebody kills this process when a document takes too
	// long. Then a context ends the work between pages only, which is faster.
	Killable bool
}

const (
	defaultMemory = 512 << 20
	maxModule     = 64 << 20 // bytes
	wasmPage      = 64 << 10
)

// An Engine is PDFium, ready to open documents. Any number of goroutines may use
// it.
type Engine struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	loop     wazero.CompiledModule
	cache    wazero.CompilationCache
	idle     chan *instance
}

// Open compiles the module, or reads what was compiled from it before. Close frees
// the engine.
func Open(ctx context.Context, c Config) (*Engine, error) {
	info, err := os.Stat(c.Path)
	if err != nil {
		return nil, fmt.Errorf("PDFium: %w", err)
	}
	if info.Size() > maxModule {
		return nil, fmt.Errorf("PDFium: %s has %d MiB, more than %d: %w", c.Path, info.Size()>>20, maxModule>>20, parse.ErrLimit)
	}
	wasm, err := os.ReadFile(c.Path)
	if err != nil {
		return nil, fmt.Errorf("PDFium: %w", err)
	}
	if c.Memory <= 0 {
		c.Memory = defaultMemory
	}
	e, err := open(ctx, wasm, c)
	if err != nil && c.Cache != "" {
		// A process that must not write files can do without the cache.
		c.Cache = ""
		e, err = open(ctx, wasm, c)
	}
	if err != nil {
		return nil, fmt.Errorf("PDFium in %s: %w", c.Path, err)
	}
	return e, nil
}

// Prepare fills the cache, so that processes that may not write files open the
// engine at once.
func Prepare(ctx context.Context, c Config) error {
	e, err := Open(ctx, c)
	if err != nil {
		return err
	}
	return e.Close()
}

func open(ctx context.Context, wasm []byte, c Config) (*Engine, error) {
	e := &Engine{idle: make(chan *instance, 1)}
	if err := e.compile(ctx, wasm, c); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) compile(ctx context.Context, wasm []byte, c Config) (err error) {
	config := wazero.NewRuntimeConfig().
		WithMemoryLimitPages(uint32(c.Memory / wasmPage)).
		WithCloseOnContextDone(!c.Killable).
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads)
	if c.Cache != "" {
		if e.cache, err = wazero.NewCompilationCacheWithDir(c.Cache); err != nil {
			return err
		}
		config = config.WithCompilationCache(e.cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if e.compiled, err = e.runtime.CompileModule(ctx, wasm); err != nil {
		return err
	}
	if e.loop, err = e.runtime.CompileModule(ctx, loopModule()); err != nil {
		return err
	}
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, e.runtime); err != nil {
		return err
	}
	exporter, err := emscripten.NewFunctionExporterForModule(e.compiled)
	if err != nil {
		return err
	}
	env := e.runtime.NewHostModuleBuilder("env")
	exporter.ExportFunctions(env)
	exportSystem(env, e.compiled)
	if _, err = env.Instantiate(ctx); err != nil {
		return err
	}
	i, err := e.start(ctx) // also proves that it is PDFium
	if err == nil {
		e.idle <- i
	}
	return err
}

// Close frees the engine. Documents that are open fail.
func (e *Engine) Close() error {
	var errs []error
	if e.runtime != nil {
		errs = append(errs, e.runtime.Close(context.Background()))
	}
	if e.cache != nil {
		errs = append(errs, e.cache.Close(context.Background()))
	}
	return errors.Join(errs...)
}
