package hybrid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	rag "ragserver"
)

// manifestName is the file that says which checkpoint is the current one. It
// is replaced by one rename: what it names was synced before.
const manifestName = "manifest"

// A manifest names one checkpoint. In the file, the checksum of the rest stands
// in the first line.
type manifest struct {
	Format   int       `json:"format"`
	Folder   string    `json:"folder"`
	Epoch    rag.Epoch `json:"epoch"`
	Identity string    `json:"identity"` // of the truth and of the legs
	Size     int64     `json:"size"`     // of the tables, bytes
	Sum      uint32    `json:"sum"`      // their checksum, CRC-32C
	Text     bool      `json:"text"`     // the text leg is in it

	Fields []string `json:"fields,omitempty"` // of metadata that filters had asked for
}

// manifestFormat changes when an older program could not read the tables.
const manifestFormat = 1

// errNone says that there is no checkpoint.
var errNone = errors.New("there is no checkpoint")

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func (m manifest) encode() ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x\n%s\n", crc32.Checksum(text, castagnoli()), text), nil
}

func decodeManifest(b []byte) (manifest, error) {
	var m manifest
	sum, rest, ok := bytes.Cut(b, []byte("\n"))
	text, tail, also := bytes.Cut(rest, []byte("\n"))
	if !ok || !also || len(tail) > 0 {
		return m, errors.New("does not have two lines")
	}
	if want := fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli())); string(sum) != want {
		return m, fmt.Errorf("its checksum is %.20q, not %q", sum, want)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, err
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("format %d is not known", m.Format)
	}
	if !filepath.IsLocal(m.Folder) || filepath.Base(m.Folder) != m.Folder || m.Folder == "." {
		return m, fmt.Errorf("folder %q is not a name", m.Folder)
	}
	return m, nil
}

// readManifest returns errNone if there is none.
func readManifest(dir string) (manifest, error) {
	name := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return manifest{}, errNone
	}
	if err != nil {
		return manifest{}, err
	}
	m, err := decodeManifest(b)
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// write makes m the current checkpoint.
func (m manifest) write(d disk, dir string) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, manifestName)
	err = d.Write(name+".new", func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	if err := d.Rename(name+".new", name); err != nil {
		return err
	}
	return d.SyncDir(dir)
}
