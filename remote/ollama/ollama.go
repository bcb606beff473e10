// Package ollama sends requests to an Ollama server.
package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ragserver/remote"
)

// A Server is an Ollama server. Any goroutine may use it.
type Server struct {
	address remote.Address
	key     string
	client  *remote.Client
}

// New checks the address of a server; base "" means this machine's. Key is for
// a proxy in front of it. New does not call the server.
func New(base, key string, l remote.Limits) (*Server, error) {
	if base == "" {
		base = "http://localhost:11434"
	}
	address, err := remote.ParseAddress("ollama", base)
	if err != nil {
		return nil, err
	}
	key, err = remote.CheckKey("ollama", key)
	if err != nil {
		return nil, err
	}
	return &Server{address: address, key: key, client: remote.NewClient(address.Provider, l)}, nil
}

// Provider is the server's name in errors.
func (s *Server) Provider() string { return s.address.Provider }

// Post sends in as JSON. The caller closes the body. If the server does not
// have the model, the error says how to get it.
func (s *Server) Post(ctx context.Context, path, model string, in any) (*http.Response, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Provider(), err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address.URL+path, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Provider(), err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.key != "" {
		req.Header.Set("Authorization", "Bearer "+s.key)
	}
	resp, err := s.client.Do(req)
	if e, ok := errors.AsType[*remote.Error](err); ok && e.Status == http.StatusNotFound && strings.Contains(e.Message, "model") {
		e.Code, e.Message = "model_not_found", fmt.Sprintf("model %q is not there; get it with: ollama pull %s", model, model)
	}
	return resp, err
}
