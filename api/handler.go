package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// A Config says how the API is served. The zero value serves everything, on
// this machine's own names, without keys.
type Config struct {
	Version  string               // of the program, for /healthz and the OpenAPI document
	Logger   *slog.Logger         // nil: nothing is logged
	Registry *prometheus.Registry // what /metrics shows; nil: a new one with the figures of the process

	// UI serves GET and HEAD of every path that the API does not have; nil:
	// they are not found. It needs no key.
	UI http.Handler

	// Hosts are the Host names that are served, without port; "*" is any. If
	// there are none, requests that arrive over loopback must name this machine
	// (localhost or an address), so that a web page whose name was made to point
	// here cannot read the documents; other requests may use any name.
	Hosts []string
	// CORS are the origins whose pages may call the API, as in
	// "https://wiki.example.com"; "*" is any. Without any, browsers keep other
	// sites' pages away.
	CORS []string
	// Keys are the accepted bearer tokens of /v1 and /metrics; none: open.
	Keys []string

	MaxBody    int64 // bytes of a JSON body; 0: 1 MiB
	MaxUpload  int64 // bytes of an upload; 0: 200 MiB
	MaxAnswers int   // answers at a time, others wait their turn; 0: 16

	RequestTimeout time.Duration // 0: 30 s
	AnswerTimeout  time.Duration // of an answer, its wait included; 0: 2 min
	UploadTimeout  time.Duration // 0: 10 min
	Heartbeat      time.Duration // of event streams; 0: 15 s
}

func (c *Config) setDefaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&c.RequestTimeout, 30*time.Second)
	def(&c.AnswerTimeout, 2*time.Minute)
	def(&c.UploadTimeout, 10*time.Minute)
	def(&c.Heartbeat, 15*time.Second)
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 20
	}
	if c.MaxUpload <= 0 {
		c.MaxUpload = 200 << 20
	}
	if c.MaxAnswers <= 0 {
		c.MaxAnswers = 16
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
		c.Registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
}

// A Handler serves the API. Any goroutine may call ServeHTTP.
type Handler struct {
	cfg     Config
	svc     Service
	engine  *gin.Engine
	guard   *guard
	metrics *metrics
	buffers pool
	answers chan struct{} // one element for each answer being made
	streams streams
	spec    func() (spec, error) // made when first asked for
}

// New returns a handler of svc, all of whose parts are needed. It starts
// nothing. A Registry belongs to one handler.
func New(cfg Config, svc Service) (*Handler, error) {
	cfg.setDefaults()
	if svc.Retriever == nil || svc.Answerer == nil || svc.Documents == nil || svc.Pages == nil || svc.Monitor == nil {
		return nil, errors.New("api: a part of the service is missing")
	}
	g, err := newGuard(cfg)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	m, err := newMetrics(cfg.Registry, svc.Monitor)
	if err != nil {
		return nil, fmt.Errorf("api: registering metrics: %w", err)
	}
	h := &Handler{cfg: cfg, svc: svc, guard: g, metrics: m, answers: make(chan struct{}, cfg.MaxAnswers)}
	h.spec = sync.OnceValues(h.makeSpec)
	h.engine = h.newEngine()
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	trimSlash(r)
	h.engine.ServeHTTP(w, r)
}

// newEngine puts the routes into gin, which here only finds the handler of a
// path.
func (h *Handler) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode) // else gin prints every route
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.Use(h.observe, h.admit)
	for _, r := range h.routes() {
		for _, method := range r.methods {
			e.Handle(method, r.path, h.endpoint(r))
		}
	}
	e.NoRoute(h.elsewhere)
	e.NoMethod(func(c *gin.Context) { h.fail(c, errMethod) })
	return e
}

// endpoint gives a route its time limit and turns its error into an answer.
func (h *Handler) endpoint(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx := c.Request.Context()
		if r.limit > 0 {
			limited, cancel := context.WithTimeout(ctx, r.limit)
			defer cancel()
			ctx = limited
		}
		if err := r.serve(ctx, c); err != nil {
			h.fail(c, err)
		}
	}
}

// bodyTime is how long a JSON body may take to arrive.
const bodyTime = 20 * time.Second

// fields reads the request's fields. A GET has no body that counts.
func (h *Handler) fields(c *gin.Context) (fields, error) {
	r := c.Request
	if r.Method != http.MethodPost || r.ContentLength == 0 {
		return parseFields(nil, r.URL.RawQuery), nil
	}
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // a recorder has none
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, r.Body, h.cfg.MaxBody))
	if err != nil {
		return fields{}, bodyError(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return parseFields(body, r.URL.RawQuery), nil
}

// bodyError says that a body could not be read: too long, or cut off.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &BadRequest{Message: "the body did not arrive in time"}
	}
	return &BadRequest{Message: fmt.Sprintf("the body ended early: %v", err)}
}

// wait returns when the changes behind all of token, as upload and wait know it,
// are searchable.
func (h *Handler) wait(ctx context.Context, token string) error {
	for one := range splitTokens(token) {
		if err := h.svc.Documents.Wait(ctx, one); err != nil {
			if bad, ok := errors.AsType[*BadRequest](err); ok {
				return badField("after", "%s", bad.Message)
			}
			return notYet{err}
		}
	}
	return nil
}
