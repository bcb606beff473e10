// Package provider holds what all remote embedding models need: texts that fit
// the model, and answers checked before they become vectors.
package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/remote"
)

// A Model describes a remote model.
type Model struct {
	Kind       string // "openai" or the like
	Name       string
	Dimensions int    // asked for; 0 for the model's own
	Query      string // put before each question,
	Passage    string // and before each passage
	MaxTokens  int    // of one text; more is cut off. 0 means 8,000
	Share      float64
	BatchSize  int           // texts a caller should put into a call
	Timeout    time.Duration // of one Embed

	learned atomic.Int64 // the dimensions of the first answer
}

// Check reports the first setting that cannot be used and fills in defaults.
func (m *Model) Check() error {
	switch {
	case strings.TrimSpace(m.Name) == "":
		return fmt.Errorf("%s: model is missing", m.Kind)
	case m.Dimensions < 0 || m.Dimensions > 65536:
		return fmt.Errorf("%s: dimensions: %d is not between 0 and 65536", m.Kind, m.Dimensions)
	case m.MaxTokens < 0:
		return fmt.Errorf("%s: max_tokens: %d is negative", m.Kind, m.MaxTokens)
	case m.BatchSize < 0:
		return fmt.Errorf("%s: batch_size: %d is negative", m.Kind, m.BatchSize)
	case m.Timeout < 0:
		return fmt.Errorf("%s: timeout: %v is negative", m.Kind, m.Timeout)
	case !(m.Share >= 0 && m.Share <= 1):
		return fmt.Errorf("%s: share: %v is not between 0 and 1", m.Kind, m.Share)
	}
	if m.MaxTokens == 0 {
		m.MaxTokens = 8000
	}
	if m.Share == 0 {
		m.Share = 0.7
	}
	return nil
}

// Space describes the model's vectors.
func (m *Model) Space() embed.Space {
	q := url.Values{}
	if m.Dimensions > 0 {
		q.Set("dimensions", strconv.Itoa(m.Dimensions))
	}
	if m.Query != "" {
		q.Set("query", m.Query)
	}
	if m.Passage != "" {
		q.Set("passage", m.Passage)
	}
	id := m.Kind + "/" + m.Name
	if len(q) > 0 {
		id += "?" + q.Encode()
	}
	return embed.Space{ID: id, Dimensions: m.dimensions(), Share: m.Share}
}

func (m *Model) dimensions() int {
	if m.Dimensions > 0 {
		return m.Dimensions
	}
	return int(m.learned.Load())
}

// A Call sends texts to the model of the named provider and returns a vector
// for each, in order. Its errors are *remote.Error.
type Call func(ctx context.Context, inputs []string) ([][]float32, error)

// Embed makes a call for the texts that are not empty, and checks the answer. A
// text that the model refuses as too long is cut further, so that it is found
// by its beginning.
func (m *Model) Embed(ctx context.Context, provider string, role embed.Role, texts []string, call Call) ([]rag.Vector, error) {
	ctx, cancel := context.WithTimeout(ctx, m.Timeout)
	defer cancel()
	inputs, at := m.inputs(role, texts)
	out := make([]rag.Vector, len(texts))
	if len(inputs) == 0 {
		return out, nil
	}
	got, err := call(ctx, inputs)
	for err != nil {
		if !shorten(err, inputs) {
			return nil, err
		}
		got, err = call(ctx, inputs)
	}
	if err := m.check(got, len(inputs)); err != nil {
		return nil, remote.Garbled(provider, err)
	}
	for i, v := range got {
		out[at[i]] = v
	}
	return out, nil
}

// inputs returns what is sent for texts, and which text each one is.
func (m *Model) inputs(role embed.Role, texts []string) (inputs []string, at []int) {
	prefix := m.Passage
	if role == embed.Query {
		prefix = m.Query
	}
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			continue
		}
		inputs = append(inputs, Cut(prefix+strings.ToValidUTF8(t, "\uFFFD"), m.MaxTokens))
		at = append(at, i)
	}
	return inputs, at
}

// check makes the vectors of an answer unit vectors, or says what is wrong. It
// remembers the dimensions: a model that changes them behind its name would
// spoil an index.
func (m *Model) check(got [][]float32, n int) error {
	if len(got) != n {
		return fmt.Errorf("%d vectors for %d texts", len(got), n)
	}
	want := m.dimensions()
	if want == 0 {
		want = len(got[0])
	}
	for i, v := range got {
		if len(v) == 0 || len(v) != want {
			return fmt.Errorf("vector %d has %d dimensions, want %d", i, len(v), want)
		}
		var err error
		if got[i], err = normal(v); err != nil {
			return fmt.Errorf("vector %d: %w", i, err)
		}
	}
	if !m.learned.CompareAndSwap(0, int64(want)) && int(m.learned.Load()) != want {
		return fmt.Errorf("vectors have %d dimensions, before they had %d", want, m.learned.Load())
	}
	return nil
}

// normal returns v with unit length, nil if it has no direction.
func normal(v []float32) ([]float32, error) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, errors.New("not a finite number")
	}
	if sum == 0 {
		return nil, nil
	}
	scale := 1 / math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) * scale)
	}
	return v, nil
}
