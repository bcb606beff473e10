package openai

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"

	"ragserver/remote"
)

// zeroTemperature stands for 0 in the client library, which leaves a 0 out. On
// the wire it becomes 0 again: divided by this, a server's numbers overflow.
const zeroTemperature = math.SmallestNonzeroFloat32

// The bytes cannot stand in a message, where the quotes would be escaped.
var (
	zeroInLibrary = []byte(`,"temperature":1e-45`)
	zeroOnWire    = []byte(`,"temperature":0`)
)

// wire sends the library's requests and makes the answers what it expects.
type wire struct {
	provider string
	client   *remote.Client
}

func (w *wire) Do(req *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	data = bytes.Replace(data, zeroInLibrary, zeroOnWire, 1)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &events{provider: w.provider, body: resp.Body, lines: bufio.NewReader(resp.Body), header: resp.Header}
	return resp, nil
}

// events passes on the data lines of an event stream without the comments that
// keep a connection open, and makes an error of the provider one of Read. A
// stream must say that it ends.
type events struct {
	provider string
	body     io.Closer
	lines    *bufio.Reader
	header   http.Header
	rest     []byte // of the line that is being read
	any      bool   // there was a data line
	ended    bool   // the stream said so
}

func (e *events) Close() error { return e.body.Close() }

func (e *events) Read(p []byte) (int, error) {
	for len(e.rest) == 0 {
		line, err := e.lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return 0, err
		}
		e.rest = bytes.TrimSpace(line)
		if !bytes.HasPrefix(e.rest, []byte("data:")) {
			e.rest = nil
		}
		if e.rest != nil {
			if err := e.look(bytes.TrimSpace(e.rest[len("data:"):])); err != nil {
				return 0, err
			}
			e.rest = append(e.rest, '\n', '\n')
			break
		}
		if err == io.EOF {
			return 0, e.end()
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// look finds errors and the end in an event.
func (e *events) look(data []byte) error {
	e.any = true
	if bytes.Equal(data, []byte("[DONE]")) || finished(data) {
		e.ended = true
	}
	if !failed(data) {
		return nil
	}
	code, message := remote.Explain(data)
	return &remote.Error{Provider: e.provider, Code: code, Message: "in the middle of the answer: " + message, Temporary: true}
}

// end says how the body ended: a missing end means that the rest was lost.
func (e *events) end() error {
	kind, _, _ := mime.ParseMediaType(e.header.Get("Content-Type"))
	switch {
	case e.ended:
		return io.EOF
	case !e.any && kind != "text/event-stream":
		return remote.Garbled(e.provider, errors.New("it is not an event stream but "+kind))
	}
	return remote.From(e.provider, io.ErrUnexpectedEOF)
}
