package pebblestore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"ragserver/store"
)

// formatFile marks a folder as a store. It holds formatPrefix and the version of
// the format, and is read before pebble touches anything.
const (
	formatFile    = "FORMAT"
	formatPrefix  = "ragserver store "
	formatVersion = 1
)

// inspect looks at dir without changing it and returns an error if it is
// neither missing, nor empty, nor a store of a version that can be read.
func inspect(fs vfs.FS, dir string) error {
	info, err := fs.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("is a file, not a folder")
	}
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	switch format, err := readFormat(fs, dir); {
	case errors.Is(err, os.ErrNotExist):
		return inspectForeign(names)
	case err != nil:
		return err
	case format > formatVersion:
		return fmt.Errorf("was made by a newer version (format %d; this program knows up to %d): use that version, or another folder", format, formatVersion)
	}
	return inspectOwn(fs, dir, names)
}

// inspectForeign judges a folder without a format file.
func inspectForeign(names []string) error {
	for _, name := range names {
		switch name {
		case "LOCK", formatFile + ".tmp", "lost+found": // a creation that was cut short, a mounted disk
		default:
			return fmt.Errorf("is not a store but holds other things (%q): use an empty or new folder", name)
		}
	}
	return nil
}

// inspectOwn looks for data without the manifest that says what it means.
// Pebble would take such a folder for a new one and remove the data.
func inspectOwn(fs vfs.FS, dir string, names []string) error {
	marked := func(name string) bool { return strings.HasPrefix(name, "marker.manifest.") }
	if slices.ContainsFunc(names, marked) {
		return nil
	}
	for _, name := range names {
		if !strings.HasSuffix(name, ".sst") && !strings.HasSuffix(name, ".log") {
			continue
		}
		if info, err := fs.Stat(fs.PathJoin(dir, name)); err == nil && info.Size() > 0 {
			return fmt.Errorf("%w: it has data (%s) but no marker.manifest file", store.ErrCorrupt, name)
		}
	}
	return nil
}

// prepare marks dir as a store if it is new, and checks that there is room to
// open it: pebble writes its logs once more and a new manifest. The caller
// holds the lock.
func prepare(fs vfs.FS, dir string, r *room) error {
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	need := int64(1 << 20)
	for _, name := range names {
		info, err := fs.Stat(fs.PathJoin(dir, name))
		if err == nil && (strings.HasSuffix(name, ".log") || strings.HasPrefix(name, "MANIFEST-")) {
			need += info.Size()
		}
	}
	free, err := r.ask()
	if err != nil {
		return err
	}
	if free < need {
		return fmt.Errorf("%w: opening needs %d bytes, %d are free", store.ErrFull, need, free)
	}
	if slices.Contains(names, formatFile) {
		return nil
	}
	return writeFormat(fs, dir)
}

func readFormat(fs vfs.FS, dir string) (int, error) {
	f, err := fs.Open(fs.PathJoin(dir, formatFile))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		return 0, err
	}
	number, found := strings.CutPrefix(strings.TrimSpace(string(text)), formatPrefix)
	format, err := strconv.Atoi(number)
	if !found || err != nil {
		return 0, fmt.Errorf("%w: the file %s in it holds %q", store.ErrCorrupt, formatFile, text)
	}
	return format, nil
}

func writeFormat(fs vfs.FS, dir string) error {
	path := fs.PathJoin(dir, formatFile)
	f, err := fs.Create(path+".tmp", vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s%d\n", formatPrefix, formatVersion)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := fs.Rename(path+".tmp", path); err != nil {
		return err
	}
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lockDir locks dir against other processes and against this one.
func lockDir(fs vfs.FS, dir string) (*pebble.Lock, error) {
	l, err := pebble.LockDirectory(dir, fs)
	if err == nil {
		return l, nil
	}
	if errors.Is(err, os.ErrPermission) || isFull(err) {
		return nil, fmt.Errorf("locking: %w", err)
	}
	return nil, fmt.Errorf("%w (%w)", store.ErrLocked, err)
}
