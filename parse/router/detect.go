package router

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"ragserver/parse"
)

// Detect returns the media type of a document: what its bytes begin with, or,
// for a text, what its structure shows or its name says. It looks at the first
// few kilobytes only.
func Detect(in parse.Input) string {
	head := in.Data[:min(len(in.Data), 4096)]
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) && !holds(head):
		return "application/pdf"
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return "text/rtf"
	case bytes.HasPrefix(head, []byte("%!PS")):
		return "application/postscript"
	}
	if !textual(head) {
		if m := mimetype.Detect(in.Data); !isText(m) && !m.Is("application/octet-stream") {
			name, _, _ := strings.Cut(m.String(), ";")
			if name == "application/zip" || name == "application/java-archive" {
				return archived(in.Data)
			}
			return name
		}
	}
	return textKind(in, head)
}

// holds reports whether head begins a file that may have another one unpacked
// near its beginning.
func holds(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || len(head) > 262 && string(head[257:262]) == "ustar"
}

func isText(m *mimetype.MIME) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is("text/plain") {
			return true
		}
	}
	return false
}

// textual reports whether head is surely text: UTF-8 without control
// characters. Magic numbers of a few letters would otherwise make an image of
// "BMW makes cars".
func textual(head []byte) bool {
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && n == 1 {
			return i > 0 && len(head)-i < utf8.UTFMax && !utf8.FullRune(head[i:])
		}
		if r < ' ' && !strings.ContainsRune("\t\n\r\f\b\x1B", r) {
			return false
		}
		i += n
	}
	return true
}

// textKind tells the text formats apart. Only an unmistakable beginning is
// stronger than the name.
func textKind(in parse.Input, head []byte) string {
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		head = head[2:]
	}
	s := string(bytes.TrimLeft(bytes.ReplaceAll(head, []byte{0}, nil), " \t\r\n"))
	if isNotebook(s, in.Data) {
		return "application/x-ipynb+json"
	}
	named := byName(in.Name)
	switch kind := byStructure(s); {
	case kind == "text/xml" && flat(in.Data) != "":
		return flat(in.Data)
	case kind != "" && (named == "" || named == "text/plain" || overrides[kind+" "+named]):
		return kind
	case !fits(named, s) || named == "":
		return claimed(in.MediaType, s)
	}
	return named
}

// overrides lists the structures that are believed against the name.
var overrides = map[string]bool{
	"text/html text/xml": true, "text/html text/markdown": true, "text/html text/csv": true,
	"text/html message/rfc822": true, "text/html application/json": true,
	"text/html text/plain": true, "text/xml text/plain": true, "application/json text/plain": false,
	"message/rfc822 text/html": true, "application/mbox message/rfc822": true,
	"text/html application/mbox": true, "message/rfc822 application/mbox": true,
}

var (
	htmlStart  = regexp.MustCompile(`(?i)^(?:<\?xml[^>]*>\s*)?(?:<!--(?s:.*?)-->\s*)*(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])`)
	xmlStart   = regexp.MustCompile(`^<\?xml\s`)
	mboxStart  = regexp.MustCompile(`^From \S+ .{0,60}\d\d:\d\d.{0,40}\r?\n[A-Za-z-]+:`)
	header     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{1,60}:`)
	mailHeader = regexp.MustCompile(`(?mi)^(?:from|to|cc|date|received|message-id|mime-version|subject|return-path|delivered-to|x-mailer|content-type|dkim-signature):`)
)

// byStructure returns the kind of text that s can only be, "" if that is not
// clear.
func byStructure(s string) string {
	switch {
	case htmlStart.MatchString(s):
		return "text/html"
	case xmlStart.MatchString(s):
		return "text/xml"
	case mboxStart.MatchString(s):
		return "application/mbox"
	case header.MatchString(s) && len(mailHeader.FindAllString(headers(s), 4)) >= 3:
		return "message/rfc822"
	case strings.HasPrefix(s, "WEBVTT") && (len(s) == 6 || strings.IndexByte(" \t\r\n", s[6]) >= 0):
		return "text/vtt"
	case subripStart.MatchString(s):
		return "application/x-subrip"
	case len(s) > 1 && (s[0] == '{' || s[0] == '[') && jsonStart.MatchString(s):
		return "application/json"
	}
	return ""
}

var jsonStart = regexp.MustCompile(`^(?:\{\s*"(?:[^"\\]|\\.)*"\s*:|\[\s*[\[{"]|\{\s*\}\s*$|\[\s*\]\s*$)`)

// isNotebook reports whether a text that begins with s is a notebook of Jupyter:
// JSON with cells, which says so at its beginning or its end.
func isNotebook(s string, data []byte) bool {
	if !strings.HasPrefix(s, "{") {
		return false
	}
	ends := s + string(data[max(0, len(data)-4096):])
	return strings.Contains(ends, `"nbformat"`) && (strings.Contains(ends, `"cells"`) || strings.Contains(ends, `"worksheets"`))
}

var subripStart = regexp.MustCompile(`^\d+[ \t]*\r?\n\d\d:\d\d:\d\d,\d\d\d --> \d\d:\d\d:\d\d,\d\d\d`)

// headers returns what stands before the first blank line.
func headers(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s, _, _ = strings.Cut(s, "\n\n")
	return s
}

// fits reports whether a text that begins with s can be what its name says.
func fits(named, s string) bool {
	switch named {
	case "text/html", "text/xml":
		return strings.Contains(s, "<")
	case "message/rfc822":
		return header.MatchString(s) || strings.HasPrefix(s, "From ")
	case "application/mbox":
		return strings.HasPrefix(s, "From ")
	}
	return !strings.HasPrefix(named, "!")
}

// claimed returns what the source says a text without a telling name is.
func claimed(mediaType, s string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	for _, m := range extensions {
		if m == mediaType && m != "" && fits(m, s) {
			return m
		}
	}
	return "text/plain"
}

// byName returns the kind of text that a name promises, "" for none.
func byName(name string) string {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if m, ok := baseNames[base]; ok {
		return m
	}
	return extensions[strings.TrimPrefix(path.Ext(base), ".")]
}
