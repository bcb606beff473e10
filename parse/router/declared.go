package router

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
)

const book = "application/epub+zip"

// declared returns what an archive says it is, as OpenDocument files and e-books
// do: in its member "mimetype", wherever that stands, or in its manifest; "" if
// it says nothing.
func declared(files []*zip.File) string {
	container, opf := false, false
	for _, f := range files {
		switch name := strings.ToLower(f.Name); {
		case name == "mimetype" || name == "meta-inf/manifest.xml":
			if kind := declaration(beginning(f)); kind != "" {
				return kind
			}
		case name == "meta-inf/container.xml":
			container = true
		case strings.HasSuffix(name, ".opf"):
			opf = true
		}
	}
	if container && opf {
		return book
	}
	return ""
}

// beginning returns the first bytes of a member, none if it cannot be read.
func beginning(f *zip.File) []byte {
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	head, _ := io.ReadAll(io.LimitReader(r, 4096)) // what there is
	return head
}

var (
	ownType  = regexp.MustCompile(`^\s*(application/vnd\.oasis\.opendocument\.[a-z-]+|application/epub\+zip)\s*$`)
	rootType = regexp.MustCompile(`<(?:\w+:)?file-entry\s[^>]*media-type="(application/vnd\.oasis\.opendocument\.[a-z-]+)"`)
)

func declaration(head []byte) string {
	for _, e := range []*regexp.Regexp{ownType, rootType} {
		if m := e.FindSubmatch(head); m != nil {
			return string(m[1])
		}
	}
	return ""
}

var flatType = regexp.MustCompile(`<(?:\w+:)?document\s[^>]*mimetype="(application/vnd\.oasis\.opendocument\.(?:text|presentation|graphics|spreadsheet))"`)

// flat returns what an OpenDocument file that is a single XML file is, "" if data
// does not begin like one. Its first element names many name spaces before it
// tells.
func flat(data []byte) string {
	head := data[:min(len(data), 16<<10)]
	if !bytes.Contains(head, []byte("urn:oasis:names:tc:opendocument:xmlns:office:")) {
		return ""
	}
	if m := flatType.FindSubmatch(head); m != nil {
		return string(m[1])
	}
	return ""
}
