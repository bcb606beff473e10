package pdf

import (
	"os"
	"path/filepath"
)

// FileName is what PDFium is called in the usual places.
const FileName = "pdfium.wasm"

// Find returns where PDFium is, "" if it is in none of the usual places: next to
// this program, the user's folder of data, those of the system, and more.
func Find(more ...string) string {
	places := more
	if program, err := os.Executable(); err == nil {
		places = append(places, filepath.Dir(program))
	}
	if data := os.Getenv("XDG_DATA_HOME"); data != "" {
		places = append(places, filepath.Join(data, "ragserver"))
	} else if home, err := os.UserHomeDir(); err == nil {
		places = append(places, filepath.Join(home, ".local", "share", "ragserver"))
	}
	for _, dir := range append(places, "/usr/local/lib/ragserver", "/usr/lib/ragserver") {
		file := filepath.Join(dir, FileName)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}
