package isolate

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	rag "ragserver"
	"ragserver/parse"
)

// A message is its length in 8 bytes, little-endian, and that many bytes.

// A request is a document to parse or, if page is not 0, to draw.
type request struct {
	parse.Input
	page, width int
}

// done says what a request has done to the document, as in "not parsed".
func (r request) done() string {
	if r.page == 0 {
		return "parsed"
	}
	return "drawn"
}

// numbers is how many bytes of a request the four numbers before its text take.
const numbers = 4 * 8

// A request goes to the child: page and width, the lengths of name and media type,
// both, and the document, which is most of it and is not copied.
func writeRequest(w io.Writer, in request) error {
	var head []byte
	for _, n := range []int{numbers + len(in.Name) + len(in.MediaType) + len(in.Data), in.page, in.width, len(in.Name), len(in.MediaType)} {
		head = binary.LittleEndian.AppendUint64(head, uint64(n))
	}
	head = append(append(head, in.Name...), in.MediaType...)
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(in.Data)
	return err
}

var errFrame = errors.New("the message between processes is broken")

func readRequest(r io.Reader) (request, error) {
	body, err := readFrame(r, 1<<40)
	if err != nil {
		return request{}, err
	}
	if len(body) < numbers {
		return request{}, errFrame
	}
	number := func(i int) uint64 { return binary.LittleEndian.Uint64(body[8*i:]) }
	page, width, n, m := number(0), number(1), number(2), number(3)
	body = body[numbers:]
	if n > uint64(len(body)) || m > uint64(len(body))-n {
		return request{}, errFrame
	}
	in := parse.Input{Name: string(body[:n]), MediaType: string(body[n : n+m]), Data: body[n+m:]}
	return request{in, int(page), int(width)}, nil
}

// errTooLong says that a message is longer than it may be.
var errTooLong = errors.New("the result is too large")

func readFrame(r io.Reader, most uint64) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > most {
		return nil, errTooLong
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

// A response is what became of a document.
type response struct {
	Text    rag.Text
	Picture []byte // of a page
	Error   string // "" if there is none
	Kind    int    // index in sentinels + 1; 0 for any other error
	Memory  uint64 // bytes that the child holds
}

// sentinels are the errors that stay what they are on the way.
var sentinels = []error{parse.ErrUnsupported, parse.ErrEncrypted, parse.ErrNoText, parse.ErrLimit, parse.ErrNoPage}

func newResponse(t rag.Text, picture []byte, err error) *response {
	if err == nil {
		return &response{Text: t, Picture: picture}
	}
	r := &response{Error: err.Error()}
	for i, s := range sentinels {
		if errors.Is(err, s) {
			r.Kind = i + 1
		}
	}
	return r
}

// err returns what went wrong, nil if nothing did.
func (r *response) err() error {
	switch {
	case r.Error == "" && r.Kind == 0:
		return nil
	case r.Kind > 0 && r.Kind <= len(sentinels):
		return &remote{r.Error, sentinels[r.Kind-1]}
	}
	return &remote{r.Error, nil}
}

// A remote is an error from a child.
type remote struct {
	text string
	is   error
}

func (e *remote) Error() string { return e.text }
func (e *remote) Unwrap() error { return e.is }

func writeResponse(w *bufio.Writer, r *response) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(r); err != nil {
		return fmt.Errorf("encoding the result: %w", err)
	}
	var head [8]byte
	binary.LittleEndian.PutUint64(head[:], uint64(body.Len()))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	if _, err := w.Write(body.Bytes()); err != nil {
		return err
	}
	return w.Flush()
}

func readResponse(r io.Reader, maxText int64) (*response, error) {
	const sections = 4 // at most four times the text for what describes it
	body, err := readFrame(r, uint64(maxText)*(1+sections)+1<<20)
	if err != nil {
		return nil, err
	}
	resp := &response{}
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(resp); err != nil {
		return nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	return resp, nil
}
