package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of a connection. A request's own limits are in Config.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	grace      = 5 * time.Second
)

// Serve serves h on l until ctx is done. Then it takes no more requests, ends
// the event streams, gives the requests that are being served a few seconds, and
// returns nil. It closes l. A Handler is served once.
func Serve(ctx context.Context, l net.Listener, h *Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		// No ReadTimeout: it would end an answer that is still being made.
		// Bodies are given their time where they are read.
		WriteTimeout: max(h.cfg.RequestTimeout, h.cfg.AnswerTimeout) + writeTime,
		ErrorLog:     slog.NewLogLogger(h.cfg.Logger.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(h.streams.endAll)
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { drained <- drain(server) })
	err := server.Serve(l)
	if stop() { // it ended by itself
		_ = server.Close()
		return fmt.Errorf("serving HTTP on %s: %w", l.Addr(), err)
	}
	return <-drained
}

// drain ends server; requests that outlast grace are cut off.
func drain(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}
