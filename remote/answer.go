package remote

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ErrSilent is in the errors of a provider that did not send a byte for too long.
var ErrSilent = errors.New("silent")

var errTooLong = errors.New("answer too long")

const (
	maxMessage = 300              // characters of a provider's message that are kept
	maxRefusal = 64 << 10         // bytes of an error page that are read
	maxAfter   = 15 * time.Minute // nobody waits longer because a header says so
)

// body is the answer's, watched for silence and length.
type body struct {
	from    io.ReadCloser
	left    int64                 // bytes that may still come
	wait    time.Duration         // for the next byte
	silence *time.Timer           // runs during a Read only
	cancel  func(error)           // ends the call
	explain func(err error) error // names the end of a Read
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, b.explain(errTooLong)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	b.silence.Reset(b.wait)
	n, err := b.from.Read(p)
	b.silence.Stop()
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		err = b.explain(err)
	}
	return n, err
}

func (b *body) Close() error {
	b.silence.Stop()
	err := b.from.Close()
	b.cancel(nil)
	return err
}

// refusal reads an answer that is not a success.
func refusal(provider string, resp *http.Response, secret string) *Error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	code, message := Explain(data)
	if message == "" && len(data) > 0 {
		message = page(resp.Header.Get("Content-Type"), data)
	}
	return &Error{
		Provider: provider, Status: resp.StatusCode,
		Code: hide(code, secret), Message: Clean(hide(message, secret)),
		After: retryAfter(resp.Header, time.Now()), Temporary: temporaryStatus(resp.StatusCode), Err: err,
	}
}

// Explain finds the code and message in the error that a provider answered, in
// any of the forms in use: {"error":{"message","code"|"type"}}, {"error":"..."},
// {"message"}, {"detail"}. Both are empty if data is none of these.
func Explain(data []byte) (code, message string) {
	var top map[string]json.RawMessage
	if json.Unmarshal(data, &top) != nil {
		return "", ""
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(top["error"], &inner) == nil && inner != nil {
		top = inner
	}
	for _, k := range []string{"message", "error", "detail", "msg"} {
		if message = scalar(top[k]); message != "" {
			break
		}
	}
	for _, k := range []string{"code", "type", "status"} {
		if code = scalar(top[k]); code != "" && code != "error" {
			break
		}
	}
	return cut(code, 60), Clean(message)
}

// scalar returns a string or number as text, and a list of them joined.
func scalar(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		return string(raw)
	}
	return ""
}

// page says what an error page that is not JSON holds.
func page(contentType string, data []byte) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	text := string(data)
	lower := strings.ToLower(text[:min(len(text), 512)])
	if kind != "text/html" && !strings.Contains(lower, "<html") && !strings.Contains(lower, "<!doctype") {
		return text
	}
	const open, end = "<title>", "</title>"
	if i := strings.Index(lower, open); i >= 0 {
		if j := strings.Index(lower[i:], end); j >= 0 && len(lower) == len(text[:min(len(text), 512)]) {
			return "an HTML page, " + strconv.Quote(strings.TrimSpace(text[i+len(open):i+j]))
		}
	}
	return "an HTML page instead of JSON"
}

// Clean makes a foreign text fit for one line of a log: valid UTF-8, no control
// characters, white space as single spaces, at most 300 characters.
func Clean(s string) string {
	s = cut(s, 4*maxMessage)
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return cut(strings.Join(strings.Fields(s), " "), maxMessage)
}

func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

func hide(s, secret string) string {
	if len(secret) < 4 {
		return s
	}
	return strings.ReplaceAll(s, secret, "***")
}

// after returns what an error in err's chain asks us to wait.
func after(err error) time.Duration {
	if e, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		return e.RetryAfter()
	}
	return 0
}

// retryAfter reads the headers in which providers say when to come back.
func retryAfter(h http.Header, now time.Time) time.Duration {
	wait := number(h.Get("Retry-After-Ms"), time.Millisecond)
	if wait == 0 {
		wait = number(h.Get("Retry-After"), time.Second)
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); wait == 0 && err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxAfter)
}

func number(s string, unit time.Duration) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) {
		return 0
	}
	return time.Duration(min(f, float64(maxAfter/unit)) * float64(unit))
}
