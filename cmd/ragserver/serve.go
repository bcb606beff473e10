package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"golang.org/x/sync/errgroup"

	"ragserver/api"
)

// serve runs the service until ctx is done.
func serve(ctx context.Context, std streams, args []string) error {
	set := flag.NewFlagSet("serve", flag.ContinueOnError)
	file := set.String("config", "", "configuration `file` (YAML)")
	addr := set.String("addr", "", "`host:port` to listen on (default 127.0.0.1:8000)")
	data := set.String("data", "", "`folder` for everything that is kept (default .ragserver)")
	json := set.Bool("log-json", false, "log lines as JSON")
	paths, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	s, err := load(*file, std)
	if err != nil {
		return err
	}
	s.Addr, s.Data = orElse(*addr, s.Addr), orElse(*data, s.Data)
	s.Log.JSON = s.Log.JSON || *json
	if err := s.addPaths(paths); err != nil {
		return err
	}
	log, err := newLogger(std.err, s.Log)
	if err != nil {
		return err
	}
	return start(ctx, std, s, log)
}

// start listens first: a port that is taken is known before anything is opened.
func start(ctx context.Context, std streams, s settings, log *slog.Logger) error {
	limitMemory()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", s.Addr, err)
	}
	defer listener.Close()
	v, err := build(s, log)
	if err != nil {
		return err
	}
	log.Info("serving", "url", "http://"+listener.Addr().String(), "data", s.Data, "embedder", v.embedder.Space().ID)
	return errors.Join(v.run(ctx, std, listener), v.Close())
}

// run runs all parts until ctx is done or one of them fails.
func (v *service) run(ctx context.Context, std streams, listener net.Listener) error {
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return v.parsers.Run(ctx) })
	if v.drawers != nil {
		work.Go(func() error { return v.drawers.Run(ctx) })
	}
	work.Go(func() error { return v.pipeline.Run(ctx) })
	work.Go(func() error { return v.index.Run(ctx) })
	work.Go(func() error { return api.Serve(ctx, listener, v.handler) })
	work.Go(func() error { return showProgress(ctx, std.err, v.pipeline) })
	err := work.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// limitMemory lets the collector work harder than by default: most of the heap
// is vectors, which do not become garbage, and 25 % instead of 100 % above them
// costs 2 to 15 % of the time while much is indexed.
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
}

func newLogger(w io.Writer, c logSettings) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(orElse(c.Level, "info"))); err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	options := &slog.HandlerOptions{Level: level}
	if c.JSON {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}
