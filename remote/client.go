package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Limits bound what a provider can do to us.
type Limits struct {
	// Silence is the longest time without a byte, from the request to the
	// end of the answer; 0 means a minute.
	Silence time.Duration
	// Bytes is the longest answer; 0 means 64 MB.
	Bytes int64
}

// A Client sends requests to one provider. Unlike http.Client it returns an
// *Error for every answer that is not a success, with the provider's message
// and Retry-After, so that libraries which look at neither still pass them on.
// Any goroutine may use it.
type Client struct {
	provider string
	limits   Limits
	http     *http.Client
}

// NewClient returns a client that calls the provider by that name in errors.
func NewClient(provider string, l Limits) *Client {
	if l.Silence <= 0 {
		l.Silence = time.Minute
	}
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,

		MaxResponseHeaderBytes: 256 << 10,
	}
	return &Client{provider: provider, limits: l, http: &http.Client{Transport: transport, CheckRedirect: sameHost}}
}

// sameHost keeps documents and keys from going anywhere but where the
// configuration says.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return errors.New("redirected more than 5 times")
	}
	if req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return fmt.Errorf("redirected to %s://%s, which is not the configured address", req.URL.Scheme, req.URL.Host)
	}
	return nil
}

// Do sends req. The caller closes the body of the response; what goes wrong
// while it is read is an *Error too.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	silence := time.AfterFunc(c.limits.Silence, func() { cancel(ErrSilent) })
	explain := func(err error) error { return c.explain(req, context.Cause(ctx), err) }
	resp, err := c.http.Do(req.WithContext(ctx))
	silence.Stop()
	if err != nil {
		err = explain(err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &body{
		from: resp.Body, left: c.limits.Bytes, wait: c.limits.Silence,
		silence: silence, cancel: cancel, explain: explain,
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer resp.Body.Close()
		return nil, refusal(c.provider, resp, secret(req))
	}
	return resp, nil
}

// explain finds out which of the ends that look alike to net/http ended a call:
// the caller's, our patience, or the provider's.
func (c *Client) explain(req *http.Request, cause, err error) error {
	switch {
	case req.Context().Err() != nil:
		err = req.Context().Err()
	case errors.Is(cause, ErrSilent):
		return &Error{Provider: c.provider, Message: fmt.Sprintf("silent for %v", c.limits.Silence), Temporary: true, Err: ErrSilent}
	case errors.Is(err, errTooLong):
		return &Error{Provider: c.provider, Message: fmt.Sprintf("answer longer than %d bytes", c.limits.Bytes), Err: errTooLong}
	}
	err = From(c.provider, err)
	if e, ok := errors.AsType[*Error](err); ok {
		e.Message = hide(e.Message, secret(req))
	}
	return err
}

// secret returns the key that req carries.
func secret(req *http.Request) string {
	return strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
}
