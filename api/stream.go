package api

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// streams are the event streams that are open. The zero value is ready.
type streams struct {
	mu      sync.Mutex // guards what follows
	cancels map[*context.CancelCauseFunc]struct{}
	ended   bool
}

// open returns a context that ends with ctx, or with errStopping when all
// streams are ended. The caller calls end when its stream is over.
func (s *streams) open(ctx context.Context) (_ context.Context, end func(), _ error) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		cancel(errStopping)
		return nil, nil, errStopping
	}
	if s.cancels == nil {
		s.cancels = make(map[*context.CancelCauseFunc]struct{})
	}
	s.cancels[&cancel] = struct{}{}
	return ctx, func() {
		cancel(nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.cancels, &cancel)
	}, nil
}

// endAll ends every stream, and every one that is opened later.
func (s *streams) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for cancel := range s.cancels {
		(*cancel)(errStopping)
	}
}

// writeTime is how long a caller may take to read one event.
const writeTime = 30 * time.Second

// A stream sends server-sent events. Its headers go out with the first event or
// heartbeat, so that until then a plain answer is possible.
type stream struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	heartbeat time.Duration

	mu      sync.Mutex // guards w and what follows
	beat    *time.Timer
	started bool
	closed  bool
}

// newStream returns a stream that is silent for at most heartbeat. It must be
// closed before the handler returns.
func newStream(w http.ResponseWriter, heartbeat time.Duration) *stream {
	s := &stream{w: w, control: http.NewResponseController(w), heartbeat: heartbeat}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat = time.AfterFunc(heartbeat, s.sendBeat)
	return s
}

// send sends v as event.
func (s *stream) send(event string, v any) error {
	data, err := marshal(v)
	if err != nil {
		return err
	}
	return s.sendRaw(event, data)
}

// sendRaw sends data, which is one line.
func (s *stream) sendRaw(event string, data []byte) error {
	b := make([]byte, 0, len(data)+len(event)+len("event: \ndata: \n\n"))
	b = append(b, "event: "...)
	b = append(b, event...)
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	b = append(b, "\n\n"...)
	return s.write(b)
}

func (s *stream) sendBeat() {
	_ = s.write([]byte(":\n\n")) // a caller that has gone is seen by its context
}

func (s *stream) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return http.ErrHandlerTimeout
	}
	if !s.started {
		s.start()
	}
	s.beat.Reset(s.heartbeat)
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTime)) // a recorder has none
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}

func (s *stream) start() {
	s.started = true
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
}

// giveUp closes the stream if nothing has been sent, so that a plain answer can
// be given instead, and says whether it did.
func (s *stream) giveUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		s.closed = true
		s.beat.Stop()
	}
	return !s.started
}

// close ends the heartbeat. Nothing is written after it returns.
func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.beat.Stop()
}
