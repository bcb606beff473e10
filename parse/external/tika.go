package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/router"
)

// NewTika returns a parser that asks an Apache Tika server: PUT /rmeta/html, whose
// answer is the metadata and the XHTML of the document and of those inside it.
// What is configured as a key goes into the header Authorization.
func NewTika(c ServiceConfig) (*Service, error) {
	s, err := newService("tika", c)
	if err != nil {
		return nil, err
	}
	s.request, s.response = tikaRequest, tikaText
	return s, nil
}

func tikaRequest(ctx context.Context, s *Service, in parse.Input) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.address.URL+"/rmeta/html", bytes.NewReader(in.Data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", router.Detect(in))
	req.Header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+escape(path.Base(in.Name)))
	for name, value := range s.config.Options {
		req.Header.Set(name, value)
	}
	if s.config.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+s.config.APIKey)
	}
	return req, nil
}

// escape writes a name as RFC 8187 has it in a header.
func escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// A tikaDocument is the metadata of one document. A value is a string or a list
// of strings.
type tikaDocument map[string]any

func (d tikaDocument) get(keys ...string) string {
	for _, k := range keys {
		switch v := d[k].(type) {
		case string:
			if v != "" {
				return v
			}
		case []any:
			if len(v) > 0 {
				if s, ok := v[0].(string); ok {
					return s
				}
			}
		}
	}
	return ""
}

func (d tikaDocument) time(keys ...string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, d.get(keys...)); err == nil {
			return t
		}
	}
	return time.Time{}
}

// tikaText makes a text of Tika's list: first the document, then those inside it.
func tikaText(ctx context.Context, body []byte, _ parse.Input) (rag.Text, error) {
	if len(bytes.TrimSpace(body)) == 0 { // 204: read, and nothing found
		return rag.Text{}, parse.ErrNoText
	}
	var list []tikaDocument
	if err := json.Unmarshal(body, &list); err != nil {
		return rag.Text{}, fmt.Errorf("the answer of /rmeta: %w", err)
	}
	if len(list) == 0 {
		return rag.Text{}, parse.ErrNoText
	}
	t, err := list[0].text(ctx)
	if err != nil {
		return rag.Text{}, err
	}
	names := make(map[string]int)
	for i, d := range list[1:] {
		p := rag.Part{Name: d.name(i, names)}
		if p.Text, err = d.text(ctx); ctx.Err() != nil {
			return rag.Text{}, ctx.Err()
		}
		if err == nil && strings.TrimSpace(p.Text.Text) == "" {
			err = parse.ErrNoText
		}
		if err != nil {
			p.Text, p.Problem = rag.Text{MediaType: p.Text.MediaType}, err.Error()
		}
		p.Size = max(number(d.get("Content-Length")), 0)
		t.Parts = append(t.Parts, p)
	}
	return t, nil
}

// text reads one document. An exception with a text is a warning.
func (d tikaDocument) text(ctx context.Context) (rag.Text, error) {
	mediaType, _, _ := strings.Cut(d.get("Content-Type"), ";")
	t := rag.Text{
		MediaType: mediaType, Parser: "tika",
		Title: d.get("dc:title", "title"), Author: d.get("dc:creator", "meta:author", "Author"), Language: d.get("dc:language", "language"),
		Created: d.time("dcterms:created", "meta:creation-date"), Modified: d.time("dcterms:modified", "Last-Modified"),
	}
	t, err := compose(ctx, t, []page{{form: asHTML, text: d.get("X-TIKA:content")}})
	if err != nil {
		return t, err
	}
	if n := number(d.get("xmpTPg:NPages", "meta:slide-count")); n > 0 && n <= maxPages {
		t.Pages = max(t.Pages, int(n))
	}
	why := tikaFailure(d.get("X-TIKA:EXCEPTION:container_exception", "X-TIKA:EXCEPTION:embedded_exception", "X-TIKA:EXCEPTION:runtime"))
	if why != "" && strings.TrimSpace(t.Text) == "" {
		if strings.Contains(why, "EncryptedDocumentException") {
			return t, parse.ErrEncrypted
		}
		return t, errors.New(why)
	}
	if why != "" {
		t.Warnings = append(t.Warnings, "not all was read: "+why)
	}
	return t, nil
}

// tikaFailure returns the first line of a stack trace.
func tikaFailure(trace string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(trace), "\n")
	return parse.Cut(strings.ToValidUTF8(strings.TrimSpace(line), "\uFFFD"), 300)
}

var notName = regexp.MustCompile(`[\x00-\x1f\x7f]+`)

// name returns the name of the n-th document inside another, which is unique in
// names and a path that leads nowhere else.
func (d tikaDocument) name(n int, names map[string]int) string {
	name := d.get("X-TIKA:embedded_resource_path", "resourceName", "X-TIKA:resourceName")
	name = notName.ReplaceAllString(strings.ToValidUTF8(strings.ReplaceAll(name, `\`, "/"), "\uFFFD"), "")
	name = parse.Cut(strings.TrimPrefix(path.Clean("/"+name), "/"), 400)
	if name == "" {
		name = "part " + strconv.Itoa(n+1)
	}
	names[name]++
	if names[name] > 1 {
		name = fmt.Sprintf("%s (%d)", name, n+1)
		names[name]++
	}
	return name
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
