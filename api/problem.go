package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"ragserver/index/hybrid"
	"ragserver/remote"
	"ragserver/retrieve"
	"ragserver/store"
)

// A problem is a failure as the caller sees it.
type problem struct {
	status int

	Code    string `json:"code" doc:"for programs" example:"bad_request"`
	Message string `json:"message" doc:"for people, one sentence"`
	Field   string `json:"field,omitempty" doc:"the field of the request that is wrong"`
}

// A problemBody is the body of every answer that is not a success.
type problemBody struct {
	Error problem `json:"error"`
}

// statusGone is for the log only: the caller hung up and reads nothing more.
const statusGone = 499

// problemOf is the one place where errors become statuses. It returns a problem
// with status 500 and no message for an error that it does not know: what that
// says is for the log, not for the caller.
func problemOf(err error) problem {
	if p, ok := callersProblem(err); ok {
		return p
	}
	if p, ok := modelsProblem(err); ok {
		return p
	}
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case is(store.ErrFull):
		return problem{status: http.StatusInsufficientStorage, Code: "disk_full", Message: store.ErrFull.Error()}
	case is(errBusy):
		return problem{status: http.StatusServiceUnavailable, Code: "busy", Message: errBusy.Error()}
	case is(errStopping):
		return problem{status: http.StatusServiceUnavailable, Code: "shutting_down", Message: errStopping.Error()}
	case is(context.DeadlineExceeded):
		return problem{status: http.StatusGatewayTimeout, Code: "timeout", Message: "the request took longer than it may"}
	case is(context.Canceled):
		return problem{status: statusGone, Code: "canceled", Message: "the caller hung up"}
	}
	if e, ok := errors.AsType[notReady](err); ok {
		return problem{status: http.StatusServiceUnavailable, Code: "not_ready", Message: e.Error()}
	}
	return problem{status: http.StatusInternalServerError, Code: "internal"}
}

// callersProblem knows what the caller can put right.
func callersProblem(err error) (problem, bool) {
	bad := problem{status: http.StatusBadRequest, Code: "bad_request"}
	if e, ok := errors.AsType[*BadRequest](err); ok {
		bad.Message, bad.Field = e.Error(), e.Field
		return bad, true
	}
	if e, ok := errors.AsType[*retrieve.BadQuery](err); ok {
		bad.Message, bad.Field = e.Error(), e.Field
		return bad, true
	}
	if e, ok := errors.AsType[*hybrid.NotHeld](err); ok {
		return problem{status: http.StatusGone, Code: "not_held", Message: e.Error(), Field: "epoch"}, true
	}
	if e, ok := errors.AsType[missingField](err); ok {
		bad.Message, bad.Field = e.Error(), string(e)
		return bad, true
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem{status: http.StatusRequestEntityTooLarge, Code: "too_large",
			Message: fmt.Sprintf("the body is longer than the %d bytes that are read here", e.Limit)}, true
	}
	if e, ok := errors.AsType[crossOrigin](err); ok {
		return problem{status: http.StatusForbidden, Code: "forbidden", Message: e.Error()}, true
	}
	if p, ok := pagesProblem(err); ok {
		return p, true
	}
	for _, known := range []struct {
		err    error
		status int
		code   string
	}{
		{ErrNotFound, http.StatusNotFound, "not_found"},
		{ErrReadOnly, http.StatusConflict, "read_only"},
		{errHost, http.StatusForbidden, "forbidden"},
		{errKey, http.StatusUnauthorized, "unauthorized"},
		{errNoRoute, http.StatusNotFound, "not_found"},
		{errMethod, http.StatusMethodNotAllowed, "method_not_allowed"},
	} {
		if errors.Is(err, known.err) {
			return problem{status: known.status, Code: known.code, Message: known.err.Error()}, true
		}
	}
	return problem{}, false
}

// pagesProblem knows why a page is not shown; the error says more.
func pagesProblem(err error) (problem, bool) {
	if errors.Is(err, context.DeadlineExceeded) {
		return problem{}, false
	}
	for _, known := range []struct {
		err    error
		status int
		code   string
	}{
		{ErrNoPage, http.StatusNotFound, "no_page"},
		{ErrNoDrawing, http.StatusNotImplemented, "no_drawing"},
		{ErrNotDrawn, http.StatusUnprocessableEntity, "not_drawn"},
	} {
		if errors.Is(err, known.err) {
			return problem{status: known.status, Code: known.code, Message: err.Error()}, true
		}
	}
	return problem{}, false
}

// modelsProblem knows what a model provider did, and what came too late.
func modelsProblem(err error) (problem, bool) {
	late := errors.Is(err, context.DeadlineExceeded)
	if _, ok := errors.AsType[notYet](err); ok && late {
		return problem{status: http.StatusGatewayTimeout, Code: "not_yet_searchable", Message: notYet{}.Error()}, true
	}
	e, ok := errors.AsType[*remote.Error](err)
	if ok && (late || errors.Is(err, remote.ErrSilent) || e.Status == http.StatusRequestTimeout || e.Status == http.StatusGatewayTimeout) {
		return problem{status: http.StatusGatewayTimeout, Code: "model_timeout", Message: e.Error()}, true
	}
	if ok {
		return problem{status: http.StatusBadGateway, Code: "model_unavailable", Message: e.Error()}, true
	}
	if _, ok := errors.AsType[modelFailure](err); ok && late {
		return problem{status: http.StatusGatewayTimeout, Code: "model_timeout", Message: "the model did not finish its answer in time"}, true
	}
	return problem{}, false
}

// body is the one JSON form of a failure.
func (p problem) body() []byte {
	b, err := marshal(problemBody{p})
	if err != nil {
		panic(err) // three strings
	}
	return b
}
