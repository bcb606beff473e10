// Package llmtest has model servers that behave, models that are scripted, and
// the tests that every llm.Chat passes.
package llmtest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Behavior is how a Server answers one request.
type Behavior int

// The behaviors of a Server.
const (
	Good        Behavior = iota
	Slow                 // good, in many pieces with short pauses between
	Stall                // begins well and then says nothing
	Silent               // does not say anything
	Busy                 // 429, come back in 1 second
	BusyNow              // 429, come back in 1 millisecond
	Broken               // 500
	Refused              // 401
	Missing              // 404, there is no such model
	TooLong              // 400 until the texts are short enough
	Garbage              // 200 and bytes without meaning
	Page                 // 502 and an HTML page
	LoginPage            // 200 and an HTML page
	Reset                // the connection is reset after some bytes
	Truncated            // ends properly in the middle of the answer
	FailsMidway          // begins well, then reports an error
	Filtered             // the content filter stops the answer
	Cut                  // the answer ends at its length limit
	WrongSize            // vectors of another dimension
	WrongCount           // a vector too few
	NotNumbers           // vectors of what is no finite number
	NoBase64             // vectors in decimal numbers, whatever was asked for
	Endless              // never ends, and never pauses
)

// TooLongLimit is the most bytes of a text that TooLong accepts.
const TooLongLimit = 1000

// Dimensions of a Server's vectors, unless a request asks for others.
const Dimensions = 4

// A Request is what a Server was asked.
type Request struct {
	Path   string
	Header http.Header
	Body   map[string]any
}

// A Server speaks OpenAI's and Ollama's interfaces on the loopback device.
type Server struct {
	URL string // OpenAI's is below /v1

	// Answer is what chats say. Set it before the first request.
	Answer []string

	http *httptest.Server
	stop chan struct{}

	mu        sync.Mutex // guards what follows
	behaviors []Behavior
	requests  []Request
}

// NewServer starts a server that behaves as told, request by request; the last
// behavior stays. It ends with the test.
func NewServer(t testing.TB, behaviors ...Behavior) *Server {
	s := &Server{behaviors: behaviors, Answer: []string{"The ", "answer ", "is 42 [1]."}, stop: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.handle(openAIChat{}))
	mux.HandleFunc("POST /v1/embeddings", s.handle(openAIVectors{}))
	mux.HandleFunc("POST /api/chat", s.handle(ollamaChat{}))
	mux.HandleFunc("POST /api/embed", s.handle(ollamaVectors{}))
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL
	t.Cleanup(func() {
		close(s.stop)
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// Requests returns what the server was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) next(r Request) Behavior {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	if len(s.behaviors) == 0 {
		return Good
	}
	b := s.behaviors[0]
	if len(s.behaviors) > 1 {
		s.behaviors = s.behaviors[1:]
	}
	return b
}

// A protocol is one of the interfaces.
type protocol interface {
	// answer returns the pieces of a good answer to body and their type.
	answer(s *Server, b Behavior, body map[string]any) (contentType string, pieces []string)
	// failure returns an error as one piece of an answer.
	failure(message string) string
}

func (s *Server) handle(p protocol) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b := s.next(Request{Path: r.URL.Path, Header: r.Header, Body: body})
		if !s.refuse(w, r, b, body) {
			s.stream(w, r, b, p, body)
		}
	}
}

// refuse answers what is answered before the first byte of a good answer.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, b Behavior, body map[string]any) bool {
	const plain = "application/json"
	switch b {
	case Silent:
		s.wait(r, time.Hour)
	case Busy:
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusTooManyRequests, plain, `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`)
	case BusyNow:
		w.Header().Set("Retry-After-Ms", "1")
		reply(w, http.StatusTooManyRequests, plain, `{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}`)
	case Broken:
		reply(w, http.StatusInternalServerError, plain, `{"error":"out of memory"}`)
	case Refused:
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		reply(w, http.StatusUnauthorized, plain, `{"error":{"message":"Incorrect API key provided: `+key+`","code":"invalid_api_key"}}`)
	case Missing:
		reply(w, http.StatusNotFound, plain, `{"error":"model \"nix\" not found, try pulling it first"}`)
	case Garbage:
		reply(w, http.StatusOK, plain, "\x00\xff\xfe{{{")
	case Page:
		reply(w, http.StatusBadGateway, "text/html", "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
	case LoginPage:
		reply(w, http.StatusOK, "text/html", "<!DOCTYPE html><html><title>Sign in</title></html>")
	case TooLong:
		if longest(body) <= TooLongLimit {
			return false
		}
		reply(w, http.StatusBadRequest, plain, `{"error":{"message":"This model's maximum context length is 512 tokens","code":"context_length_exceeded"}}`)
	default:
		return false
	}
	return true
}

// stream sends a good answer, or the beginning of one.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, b Behavior, p protocol, body map[string]any) {
	contentType, pieces := p.answer(s, b, body)
	w.Header().Set("Content-Type", contentType)
	half := (len(pieces) + 1) / 2
	if b == Truncated && len(pieces) == 1 {
		pieces[0] = pieces[0][:len(pieces[0])/2]
	} else if b == Truncated {
		pieces = pieces[:half]
	}
	for i := 0; i < len(pieces) || b == Endless; i++ {
		if i == half || len(pieces) == 1 {
			switch b {
			case Stall:
				s.wait(r, time.Hour)
				return
			case Reset:
				reset(w)
				return
			case FailsMidway:
				io.WriteString(w, p.failure("the model ran out of memory"))
				return
			}
		}
		piece := pieces[i%len(pieces)]
		if b == Endless {
			piece = pieces[0]
		}
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		if b == Slow {
			s.wait(r, time.Millisecond)
		}
	}
}

func (s *Server) wait(r *http.Request, d time.Duration) {
	select {
	case <-r.Context().Done():
	case <-s.stop:
	case <-time.After(d):
	}
}

func reply(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// reset ends the connection with a reset instead of an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
