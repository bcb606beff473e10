package ods

import (
	"io"
	"strconv"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/xmlstream"
)

// maxText bounds the text of one cell or paragraph, in bytes.
const maxText = 1 << 20

// paragraph returns the text of the element that has just started, and the first
// address that it leads to, and moves to its end.
func paragraph(x *xmlstream.Reader) (text, link string) {
	var out []byte
	for depth := 1; depth > 0; {
		switch x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Text:
			if len(out) < maxText {
				out = append(out, x.Text()...)
			}
		case xmlstream.Start:
			depth++
			switch x.Name() {
			case "s":
				n, err := strconv.Atoi(x.Attr("c"))
				if err != nil {
					n = 1
				}
				out = append(out, strings.Repeat(" ", max(0, min(n, 100)))...)
			case "tab":
				out = append(out, '\t')
			case "line-break":
				out = append(out, '\n')
			case "a":
				if href := x.Attr("href"); link == "" && !strings.HasPrefix(href, "#") {
					link = strings.ToValidUTF8(href, "\uFFFD")
				}
			case "annotation", "ruby-text":
				x.Skip()
				depth--
			}
		}
	}
	return string(out), link
}

// describe takes what the document says about itself.
func (r *reader) describe(in io.Reader, t *rag.Text) {
	x := xmlstream.New(in)
	meta := make(map[string]string)
	set := func(key, value string) {
		if value = parse.Cut(strings.ToValidUTF8(strings.Join(strings.Fields(value), " "), "\uFFFD"), 1000); value != "" && len(meta) < 100 {
			meta[key] = value
		}
	}
	for kind := x.Next(); kind != xmlstream.None; kind = x.Next() {
		if kind == xmlstream.End && x.Name() == "meta" {
			break
		}
		if kind != xmlstream.Start {
			continue
		}
		switch name := x.Name(); name {
		case "title", "creator", "initial-creator", "language", "subject", "description", "creation-date", "date":
			text, _ := paragraph(x)
			set(name, text)
		case "keyword":
			text, _ := paragraph(x)
			set(name, strings.TrimPrefix(meta[name]+", "+text, ", "))
		case "user-defined":
			key := strings.ToValidUTF8(x.Attr("name"), "\uFFFD")
			text, _ := paragraph(x)
			if key != "" && meta[key] == "" {
				set(key, text)
			}
		case "body":
			return
		}
	}
	take := func(key string) string {
		v := meta[key]
		delete(meta, key)
		return v
	}
	t.Title, t.Language = take("title"), take("language")
	t.Author = meta["initial-creator"]
	if last := take("creator"); t.Author == "" {
		t.Author = last
	}
	delete(meta, "initial-creator")
	t.Created, t.Modified = when(take("creation-date")), when(take("date"))
	if words := take("keyword"); words != "" {
		meta["keywords"] = words
	}
	if len(meta) > 0 {
		t.Meta = meta
	}
}

// when reads a time; one without a zone is taken as UTC.
func when(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
