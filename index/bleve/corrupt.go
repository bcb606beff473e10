package bleve

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/util"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"ragserver/index"
	"ragserver/index/bleve/postings"
)

// recoverCorrupt turns a panic over the files in dir into an error. Files are
// mapped into memory: if one is cut or cannot be read, that is a fault, which is
// a panic only if the goroutine asked for it. So it is deferred with fault as
//
//	defer recoverCorrupt(dir, &err, debug.SetPanicOnFault(true))
func recoverCorrupt(dir string, err *error, fault bool) {
	debug.SetPanicOnFault(fault)
	if r := recover(); r != nil {
		*err = fmt.Errorf("bleve: reading %s: %w: %v", dir, index.ErrCorrupt, r)
	}
}

// inspect finds what is damaged in the files before bleve may change them. bleve
// maps them into memory and trusts them, on goroutines of its own, where a fault
// ends the process, and a panic means that nothing is written any more. It reads
// 1 GB in about a second.
//
// root.bolt has checksums of its metas only. What its keys and values say is
// compared with the segments here, and with the truth in Rebind.
func (l *Leg) inspect() error {
	name := filepath.Join(l.dir, "root.bolt")
	if info, err := os.Stat(name); err != nil || info.Size() == 0 {
		return nil // bleve makes it, or says why it cannot
	}
	// As long as db is open, no other process writes. It is not read before
	// it is checked.
	db, err := bbolt.Open(name, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return err
	}
	defer db.Close()
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := checkBolt(data, db.Info().PageSize); err != nil {
		return fmt.Errorf("root.bolt: %w", err)
	}
	files, err := newest(db)
	if err != nil {
		return fmt.Errorf("root.bolt: %w", err)
	}
	config := settings(l.dir)
	config["read_only"] = true // it then has no goroutine that reads files
	s, err := l.openScorch(config)
	if err != nil {
		return err
	}
	defer s.Close()
	reader, err := s.Reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	return verify(reader.(*scorch.IndexSnapshot), files)
}

// newest returns the names of the files that the newest snapshot consists of.
func newest(db *bbolt.DB) (files map[string]bool, err error) {
	files = make(map[string]bool)
	err = db.View(func(tx *bbolt.Tx) error {
		snapshots := tx.Bucket(util.BoltSnapshotsBucket)
		if snapshots == nil {
			return nil
		}
		key, _ := snapshots.Cursor().Last()
		if key == nil {
			return nil
		}
		snapshot := snapshots.Bucket(key)
		if snapshot == nil {
			return fmt.Errorf("snapshot %x is not a bucket", key)
		}
		return snapshot.ForEachBucket(func(key []byte) error {
			if key[0] != util.BoltInternalKey[0] && key[0] != util.BoltMetaDataKey[0] {
				files[string(snapshot.Bucket(key).Get(util.BoltPathKey))] = true
			}
			return nil
		})
	})
	return files, err
}

// verify compares a snapshot with the files that it should consist of, and those
// with their checksums. bleve does not: it goes back to an older snapshot if a
// file cannot be opened, and would find out in the middle of a query or a merge if
// one is damaged.
func verify(snapshot *scorch.IndexSnapshot, files map[string]bool) error {
	segments := snapshot.Segments()
	if len(segments) != len(files) {
		return errors.New("the newest snapshot cannot be read")
	}
	for _, s := range segments {
		file, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			return fmt.Errorf("segment %x is not a file", s.Id())
		}
		name := filepath.Base(file.Path())
		if !files[name] || name != fmt.Sprintf("%012x.zap", s.Id()) {
			return fmt.Errorf("segment %x is not in %s", s.Id(), name)
		}
		if err := postings.Verify(file.Path()); err != nil {
			return err
		}
		deleted := s.Deleted()
		if deleted == nil {
			continue
		}
		if err := deleted.Validate(); err != nil {
			return fmt.Errorf("what is deleted in %s: %w", name, err)
		}
		if size := s.FullSize(); !deleted.IsEmpty() && int64(deleted.Maximum()) >= size {
			return fmt.Errorf("%d is deleted in %s, which has %d", deleted.Maximum(), name, size)
		}
	}
	return nil
}

// openScorch opens what is set up by config. It leaves nothing open if it fails.
func (l *Leg) openScorch(config map[string]any) (opened *scorch.Scorch, err error) {
	s, err := scorch.NewScorch(scorch.Name, config, l.queue)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			opened, err = nil, errors.Join(fmt.Errorf("%v", r), s.Close())
		}
	}()
	if err := s.Open(); err != nil {
		return nil, err // and it has closed itself
	}
	return s.(*scorch.Scorch), nil
}

// openError says what an error in opening dir means.
func openError(dir string, err error) error {
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("bleve: %s is in use by another process", dir)
	}
	return fmt.Errorf("bleve: opening %s: %w: %w", dir, index.ErrCorrupt, err)
}

// slowDown makes bleve wait a second after a write that failed, as on a full
// disk: it tries again at once otherwise, and keeps a core busy with it. The
// callback has to stand in a table of bleve's that the whole process shares.
var slowDown = sync.OnceValue(func() string {
	const name = "ragserver-slow-down"
	scorch.RegistryAsyncErrorCallbacks[name] = func(error, string) { time.Sleep(time.Second) }
	return name
})
