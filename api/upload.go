package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
)

type pathParam struct {
	Path string `json:"path,omitempty" doc:"where to store the document, with slashes"`
}

type putResult struct {
	Documents []putDocument `json:"documents"`
	Token     string        `json:"token" doc:"for after and /v1/wait; stands for all of the documents"`
}

// A putDocument is one document that was stored.
type putDocument struct {
	URI   rag.URI `json:"uri"`
	Token string  `json:"token"`
}

// tokenComma joins the tokens of the documents of one upload.
const tokenComma = ","

// splitTokens iterates over the tokens that were joined to one.
func splitTokens(token string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for one := range strings.SplitSeq(token, tokenComma) {
			if one != "" && !yield(one) {
				return
			}
		}
	}
}

// putDocuments serves POST /v1/documents. Bodies are passed on as they arrive,
// however long they are.
func (h *Handler) putDocuments(ctx context.Context, c *gin.Context) error {
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(h.cfg.UploadTimeout)) // a recorder has none
	_ = control.SetWriteDeadline(time.Now().Add(h.cfg.UploadTimeout + writeTime))
	body := http.MaxBytesReader(c.Writer, c.Request.Body, h.cfg.MaxUpload)
	path := c.Request.URL.Query().Get("path")
	mediaType, params, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))

	put := upload{documents: h.svc.Documents}
	var err error
	if mediaType == "multipart/form-data" {
		err = put.parts(ctx, multipart.NewReader(body, params["boundary"]), path)
	} else {
		err = put.one(ctx, path, body)
	}
	if err != nil {
		return err
	}
	_ = control.SetReadDeadline(time.Time{})
	return writeJSON(c.Writer, http.StatusAccepted, put.result())
}

// An upload stores the documents of one request.
type upload struct {
	documents Documents
	done      []putDocument
}

func (u *upload) result() putResult {
	tokens := make([]string, len(u.done))
	for i, d := range u.done {
		tokens[i] = d.Token
	}
	return putResult{u.done, strings.Join(tokens, tokenComma)}
}

// one stores body under path.
func (u *upload) one(ctx context.Context, path string, body io.Reader) error {
	if path == "" {
		return badField("path", "is required: where to store the document")
	}
	watched := &watchedReader{r: body}
	uri, token, err := u.documents.Put(ctx, path, watched)
	if watched.err != nil {
		return fmt.Errorf("storing %s: %w", path, bodyError(watched.err))
	}
	if err != nil {
		return err
	}
	u.done = append(u.done, putDocument{uri, token})
	return nil
}

// Limits of a form: the longest path field in bytes, and the most files.
const (
	maxPath  = 4096
	maxFiles = 10_000
)

// parts stores every file of a form. A field "path" names the file after it;
// path, if not empty, the first.
func (u *upload) parts(ctx context.Context, form *multipart.Reader, path string) error {
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return u.so(bodyError(err))
		}
		if part.FileName() == "" {
			if part.FormName() != "path" {
				continue
			}
			if path, err = readPath(part); err != nil {
				return u.so(err)
			}
			continue
		}
		if len(u.done) == maxFiles {
			return u.so(&BadRequest{Message: fmt.Sprintf("a form may hold %d files", maxFiles)})
		}
		if path == "" {
			path = part.FileName()
		}
		if err := u.one(ctx, path, part); err != nil {
			return u.so(err)
		}
		path = ""
	}
	switch {
	case path != "":
		return u.so(badField("path", "must stand before its file"))
	case len(u.done) == 0:
		return &BadRequest{Message: "the form holds no file"}
	}
	return nil
}

// so adds to err what had been stored before it.
func (u *upload) so(err error) error {
	if len(u.done) == 0 {
		return err
	}
	bad, ok := errors.AsType[*BadRequest](err)
	if !ok {
		return err
	}
	return &BadRequest{Field: bad.Field, Message: fmt.Sprintf("%s; the files before it were stored (%d)", bad.Message, len(u.done))}
}

func readPath(part io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(part, maxPath+1))
	if err != nil {
		return "", bodyError(err)
	}
	if len(b) > maxPath {
		return "", badField("path", "must not be longer than %d bytes", maxPath)
	}
	return string(b), nil
}

// A watchedReader remembers why reading ended early, whatever its reader makes
// of it.
type watchedReader struct {
	r   io.Reader
	err error // other than io.EOF
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
