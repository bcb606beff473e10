package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	rag "ragserver"
	"ragserver/api"
	"ragserver/ingest"
	"ragserver/parse"
	"ragserver/parse/isolate"
	"ragserver/parse/pdf"
	"ragserver/parse/router"
	"ragserver/pipeline"
)

const (
	pdfType = "application/pdf"

	drawers  = 2                // processes that draw, at most
	drawTime = 15 * time.Second // for one page
	openAt   = 4                // originals in memory at a time
)

// shownAsIs are the pictures that every browser shows.
var shownAsIs = [...]string{"image/png", "image/apng", "image/jpeg", "image/gif", "image/webp"}

// pages shows the pages of the pipeline's documents. Drawing is done in processes
// of its own, so that it does not wait for documents that are being indexed.
type pages struct {
	pipeline *pipeline.Pipeline
	drawer   parse.Drawer  // nil without PDFium
	open     chan struct{} // one element for each original in memory
}

func newPages(p *pipeline.Pipeline, drawer parse.Drawer) *pages {
	return &pages{pipeline: p, drawer: drawer, open: make(chan struct{}, openAt)}
}

// drawing returns the processes that draw pages, nil without PDFium.
func (s settings) drawing() (*isolate.Pool, error) {
	o, err := s.readers()
	if err != nil || o.PDFium == "" {
		return nil, err
	}
	return isolate.New(isolate.Config{Workers: drawers, Timeout: drawTime, Memory: s.Limits.ParseMemory, Options: o.String()}), nil
}

// Shown implements api.Pages.
func (p *pages) Shown(d rag.Document) int {
	switch {
	case d.Object.URI.Root() != d.Object.URI:
		return 0
	case slices.Contains(shownAsIs[:], d.MediaType):
		return 1
	case d.MediaType == pdfType && p.drawer != nil:
		return d.Pages
	}
	return 0
}

// Page implements api.Pages.
func (p *pages) Page(ctx context.Context, q api.PageQuery) (api.Picture, error) {
	d, ok, err := p.pipeline.Record(q.URI)
	if err != nil || !ok {
		return api.Picture{}, errors.Join(err, notFound(ok))
	}
	if q.Known != "" && q.Known == d.Digest {
		return api.Picture{Digest: d.Digest}, nil
	}
	select {
	case p.open <- struct{}{}:
		defer func() { <-p.open }()
	case <-ctx.Done():
		return api.Picture{}, ctx.Err()
	}
	data, err := p.original(ctx, d)
	if err != nil {
		return api.Picture{}, err
	}
	in := parse.Input{Name: d.Object.Path, MediaType: d.Object.MediaType, Data: data}
	picture, err := p.show(ctx, in, q)
	sum := sha256.Sum256(data)
	picture.Digest = hex.EncodeToString(sum[:])
	return picture, err
}

func (p *pages) original(ctx context.Context, d rag.Document) ([]byte, error) {
	data, err := p.pipeline.Original(ctx, d)
	switch {
	case errors.Is(err, pipeline.ErrInside):
		return nil, fmt.Errorf("%w: %w, and only pages of whole files are shown", api.ErrNoPage, err)
	case errors.Is(err, ingest.ErrGone):
		return nil, api.ErrNotFound
	case err != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("%w: %w", api.ErrNotDrawn, err)
	}
	return data, err
}

// show makes the picture, or finds that the document is one.
func (p *pages) show(ctx context.Context, in parse.Input, q api.PageQuery) (api.Picture, error) {
	found := router.Detect(in)
	switch {
	case slices.Contains(shownAsIs[:], found) && q.Page == 1:
		return api.Picture{Data: in.Data, MediaType: found}, nil
	case slices.Contains(shownAsIs[:], found):
		return api.Picture{}, fmt.Errorf("%w: a picture is one page", api.ErrNoPage)
	case found != pdfType:
		return api.Picture{}, fmt.Errorf("%w: documents of type %s have no pages that are shown", api.ErrNoPage, found)
	case p.drawer == nil:
		return api.Picture{}, fmt.Errorf("%w: %s", api.ErrNoDrawing, pdf.DrawingAdvice)
	}
	png, err := p.drawer.Draw(ctx, in, q.Page, q.Width)
	return api.Picture{Data: png, MediaType: "image/png"}, drawingProblem(ctx, err)
}

// drawingProblem says what the failure of a drawer means to the caller.
func drawingProblem(ctx context.Context, err error) error {
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case errors.Is(err, parse.ErrNoPage):
		return fmt.Errorf("%w: %w", api.ErrNoPage, err)
	case errors.Is(err, parse.ErrUnsupported):
		return fmt.Errorf("%w: %w", api.ErrNoDrawing, err)
	}
	return fmt.Errorf("%w: %w", api.ErrNotDrawn, err)
}
