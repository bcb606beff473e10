package external

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/router"
	"ragserver/remote"
)

// A ServiceConfig says where a service is.
type ServiceConfig struct {
	URL     string
	APIKey  string
	Options map[string]string // fields of the form that is sent; of Tika: headers
	Timeout time.Duration     // for one document, with what is tried again; 0 means 2 minutes
	MaxText int64             // bytes of an answer; 0 means 64 MiB
}

// A Service is a parser that sends each document to a server. It tries again
// what may pass: a server that is not there, that is busy, that is silent. What
// it fails with then is a *remote.Error that is Temporary; that the server cannot
// read this document is not.
type Service struct {
	config   ServiceConfig
	name     string
	address  remote.Address
	client   *remote.Client
	backoff  remote.Backoff
	request  func(ctx context.Context, s *Service, in parse.Input) (*http.Request, error)
	response func(ctx context.Context, body []byte, in parse.Input) (rag.Text, error)
}

func newService(name string, c ServiceConfig) (*Service, error) {
	if c.URL == "" {
		return nil, errors.New("url: is missing")
	}
	address, err := remote.ParseAddress(name, c.URL)
	if err != nil {
		return nil, err
	}
	if c.APIKey, err = remote.CheckKey(name, c.APIKey); err != nil {
		return nil, err
	}
	if c.Timeout < 0 || c.MaxText < 0 {
		return nil, errors.New("timeout and max_text are not negative")
	}
	c.Timeout, c.MaxText = cmp.Or(c.Timeout, defaultTimeout), cmp.Or(c.MaxText, defaultText)
	client := remote.NewClient(address.Provider, remote.Limits{Silence: c.Timeout, Bytes: c.MaxText})
	return &Service{config: c, name: name, address: address, client: client,
		backoff: remote.Backoff{Tries: 3, First: 200 * time.Millisecond, Max: 5 * time.Second}}, nil
}

// Timeout returns how long one document may take.
func (s *Service) Timeout() time.Duration { return s.config.Timeout }

// Parse implements parse.Parser.
func (s *Service) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	limited, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	var body []byte
	err := remote.Retry(limited, s.backoff, func(ctx context.Context) (err error) {
		body, err = s.ask(ctx, in)
		return err
	})
	if ctx.Err() != nil {
		return rag.Text{}, ctx.Err()
	}
	if err != nil {
		return rag.Text{}, remote.From(s.address.Provider, err)
	}
	t, err := s.response(ctx, body, in)
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("%s: %w", s.address.Provider, err)
		}
		return rag.Text{}, err
	}
	return finish(t, in, s.name, s.config.MaxText)
}

// ask sends a document once. An error of the server's own with this document in
// it is likely to come again.
func (s *Service) ask(ctx context.Context, in parse.Input) ([]byte, error) {
	req, err := s.request(ctx, s, in)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if e, ok := errors.AsType[*remote.Error](err); ok && e.Status == http.StatusInternalServerError {
		e.Temporary = false
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// form makes a request of a document and fields, as a page with a file to upload
// sends them.
func (s *Service) form(ctx context.Context, at, field string, in parse.Input, fields [][2]string) (*http.Request, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return nil, err
		}
	}
	for name, value := range s.config.Options {
		if err := w.WriteField(name, value); err != nil {
			return nil, err
		}
	}
	name := strings.NewReplacer("\\", "_", `"`, "_", "\r", "_", "\n", "_").Replace(path.Base(in.Name))
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, name)},
		"Content-Type":        {router.Detect(in)},
	})
	if err != nil {
		return nil, err
	}
	if _, err := part.Write(in.Data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address.URL+at, &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	return req, nil
}
