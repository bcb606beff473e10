package router

import (
	"archive/zip"
	"bytes"
	"strings"
)

// officeFolders maps the folder that every document of an office program has, in
// Open Packaging Conventions, to the media type.
var officeFolders = map[string]string{
	"word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"ppt":  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"xl":   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// maxMembers is how many members of an archive are looked at.
const maxMembers = 10_000

// archived returns what an archive is: an office document or an e-book whose
// beginning does not tell, or just "application/zip".
func archived(data []byte) string {
	const plain = "application/zip"
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && r == nil {
		return plain
	}
	if kind := declared(r.File[:min(len(r.File), maxMembers)]); kind != "" {
		return kind
	}
	found, types := "", false
	for _, f := range r.File[:min(len(r.File), maxMembers)] {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		types = types || strings.EqualFold(name, "[Content_Types].xml")
		folder, _, nested := strings.Cut(strings.ToLower(name), "/")
		if m := officeFolders[folder]; nested && m != "" && found == "" {
			found = m
		}
	}
	if !types || found == "" {
		return plain
	}
	return found
}
