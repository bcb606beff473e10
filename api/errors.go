package api

import (
	"errors"
	"fmt"
)

// Failures that the parts of a Service report.
var (
	// ErrNotFound says that there is no such document.
	ErrNotFound = errors.New("there is no such document")
	// ErrReadOnly says that the document belongs to a source that cannot be
	// changed through the API.
	ErrReadOnly = errors.New("the document belongs to a source that is read only")
	// ErrNoPage says that a document has no such page, or none that can be shown.
	ErrNoPage = errors.New("the page is not shown")
	// ErrNoDrawing says that this server cannot draw pages of the document.
	ErrNoDrawing = errors.New("this server cannot draw the page")
	// ErrNotDrawn says that drawing a page failed.
	ErrNotDrawn = errors.New("the page could not be drawn")
)

// A BadRequest says what the caller got wrong.
type BadRequest struct {
	Field   string // the name that the caller used; "" if it is not one field
	Message string // one sentence
}

func (e *BadRequest) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return fmt.Sprintf("%s: %s", e.Field, e.Message)
}

// badField returns a *BadRequest about one field.
func badField(field, format string, args ...any) error {
	return &BadRequest{Field: field, Message: fmt.Sprintf(format, args...)}
}

// A missingField is a required field that was not sent.
type missingField string

func (e missingField) Error() string { return fmt.Sprintf("`%s` is required", string(e)) }

// What the API itself decides.
var (
	errStopping = errors.New("the server is shutting down")
	errBusy     = errors.New("all places for answers are taken; try again in a moment")
	errHost     = errors.New("this Host name is not served here; it can be allowed in the configuration")
	errKey      = errors.New("a valid API key is needed, as in Authorization: Bearer KEY")
	errForeign  = errors.New("another site's page may not use this API; it can be allowed in the configuration")
	errNoRoute  = errors.New("there is nothing at this address")
	errMethod   = errors.New("this address does not take this method")
)

// A notYet is the end of the time for a change to become searchable.
type notYet struct{ err error }

func (e notYet) Error() string { return "the change is not searchable yet; ask again" }
func (e notYet) Unwrap() error { return e.err }

// A modelFailure is a failure while the model was answering.
type modelFailure struct{ err error }

func (e modelFailure) Error() string { return e.err.Error() }
func (e modelFailure) Unwrap() error { return e.err }

// A crossOrigin is a request that another web site made a browser send.
type crossOrigin struct{ err error }

func (e crossOrigin) Error() string { return e.err.Error() }

// A notReady is what the service still waits for.
type notReady struct{ err error }

func (e notReady) Error() string { return e.err.Error() }
