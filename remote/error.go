// Package remote says how a call to a model provider ended, and makes such
// calls so that every end has a name: refused, silent, cut off, too long.
package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// An Error is how a call to a provider failed.
type Error struct {
	Provider string // whom we asked, as in "openai at api.example.com"
	Status   int    // of HTTP; 0 if there was no answer, or it failed half way
	Code     string // the provider's own word for it, as in "model_not_found"
	Message  string // what happened, without keys, at most 300 characters
	// After is how long the provider asked us to wait; 0 if it did not.
	After time.Duration
	// Temporary means that the same call may succeed later.
	Temporary bool
	Err       error // the cause; nil if the provider's answer is all we know
}

// Error returns one sentence.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Provider)
	if e.Status != 0 {
		fmt.Fprintf(&b, " answered %d %s", e.Status, http.StatusText(e.Status))
	}
	switch {
	case e.Message != "":
		fmt.Fprintf(&b, ": %s", e.Message)
	case e.Err != nil:
		fmt.Fprintf(&b, ": %s", Clean(e.Err.Error()))
	}
	if e.Code != "" && !strings.Contains(e.Message, e.Code) {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RetryAfter is how long the provider asked us to wait; 0 if it did not.
func (e *Error) RetryAfter() time.Duration { return e.After }

// From makes err, which ended a call to provider, an *Error. One that is
// already an *Error stays as it is. The end of the caller's context is wrapped
// plainly, because it says nothing about the provider.
func From(provider string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", provider, err)
	}
	return &Error{Provider: provider, Message: Clean(reason(err)), Temporary: Temporary(err), Err: err}
}

// Garbled returns the error of an answer that came whole and cannot be used, as
// err says. It is temporary: what stands between us and the provider, or the
// wrong model behind a name, is put right without our being started again.
func Garbled(provider string, err error) *Error {
	return &Error{Provider: provider, Message: Clean("the answer cannot be used: " + err.Error()), Temporary: true, Err: err}
}

// Unreadable is From for an err that ended the decoding of an answer: what is
// no failure of the call is a garbled answer.
func Unreadable(provider string, err error) error {
	_, named := errors.AsType[*Error](err)
	if named || Temporary(err) || errors.Is(err, context.Canceled) {
		return From(provider, err)
	}
	return Garbled(provider, err)
}

// reason leaves out what net/http wraps around a cause: the address with its
// query is not for a log.
func reason(err error) string {
	var timeout net.Error
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) && ok:
		return fmt.Sprintf("nothing listens at %v", op.Addr)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed in the middle of the answer"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in the time allowed"
	case ok:
		return op.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in the time allowed"
	}
	return err.Error()
}

// Temporary reports whether the same call may succeed later: the provider is
// not there, is busy or broken, or did not answer in time. A cancelled call, a
// refusal and an answer without sense are not temporary.
func Temporary(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Temporary
	}
	if untrusted(err) {
		return false
	}
	var timeout net.Error
	var op *net.OpError
	return errors.As(err, &op) ||
		errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// untrusted tells a certificate that we refuse, or that refuses us: waiting
// does not mend it.
func untrusted(err error) bool {
	var verify *tls.CertificateVerificationError
	var alert tls.AlertError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &verify) || errors.As(err, &alert) || errors.As(err, &name) || errors.As(err, &authority)
}

// temporaryStatus tells the statuses after which trying again makes sense.
func temporaryStatus(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout ||
		status == http.StatusTooEarly || status >= 500 && status != http.StatusNotImplemented
}
