package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestTemporary(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{&Error{Status: 429, Temporary: true}, true},
		{fmt.Errorf("embedding: %w", &Error{Status: 400}), false},
		{context.Canceled, false},
		{fmt.Errorf("%w: %w", context.Canceled, &Error{Temporary: true}), false},
		{context.DeadlineExceeded, true},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{io.ErrUnexpectedEOF, true},
		{errors.New("something"), false},
		{Garbled("p", errors.New("x")), true},
	} {
		if got := Temporary(c.err); got != c.want {
			t.Errorf("%v: got %v, want %v", c.err, got, c.want)
		}
	}
	for status, want := range map[int]bool{400: false, 401: false, 404: false, 408: true, 413: false, 429: true, 500: true, 501: false, 503: true} {
		if got := temporaryStatus(status); got != want {
			t.Errorf("%d: got %v, want %v", status, got, want)
		}
	}
}

func TestRetryObeysTheProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, tries := time.Now(), 0
		err := Retry(t.Context(), Backoff{First: time.Second, Max: 2 * time.Second}, func(context.Context) error {
			if tries++; tries == 1 {
				return &Error{Temporary: true, After: time.Minute}
			}
			return nil
		})
		if waited := time.Since(begin); err != nil || tries != 2 || waited != time.Minute {
			t.Errorf("got %v after %d tries and %v", err, tries, waited)
		}
	})
}

func TestRetryGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			err  error
			want int
		}{{&Error{Temporary: true}, 4}, {&Error{Status: 401}, 1}} {
			begin, tries := time.Now(), 0
			err := Retry(t.Context(), Backoff{Tries: 4, First: time.Second, Max: 3 * time.Second}, func(context.Context) error {
				tries++
				return c.err
			})
			if !errors.Is(err, c.err) || tries != c.want || time.Since(begin) > 6*time.Second {
				t.Errorf("got %v after %d tries and %v, want %d", err, tries, time.Since(begin), c.want)
			}
		}
	})
}

func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		last := &Error{Provider: "p", Temporary: true, After: time.Hour}
		err := Retry(ctx, Backoff{}, func(context.Context) error { return last })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, last) || Temporary(err) {
			t.Errorf("got %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		err = Retry(ctx, Backoff{}, func(context.Context) error { return last })
		if !errors.Is(err, last) || time.Since(begin) != 0 {
			t.Errorf("got %v after %v, want no wait that cannot end well", err, time.Since(begin))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "1.5": 1500 * time.Millisecond, "-3": 0, "x": 0, "NaN": 0, "1e300": maxAfter, "+Inf": maxAfter,
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second, "Fri, 02 Jan 2020 03:04:35 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
	if got := retryAfter(http.Header{"Retry-After-Ms": {"20"}, "Retry-After": {"1"}}, now); got != 20*time.Millisecond {
		t.Errorf("got %v, want the finer one", got)
	}
}

func TestExplain(t *testing.T) {
	for data, want := range map[string][2]string{
		`{"error":{"message":"m","code":"c","type":"t"}}`:  {"c", "m"},
		`{"error":{"message":"m","code":null,"type":"t"}}`: {"t", "m"},
		`{"error":"m"}`: {"", "m"},
		`{"object":"error","message":"m","code":404}`: {"404", "m"},
		`{"detail":[{"loc":["body"],"msg":"m"}]}`:     {"", `[{"loc":["body"],"msg":"m"}]`},
		`{"message":"a\u0000b\n\u001b[1mc"}`:          {"", "ab [1mc"},
		`[]`:                                          {"", ""}, `null`: {"", ""}, `x`: {"", ""}, `{"error":{}}`: {"", ""},
	} {
		if code, message := Explain([]byte(data)); code != want[0] || message != want[1] {
			t.Errorf("%s: got %q, %q, want %q", data, code, message, want)
		}
	}
	if _, m := Explain([]byte(`{"error":"` + strings.Repeat("é", 5000) + `"}`)); len([]rune(m)) != maxMessage+1 {
		t.Errorf("message has %d characters", len([]rune(m)))
	}
}

func FuzzExplain(f *testing.F) {
	f.Add([]byte(`{"error":{"message":["a",1],"code":{}}}`))
	f.Add([]byte("<html><title>\xff</title>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		code, message := Explain(data)
		message += page("text/html", data) + Clean(string(data))
		if len([]rune(code)) > 61 || len([]rune(Clean(message))) > maxMessage+1 {
			t.Errorf("%q, %q are too long", code, message)
		}
	})
}

func TestParseAddress(t *testing.T) {
	for base, want := range map[string]string{
		"https://api.example.com/v1/": "https://api.example.com/v1", "localhost:11434": "http://localhost:11434", " http://[::1]:80 ": "http://[::1]:80",
	} {
		if a, err := ParseAddress("p", base); err != nil || a.URL != want {
			t.Errorf("%q: got %+v, %v, want %q", base, a, err, want)
		}
	}
	for _, base := range []string{"", "ftp://x", "http://", "http://u:secret@x", "http://x?key=secret", "http://x/\x7fsecret", "://secret", "http://x:secret"} {
		if _, err := ParseAddress("p", base); err == nil || strings.Contains(err.Error(), "secret@") || !strings.Contains(err.Error(), "base_url") {
			t.Errorf("%q: got %v", base, err)
		}
	}
	if _, err := CheckKey("p", "sk-x\ny"); err == nil || strings.Contains(err.Error(), "sk-x") {
		t.Errorf("got %v", err)
	}
}

// call sends a request with a key to h and reads the whole answer.
func call(t *testing.T, h http.HandlerFunc, l Limits) (string, error) {
	s := httptest.NewServer(h)
	defer s.Close()
	defer s.CloseClientConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("document"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk-secret")
	resp, err := NewClient("p", l).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

func TestClientBoundsAnswers(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	}
	data, err := call(t, endless, Limits{Bytes: 5000})
	if !errors.Is(err, errTooLong) || len(data) != 5000 || Temporary(err) {
		t.Errorf("got %d bytes, %v", len(data), err)
	}
	_, err = call(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, strings.Repeat("sk-secret ", 100_000))
	}, Limits{})
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != 502 || strings.Contains(err.Error(), "sk-secret") || len(e.Message) > 4*maxMessage {
		t.Errorf("got %v", err)
	}
}

func TestClientDoesNotLeaveItsHost(t *testing.T) {
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	_, err := call(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}, Limits{})
	if err == nil || asked || Temporary(err) || !strings.Contains(err.Error(), "not the configured address") {
		t.Errorf("got %v, asked %v", err, asked)
	}
}

func TestErrorIsOneSentence(t *testing.T) {
	for want, e := range map[string]*Error{
		"p answered 429 Too Many Requests: slow down (rate)": {Provider: "p", Status: 429, Message: "slow down", Code: "rate"},
		"p: silent for 1s":                     {Provider: "p", Message: "silent for 1s"},
		"p: x y":                               {Provider: "p", Err: errors.New("x\ny")},
		"p answered 500 Internal Server Error": {Provider: "p", Status: 500},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
