package api

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics measure the requests.
type metrics struct {
	seconds *prometheus.HistogramVec // by route and code; its count is that of the requests
	flying  prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry, m Monitor) (*metrics, error) {
	out := &metrics{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ragserver_http_request_duration_seconds",
			Help:    "Time to serve a request, by route and status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "code"}),
		flying: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ragserver_http_requests_in_flight",
			Help: "Requests being served.",
		}),
	}
	return out, errors.Join(registry.Register(out.seconds), registry.Register(out.flying), registry.Register(newCollector(m)))
}

// observe counts a request; route is "" for what the API does not have.
func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	m.seconds.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// showMetrics serves /metrics.
func (h *Handler) showMetrics(_ context.Context, c *gin.Context) error {
	promhttp.HandlerFor(h.cfg.Registry, promhttp.HandlerOpts{}).ServeHTTP(c.Writer, c.Request)
	return nil
}

// A collector reads the Monitor when it is asked.
type collector struct {
	monitor Monitor

	documents, chunks, vectors, embedded, epoch, complete, ready *prometheus.Desc
	sourceDocuments, lag, failing                                *prometheus.Desc
	fieldBytes                                                   *prometheus.Desc
}

func newCollector(m Monitor) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("ragserver_"+name, help, labels, nil)
	}
	return &collector{
		monitor:         m,
		documents:       desc("documents", "Documents by status.", "status"),
		chunks:          desc("chunks", "Chunks that can be found."),
		vectors:         desc("vectors", "Chunks that have a vector."),
		embedded:        desc("embedded_texts_total", "Texts that the embedding model was asked for."),
		epoch:           desc("epoch", "State of the index: committed batches of changes."),
		complete:        desc("complete_until_seconds", "Unix time up to which every noticed change is searchable."),
		ready:           desc("ready", "1 once everything that was found at the start is searchable."),
		sourceDocuments: desc("source_documents", "Documents of a source by status.", "source", "status"),
		lag:             desc("source_lag_seconds", "Age of the oldest change that is not searchable.", "source"),
		fieldBytes:      desc("metadata_field_bytes", "Memory of the index of a field of the metadata, about.", "field"),
		failing:         desc("source_failing", "1 if the last listing of the source failed.", "source"),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.documents, c.chunks, c.vectors, c.embedded, c.epoch, c.complete, c.ready, c.sourceDocuments, c.lag, c.failing, c.fieldBytes} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s := c.monitor.Statistics()
	gauge(c.documents, float64(s.Indexed), "indexed")
	gauge(c.documents, float64(s.Failed), "failed")
	gauge(c.documents, float64(s.Pending), "pending")
	gauge(c.chunks, float64(s.Chunks))
	gauge(c.vectors, float64(s.Vectors))
	ch <- prometheus.MustNewConstMetric(c.embedded, prometheus.CounterValue, float64(s.Embedded))
	gauge(c.epoch, float64(s.Epoch))
	if !s.CompleteUntil.IsZero() {
		gauge(c.complete, float64(s.CompleteUntil.UnixMilli())/1000)
	}
	gauge(c.ready, number(c.monitor.Ready() == nil))
	for _, f := range c.monitor.Fields() {
		gauge(c.fieldBytes, float64(f.Bytes), strings.ToValidUTF8(f.Field, "\uFFFD"))
	}
	for _, src := range c.monitor.Sources() {
		gauge(c.sourceDocuments, float64(src.Documents), src.Name, "indexed")
		gauge(c.sourceDocuments, float64(src.Failed), src.Name, "failed")
		gauge(c.sourceDocuments, float64(src.Pending), src.Name, "pending")
		gauge(c.lag, src.Lag.Seconds(), src.Name)
		gauge(c.failing, number(src.Error != ""), src.Name)
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
