package hybrid

import (
	"errors"
	"io"
	"os"
	"runtime"
)

// A disk is what checkpoints need of the file system. A test stands in for it
// to fail any of its calls.
type disk interface {
	// Write makes the file that f writes and syncs it.
	Write(name string, f func(w io.Writer) error) error
	Rename(from, to string) error
	MkdirAll(dir string) error
	RemoveAll(name string) error
	// SyncDir makes what was created and renamed in dir survive a loss of
	// power.
	SyncDir(dir string) error
}

// files is the file system.
type files struct{}

func (files) Write(name string, f func(w io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = f(file)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (files) Rename(from, to string) error { return os.Rename(from, to) }
func (files) MkdirAll(dir string) error    { return os.MkdirAll(dir, 0o700) }
func (files) RemoveAll(name string) error  { return os.RemoveAll(name) }

func (files) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
